"""What stands around the model: speakers, sound, symbols and the test run."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from glowvox.audio.griffin_lim import griffin_lim
from glowvox.audio.mel import MelConfig, log_mel
from glowvox.compat.coqui import AudioProcessor, GlowTTS, GlowTTSConfig, SpeakerManager, TTSTokenizer
from glowvox.errors import ConfigError, MissingPart, UsageError
from tests.unit.compat.building import small

LEARNED = GlowTTSConfig(use_speaker_embedding=True, num_speakers=7)


@pytest.mark.parametrize(
    "samples",
    [
        [["a text", "a.wav", "bob"], ["another", "b.wav", "ann"], ["third", "c.wav", "bob"]],
        [{"text": "a", "speaker_name": "bob"}, {"text": "b", "speaker_name": "ann"}],
    ],
)
def test_speakers_of_samples_are_in_the_order_of_the_alphabet(samples: list[Any]) -> None:
    known = SpeakerManager.init_from_config(LEARNED, samples)
    assert known is not None
    assert known.name_to_id == {"ann": 0, "bob": 1}
    model = GlowTTS.init_from_config(small(use_speaker_embedding=True, num_speakers=7), samples, verbose=False)
    assert model.num_speakers == model.model.speaker_table.num_embeddings == 2
    with pytest.raises(UsageError, match="no speaker is called 'bo'; did you mean 'bob'"):
        known.number("bo")


def test_speakers_of_files(tmp_path: Path) -> None:
    names = tmp_path / "speakers.json"
    names.write_text(json.dumps({"zoe": 0, "ann": 1, "bob": 2}))
    known = SpeakerManager.init_from_config(GlowTTSConfig(use_speaker_embedding=True, speakers_file=str(names)), [])
    assert known is not None
    assert known.speaker_names == ["zoe", "ann", "bob"]
    torch.save({"zoe": 0, "ann": 1}, tmp_path / "speakers.pth")
    path = str(tmp_path / "speakers.pth")
    known = SpeakerManager.init_from_config(GlowTTSConfig(use_speaker_embedding=True, speakers_file=path))
    assert known is not None
    assert known.number("ann") == 1
    vectors = tmp_path / "vectors.json"
    vectors.write_text(
        json.dumps({clip: {"name": "ann", "embedding": [1.0, value]} for clip, value in (("a", 0), ("b", 2))})
    )
    config = GlowTTSConfig(use_d_vector_file=True, d_vector_file=[str(vectors)], d_vector_dim=2)
    known = SpeakerManager.init_from_config(config)
    assert known is not None
    assert known.vectors is not None
    assert known.vectors.tolist() == [[1.0, 1.0]]


@pytest.mark.parametrize(
    ("fields", "samples", "message"),
    [
        ({"use_speaker_embedding": True}, [["a text", "a.wav"]], "names no speaker"),
        ({"use_speaker_embedding": True}, [{"text": "a"}], "names no speaker"),
        ({"use_speaker_embedding": True, "speakers_file": "none.json"}, None, "no such file"),
        ({"use_d_vector_file": True, "d_vector_file": "none.json", "d_vector_dim": 2}, None, "no such file"),
    ],
)
def test_speakers_that_cannot_be_found_out_are_refused(fields: dict[str, Any], samples: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        SpeakerManager.init_from_config(GlowTTSConfig(**fields), samples)


def test_without_speakers_there_is_nothing_to_manage() -> None:
    assert SpeakerManager.init_from_config(GlowTTSConfig(), [["a text", "a.wav", "bob"]]) is None
    assert SpeakerManager.init_from_config(LEARNED) is None
    assert SpeakerManager.init_from_config(GlowTTSConfig(use_d_vector_file=True, d_vector_dim=3)) is None


def test_sound_goes_by_the_audio_section() -> None:
    config = GlowTTSConfig(audio={"griffin_lim_iters": 2, "num_mels": 20})
    ap = AudioProcessor.init_from_config(config)
    assert AudioProcessor(**config.audio).mel == ap.mel
    sound = np.random.default_rng(0).normal(scale=0.1, size=4000).astype(np.float32)
    mel = ap.melspectrogram(sound)
    assert isinstance(ap.mel, MelConfig)
    assert mel.shape == (20, 16)
    assert np.array_equal(mel, log_mel(sound, ap.mel))
    assert np.array_equal(ap.inv_melspectrogram(mel), griffin_lim(mel, ap.mel, iterations=2))
    with pytest.raises(ConfigError, match="unknown field 'num_mel'"):
        AudioProcessor(num_mel=3)


def test_bands_of_sound_and_model_must_agree() -> None:
    with pytest.raises(ConfigError, match=r"out_channels = 12 but audio\.num_mels = 80"):
        GlowTTS.init_from_config(small(audio={}), verbose=False)


def test_symbols_are_counted_by_the_tokenizer() -> None:
    config = small(num_chars=3, add_blank=True, enable_eos_bos_chars=True)
    tokenizer, same = TTSTokenizer.init_from_config(config)
    assert same is config
    assert config.num_chars == tokenizer.num_chars == 67
    assert tokenizer.text_to_ids("no") == tokenizer.front_end.ids("no")
    assert tokenizer.ids_to_text(tokenizer.text_to_ids("no")) == "<BOS><BLNK>n<BLNK>o<BLNK><EOS>"
    assert GlowTTS(small(num_chars=3), tokenizer=tokenizer).model.encoder.embedding.weight.shape[0] == 67


class Log:
    """A logger that keeps what it is given."""

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}

    def test_figures(self, step: int, figures: dict[str, Any]) -> None:
        self.given["figures"] = (step, figures)

    def test_audios(self, step: int, audios: dict[str, Any], sample_rate: int) -> None:
        self.given["audios"] = (step, audios, sample_rate)


def run_of(sentences: list[object]) -> GlowTTS:
    torch.manual_seed(0)
    samples = [["", "", name] for name in ("ann", "bob")]
    config = small(test_sentences=sentences, use_speaker_embedding=True)
    model = GlowTTS.init_from_config(config, samples, verbose=False).train()
    torch.nn.init.constant_(model.model.encoder.duration.projection.bias, 1.3)
    return model


def test_a_test_run_shows_and_speaks_every_sentence() -> None:
    model = run_of(["Hello.", ["Hello.", "bob"], ["Good day."]])
    assert model.ap is not None
    figures, sounds = model.test_run()
    assert model.training
    assert list(sounds) == ["0-audio", "1-audio", "2-audio"]
    assert sorted(figures) == sorted(f"{n}-{part}" for n in range(3) for part in ("alignment", "prediction"))
    model.eval()
    assert model.tokenizer is not None
    tokens = torch.tensor([model.tokenizer.text_to_ids("Hello.")])
    mel = model.inference(tokens, {"speaker_ids": torch.tensor([1])})["model_outputs"]
    assert mel is not None
    assert np.array_equal(sounds["1-audio"], model.ap.inv_melspectrogram(mel[0].T.numpy()))
    assert len(sounds["0-audio"]) > 0
    assert [label.get_text() for label in figures["0-alignment"].axes[1].get_yticklabels()] == list("hello.")
    shown = figures["1-prediction"].axes[0].images[0].get_array()
    assert np.array_equal(np.asarray(shown), mel[0].T.numpy())
    log = Log()
    model.test_log((figures, sounds), log, {}, 12)
    assert log.given == {"figures": (12, figures), "audios": (12, sounds, 22050)}


@pytest.mark.parametrize(
    ("sentence", "message"),
    [
        (["Hello.", "bo"], "no speaker is called 'bo'; did you mean 'bob'"),
        (["Hello.", 3], "expected a text, or a list of a text and a speaker's name"),
        (["Hello.", "bob", "style.wav"], "expected a text"),
        (7, "expected a text"),
    ],
)
def test_sentences_that_nobody_can_say_are_refused(sentence: object, message: str) -> None:
    model = run_of([sentence])
    with pytest.raises(UsageError, match=message):
        model.test_run()
    assert model.training


def test_speakers_without_names_cannot_be_named() -> None:
    config = small(test_sentences=[["Hello.", "bob"]], use_speaker_embedding=True, num_speakers=2)
    with pytest.raises(UsageError, match="speakers have no names"):
        GlowTTS.init_from_config(config, verbose=False).test_run()


def test_without_matplotlib_a_test_run_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingPart, match="matplotlib"):
        run_of(["Hello."]).test_run()
