"""Coqui's checkpoints come in whole, whatever their encoder, spelling and speakers, or are refused."""

from __future__ import annotations

import contextlib
import json
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from glowvox.errors import CheckpointError, ConfigError, UsageError
from glowvox.importers.coqui_fields import FIELDS
from glowvox.importers.coqui_glow_tts import Beside, import_coqui_glow_tts
from glowvox.importers.coqui_mel import mel_config
from glowvox.importers.coqui_settings import model_config, section
from glowvox.importers.coqui_text import coqui_front_end
from glowvox.importers.coqui_training import train_config
from glowvox.models.glow_tts import GlowTTS
from glowvox.train.speaker import Speaker
from tests.fixtures.coqui import ENCODERS, bring_in, model_of, settings, their_tensors


def mel_of(model: GlowTTS, ids: list[int], **options: Any) -> Tensor:
    return model.generate(torch.tensor([ids]), torch.tensor([len(ids)]), variation=0.0, **options).mel[0]


@pytest.mark.parametrize("encoder", ENCODERS)
def test_every_encoder_speaks_as_the_model_it_came_from(encoder: str, tmp_path: Path) -> None:
    table = settings(encoder, inference_noise_scale=0.0)
    model = model_of(table)
    tensors = their_tensors(model)
    done = bring_in(tmp_path, table, tensors)
    assert done.parameters == sum(parameter.numel() for parameter in model.parameters())
    assert set(done.used) == set(model.state_dict())
    assert all(name.endswith("num_batches_tracked") for name in done.skipped)
    assert len(done.used) + len(done.skipped) == len(tensors)
    voice = Speaker.load(done.run)
    spoken = voice.speak("Hello, world!")[0]
    ids = voice.front_end.symbols.encode(spoken.symbols)
    assert ids[:5] == [37, 34, 41, 41, 44]
    np.testing.assert_allclose(spoken.mel, mel_of(model, ids).numpy(), atol=1e-5)
    assert spoken.durations[:-1].min() >= 1  # the last one may lose the frame that fills no squeeze


@pytest.mark.parametrize("spelling", ["parametrizations", "weight_g", "folded", "only the start keeps it"])
def test_weight_norm_in_every_spelling(spelling: str, tmp_path: Path) -> None:
    table = settings()
    model = model_of(table)
    tensors = their_tensors(model)
    for name in [name for name in tensors if name.endswith("weight.original0")]:
        stem = name.removesuffix(".parametrizations.weight.original0")
        gain, direction = tensors[name], tensors[f"{stem}.parametrizations.weight.original1"]
        if spelling == "parametrizations" or (spelling.startswith("only") and stem.endswith("start")):
            continue
        del tensors[name], tensors[f"{stem}.parametrizations.weight.original1"]
        if spelling == "weight_g":
            tensors |= {f"{stem}.weight_g": gain, f"{stem}.weight_v": direction}
        else:
            tensors[f"{stem}.weight"] = torch._weight_norm(direction, gain, 0)
    done = bring_in(tmp_path, table, tensors)
    convolutions = 2 * (1 + 2 + 2)  # start, gates and residuals of both blocks
    assert done.split == {"folded": convolutions, "only the start keeps it": convolutions - 2}.get(spelling, 0)
    assert done.parameters == sum(parameter.numel() for parameter in model.parameters())
    torch.testing.assert_close(mel_of(Speaker.load(done.run).model, [4, 9, 30]), mel_of(model, [4, 9, 30]))


VARIANTS: dict[str, dict[str, Any]] = {
    "no relative attention": {"encoder_params": {**ENCODERS["rel_pos_transformer"], "rel_attn_window_size": None}},
    "block length and layer norm 2": {
        "encoder_params": {**ENCODERS["rel_pos_transformer"], "input_length": 3, "layer_norm_type": "2"}
    },
    "even kernel": {"encoder_params": {**ENCODERS["rel_pos_transformer"], "kernel_size": 4}},
    "no prenet, full variance": {"use_encoder_prenet": False, "mean_only": False},
    "squeeze 4, split 8, sigmoid": {"num_squeeze": 4, "num_splits": 8, "sigmoid_scale": True, "dilation_rate": 2},
    "no squeeze": {"num_squeeze": 1, "num_splits": 2},
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_variants_of_the_architecture(variant: str, tmp_path: Path) -> None:
    table = settings(**VARIANTS[variant])
    model = model_of(table)
    tensors = their_tensors(model)
    if "layer norm 2" in variant:  # whose norms of the layers have one axis
        tensors = {n: t.reshape(-1) if ".encoder.norm_layers" in n else t for n, t in tensors.items()}
    tensors["decoder.flows.1.weight_inv"] = torch.eye(4)  # as some versions leave behind
    done = bring_in(tmp_path, table, tensors)
    assert list(done.skipped) == ["decoder.flows.1.weight_inv"]
    torch.testing.assert_close(mel_of(Speaker.load(done.run).model, [4, 9, 30]), mel_of(model, [4, 9, 30]))


def test_a_speaker_table_and_its_names(tmp_path: Path) -> None:
    table = settings(use_speaker_embedding=True, num_speakers=3, speakers_file="/gone/speakers.json")
    model = model_of(table, speakers=3)
    (tmp_path / "speakers.json").write_text(json.dumps({"zoe": 2, "abe": 0}))
    done = bring_in(tmp_path, table, their_tensors(model))
    assert done.speakers == ("abe", "speaker-1", "zoe")
    voice = Speaker.load(done.run)
    spoken = voice.speak("Yes.", speaker="zoe", variation=0.0)[0]
    ids = voice.front_end.symbols.encode(spoken.symbols)
    np.testing.assert_allclose(spoken.mel, mel_of(model, ids, speaker=torch.tensor([2])).numpy(), atol=1e-5)


def vectors_file(path: Path, table: dict[str, tuple[str, list[float]]]) -> Path:
    path.write_text(json.dumps({clip: {"name": name, "embedding": vector} for clip, (name, vector) in table.items()}))
    return path


def test_d_vectors_become_speakers_by_name(tmp_path: Path) -> None:
    table = settings(use_d_vector_file=True, d_vector_dim=3, use_speaker_embedding=True)
    model = model_of(table)
    files = (
        vectors_file(tmp_path / "a.json", {"zoe/1.wav": ("zoe", [2, 0, 0]), "zoe/2.wav": ("zoe", [0, 2, 0])}),
        vectors_file(tmp_path / "b.json", {"abe/1.wav": ("abe", [0, 0, 5])}),
    )
    done = bring_in(tmp_path, table, their_tensors(model), Beside(d_vectors=files))
    assert done.speakers == ("abe", "zoe")
    voice = Speaker.load(done.run)
    spoken = voice.speak("Yes.", speaker="zoe", variation=0.0)[0]
    ids = voice.front_end.symbols.encode(spoken.symbols)
    mean = torch.tensor([[1.0, 1.0, 0.0]])
    np.testing.assert_allclose(spoken.mel, mel_of(model, ids, speaker=mean).numpy(), atol=1e-5)
    assert done.parameters == sum(parameter.numel() for parameter in model.parameters())  # vectors are none


def test_one_given_speaker_needs_no_name(tmp_path: Path) -> None:
    table = settings(use_d_vector_file=True, d_vector_dim=3)
    model = model_of(table)
    file = vectors_file(tmp_path / "v.json", {"1.wav": ("abe", [1, 2, 3])})
    table["d_vector_file"] = [str(file)]
    voice = Speaker.load(bring_in(tmp_path, table, their_tensors(model)).run)
    spoken = voice.speak("Yes.", variation=0.0)[0]
    ids = voice.front_end.symbols.encode(spoken.symbols)
    vector = torch.tensor([[1.0, 2.0, 3.0]])
    np.testing.assert_allclose(spoken.mel, mel_of(model, ids, speaker=vector).numpy(), atol=1e-5)


def test_a_table_of_one_speaker_is_kept(tmp_path: Path) -> None:
    table = settings(use_speaker_embedding=True, num_speakers=1)
    several = settings(use_speaker_embedding=True, num_speakers=2)
    tensors = their_tensors(model_of(several, speakers=2))
    tensors["emb_g.weight"] = tensors["emb_g.weight"][:1]
    voice = Speaker.load(bring_in(tmp_path, table, tensors).run)
    assert voice.speakers == ("speaker-0",)
    expected = mel_of(model_of(several, speakers=2), [4, 9], speaker=torch.tensor([0]))
    torch.testing.assert_close(mel_of(voice.model, [4, 9]), expected)


def test_mean_and_variance_of_the_mel_go_into_the_model(tmp_path: Path) -> None:
    plain, normalised = settings(), settings(audio={"stats_path": "scale_stats.npy", "mel_fmax": 8000.0})
    model = model_of(plain)
    mean, deviation = np.linspace(-30, 5, 80), np.linspace(1, 3, 80)
    stats = {"mel_mean": mean, "mel_std": deviation, "linear_mean": 0.0, "linear_std": 1.0, "audio_config": {"a": 1}}
    np.save(tmp_path / "scale_stats.npy", stats, allow_pickle=True)
    done = bring_in(tmp_path, normalised, their_tensors(model))
    voice = Speaker.load(done.run)
    assert voice.mel.normalisation is None
    expected = mel_of(model, [4, 9, 30]).numpy() * deviation[:, None] + mean[:, None]
    np.testing.assert_allclose(mel_of(voice.model, [4, 9, 30]).numpy(), expected, atol=1e-3)
    (tmp_path / "scale_stats.npy").unlink()
    with pytest.raises(CheckpointError, match="scale_stats.npy: no such file"):
        bring_in(tmp_path, normalised, their_tensors(model), name="other")


def test_what_the_run_keeps_of_the_settings(tmp_path: Path) -> None:
    table = settings(
        inference_noise_scale=0.33, length_scale=1.25, add_blank=True, enable_eos_bos_chars=True, lr=2e-4,
        lr_scheduler_params={"warmup_steps": 500}, grad_clip=1.0, test_sentences=["One.", "Two."],
        audio={"sample_rate": 16000, "mel_fmin": 50.0, "mel_fmax": 7600.0, "max_norm": 1.0, "symmetric_norm": False},
    )  # fmt: skip
    done = bring_in(tmp_path, table, their_tensors(model_of(table)))
    run = Speaker.load(done.run).settings
    assert (run.variation, run.front_end) == (0.33, "coqui:english_cleaners,blank=3,bos=2,eos=1")
    assert (run.mel.sample_rate, run.mel.low, run.mel.high, run.mel.padding) == (16000, 50.0, 7600.0, "centred")
    assert run.mel.normalisation is not None
    assert (run.mel.normalisation.highest, run.mel.normalisation.symmetric) == (1.0, False)
    optimizer = run.train.optimizer
    assert (optimizer.name, optimizer.lr, optimizer.warmup, optimizer.clip_at) == ("radam", 2e-4, 500, 1.0)
    assert run.train.test_sentences == ("One.", "Two.")
    assert "speak with --speed 0.8" in done.notes[0]


WRONG_SETTINGS = {
    "encoder_type = 'gated' is unknown; did you mean 'gated_conv'": {"encoder_type": "gated"},
    "gated_conv takes no 'num_heads'": {"encoder_type": "gated_conv"},
    "rel_pos_transformer needs 'num_layers'": {"encoder_params": {"num_heads": 2, "hidden_channels_ffn": 8}},
    "heads = 3 must divide width = 16": {"encoder_params": {**ENCODERS["rel_pos_transformer"], "num_heads": 3}},
    "layer_norm_type = '3'": {"encoder_params": {**ENCODERS["rel_pos_transformer"], "layer_norm_type": "3"}},
    "use_d_vector_file is true but d_vector_dim = 0": {"use_d_vector_file": True},
    "external vectors, and their file is not where": {"use_d_vector_file": True, "d_vector_dim": 3},
    "out_channels = 80 but audio.num_mels = 40": {"audio": {"num_mels": 40}},
    "hidden_channels_enc = '16': expected a value like 192": {"hidden_channels_enc": "16"},
    "mean_only = 1: expected a value like True": {"mean_only": 1},
    "r = 2: Glow-TTS makes one frame a step": {"r": 2},
    "settings of a 'vits', expected a 'glow_tts'": {"model": "vits"},
    "the cleaner 'english' is not here; did you mean": {"text_cleaner": "english"},
    "phonemizer 'ja_jp_phonemizer' is not here": {"use_phonemes": True, "phonemizer": "ja_jp_phonemizer"},
    "'blank' is asked for but not defined": {"add_blank": True, "characters": {"characters": "abc", "pad": "_"}},
    "is_unique without is_sorted": {"characters": {"characters": "abc", "is_unique": True, "is_sorted": False}},
    "characters_class 'VitsCharacters' is not of Glow-TTS": {"characters": {"characters_class": "x.VitsCharacters"}},
    "optimizer = 'Lion': expected": {"optimizer": "Lion"},
    "do_amp_to_db_mel is false": {"audio": {"do_amp_to_db_mel": False}},
    "dilations has 2 entries for num_res_blocks = 3": {
        "encoder_type": "residual_conv_bn",
        "encoder_params": {"kernel_size": 4, "dilations": [1, 2], "num_res_blocks": 3},
    },
}


@pytest.mark.parametrize("message", WRONG_SETTINGS)
def test_settings_that_cannot_be_used_are_named(message: str, tmp_path: Path) -> None:
    tensors = their_tensors(model_of(settings()))
    with pytest.raises(ConfigError, match=re.escape(message)):
        bring_in(tmp_path, settings() | WRONG_SETTINGS[message], tensors)
    assert not (tmp_path / "run").exists()


def test_tensors_that_do_not_fit_are_named_and_nothing_is_written(tmp_path: Path) -> None:
    whole = their_tensors(model_of(settings()))
    cases = {
        "no tensor for 'encoder.mean.weight'": {k: v for k, v in whole.items() if k != "encoder.proj_m.weight"},
        "'encoder.mean.weight' is (3, 16, 1)": whole | {"encoder.proj_m.weight": torch.zeros(3, 16, 1)},
        "no place for 'speaker_table.weight'": whole | {"emb_g.weight": torch.zeros(3, 16)},
        "the embedding has 60 symbols, the settings name 67": whole | {"encoder.emb.weight": torch.zeros(60, 16)},
        "no tensor for 'encoder.embedding.weight' (and": {"waveform_decoder.conv.weight": torch.zeros(2)},
    }
    for message, tensors in cases.items():
        with pytest.raises(CheckpointError, match=re.escape(message)):
            bring_in(tmp_path, settings(), tensors)
        assert not (tmp_path / "run").exists()
    bring_in(tmp_path, settings(), whole)
    with pytest.raises(UsageError, match="there is a run already"):
        bring_in(tmp_path, settings(), whole)


def test_speaker_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    table = settings(use_speaker_embedding=True, num_speakers=2)
    tensors = their_tensors(model_of(table, speakers=2))
    names = tmp_path / "names.json"
    for text, message in {
        '{"a": 0, "b": 1, "a": 1}': "'a' stands in it twice",
        '{"a": 0, "b": 0}': "'a' and 'b' both have number 0",
        '{"a": 0, "b": 2}': "'b' has number 2; the model has speakers 0 to 1",
        "[1]": "holds a list",
        "{": "not valid JSON",
    }.items():
        names.write_text(text)
        with pytest.raises(ConfigError, match=message):
            bring_in(tmp_path, table, tensors, Beside(speakers=names))
    table = settings(use_d_vector_file=True, d_vector_dim=3)
    tensors = their_tensors(model_of(table))
    wide = vectors_file(tmp_path / "wide.json", {"1.wav": ("abe", [1, 2])})
    good = vectors_file(tmp_path / "good.json", {"1.wav": ("abe", [1, 2, 3])})
    for files, message in (
        ((wide,), "the vector of '1.wav' has 2 values; expected 3, as the model has them"),
        ((good, good), "'1.wav' stands in"),
        ((tmp_path / "none.json",), "no such file"),
    ):
        with pytest.raises(ConfigError, match=message):
            bring_in(tmp_path, table, tensors, Beside(d_vectors=files))
    assert not (tmp_path / "run").exists()


def test_files_that_would_run_code_are_refused_and_run_none(tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "touched",))

    table = settings(audio={"stats_path": "stats.npy"})
    (tmp_path / "config.json").write_text(json.dumps(table))
    torch.save({"model": Hostile()}, tmp_path / "a.pth")
    (tmp_path / "b.pth").write_bytes(pickle.dumps({"model": Hostile()}))
    for name in ("a.pth", "b.pth"):
        with pytest.raises(CheckpointError, match=r"tensors and plain values|not a readable checkpoint"):
            import_coqui_glow_tts(tmp_path / name, tmp_path / "config.json", tmp_path / "run")
    stats = np.empty((), object)
    stats[()] = Hostile()
    np.save(tmp_path / "stats.npy", stats, allow_pickle=True)
    with pytest.raises(CheckpointError, match="refused: it holds more than arrays"):
        bring_in(tmp_path, table, their_tensors(model_of(table)))
    torch.save({"abe": Hostile()}, tmp_path / "speakers.pth")
    table = settings(use_speaker_embedding=True, num_speakers=2)
    with pytest.raises(ConfigError, match="tensors and plain values"):
        bring_in(
            tmp_path, table, their_tensors(model_of(table, speakers=2)), Beside(speakers=tmp_path / "speakers.pth")
        )
    assert not (tmp_path / "touched").exists()
    assert not (tmp_path / "run").exists()


def test_comments_in_the_settings_are_passed_over(tmp_path: Path) -> None:
    table = settings(output_path="//server/share")
    save_file(
        {name: value.contiguous() for name, value in their_tensors(model_of(table)).items()}, tmp_path / "m.safetensors"
    )
    text = json.dumps(table, indent=1).replace("{\n", "{ // the model\n// of this\n", 1)
    (tmp_path / "config.json").write_text(text)
    done = import_coqui_glow_tts(tmp_path / "m.safetensors", tmp_path / "config.json", tmp_path / "run")
    assert done.speakers == ("speaker-0",)


STRANGE: tuple[Any, ...] = (None, "x", 3.7, -1, 0, True, [], {}, [1], {"a": 1})


@pytest.mark.parametrize("name", [field.name for field in FIELDS])
def test_strange_values_are_taken_or_refused_but_never_fall_through(name: str) -> None:
    for value in STRANGE:
        table = settings() | {name: value}
        with contextlib.suppress(ConfigError):
            model = model_config(table, where="test")
            mel_config(section(table, "audio", where="test"), where="test")
            coqui_front_end(table, where="test")
            train_config(table, model, where="test")
            GlowTTS(model, vocabulary=3, bands=80)


def test_a_model_of_phonemes_says_what_it_needs(tmp_path: Path) -> None:
    table = settings(use_phonemes=True, phonemizer="gruut", phoneme_language="en-us", text_cleaner="phoneme_cleaners")
    done = bring_in(tmp_path, table, their_tensors(model_of(table, vocabulary=132)))
    assert "espeak-ng stands in for it" in done.notes[1]
    assert Speaker.load(done.run).front_end.name == "coqui:phoneme_cleaners,espeak=en-us"


def test_fields_of_no_glow_tts_are_named(tmp_path: Path) -> None:
    table = settings(encoder_layers=3, windw=4)
    done = bring_in(tmp_path, table, their_tensors(model_of(table)))
    assert done.notes[:-1] == ("fields that no Glow-TTS of Coqui has are passed over: encoder_layers, windw",)
