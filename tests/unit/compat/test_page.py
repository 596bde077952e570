"""The examples of Coqui's page as they stand there but for the import, and a script such as is built on them."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import optim

from glowvox.compat.coqui import AudioProcessor, GlowTTS, GlowTTSConfig, TTSTokenizer
from glowvox.errors import UsageError
from tests.unit.compat.building import BANDS, small

IMPORTS = {
    "from TTS.tts.configs.glow_tts_config import GlowTTSConfig": "from glowvox.compat.coqui import GlowTTSConfig",
    "from TTS.tts.models.glow_tts import GlowTTS": "from glowvox.compat.coqui import GlowTTS",
}
EXAMPLES = (
    """
>>> from TTS.tts.configs.glow_tts_config import GlowTTSConfig
>>> config = GlowTTSConfig()
""",
    """
>>> from TTS.tts.configs.glow_tts_config import GlowTTSConfig
>>> from TTS.tts.models.glow_tts import GlowTTS
>>> config = GlowTTSConfig(num_chars=2)
>>> model = GlowTTS(config)
""",
    """
>>> from TTS.tts.configs.glow_tts_config import GlowTTSConfig
>>> from TTS.tts.models.glow_tts import GlowTTS
>>> config = GlowTTSConfig()
>>> model = GlowTTS.init_from_config(config, verbose=False)
""",
)


def run(example: str) -> dict[str, Any]:
    """What the names of an example are after it, with our import lines in the place of theirs."""
    lines = re.findall(r"^>>> (.*)$", example, re.MULTILINE)
    names: dict[str, Any] = {}
    exec("\n".join(IMPORTS.get(line, line) for line in lines), names)
    return names


def test_the_examples_are_those_of_the_page(golden_dir: Path) -> None:
    page = golden_dir.parent / "docs" / "sources" / "coqui_glow_tts_page.txt"
    if not page.is_file():
        pytest.skip("the published page is not here")
    listed = re.findall(r"^>>> .*$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == [line for example in EXAMPLES for line in example.strip().splitlines()]


def test_the_first_example_makes_settings() -> None:
    assert run(EXAMPLES[0])["config"] == GlowTTSConfig()


def test_the_second_example_makes_layers_alone() -> None:
    model = run(EXAMPLES[1])["model"]
    assert model.model.encoder.embedding.weight.shape == (2, 192)
    assert (model.ap, model.tokenizer, model.speaker_manager) == (None, None, None)
    with pytest.raises(UsageError, match="no audio processor"):
        model.test_run()


def test_the_third_example_makes_a_model_with_all_its_parts(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        model = run(EXAMPLES[2])["model"]
    assert not caplog.records
    assert model.config.num_chars == model.tokenizer.num_chars == 67
    assert sum(parameter.numel() for parameter in model.parameters()) == 28_597_969  # as theirs
    assert (model.ap.sample_rate, model.ap.num_mels) == (22050, 80)
    assert model.tokenizer.ids_to_text(model.tokenizer.text_to_ids("Hello.")) == "Hello."
    with caplog.at_level(logging.INFO):
        GlowTTS.init_from_config(small())
    assert re.search(r"Glow-TTS of \d+ parameters, 67 symbols, 0 speakers", caplog.text)


class Steps:
    """As much of a trainer as a model asks for."""

    total_steps_done = 0


def sound(seed: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    tone = np.sin(np.arange(8000) * (0.03 + 0.01 * seed))
    return (0.5 * tone + 0.05 * np.random.default_rng(seed).normal(size=8000)).astype(np.float32)


def test_a_script_trains_and_speaks(tmp_path: Path) -> None:
    """Settings, parts, features, ten steps of initialisation, steps that lower the loss, speech, saved and loaded."""
    torch.manual_seed(0)
    config = small(text_cleaner="english_cleaners", inference_noise_scale=0.3, dropout_p_dec=0.0)
    ap = AudioProcessor.init_from_config(config)
    tokenizer, config = TTSTokenizer.init_from_config(config)
    model = GlowTTS(config, ap, tokenizer, speaker_manager=None)
    model.train()
    criterion = model.get_criterion()
    texts = [torch.tensor(tokenizer.text_to_ids(text)) for text in ("Hello.", "Good day!", "Yes")]
    mels = [torch.from_numpy(ap.melspectrogram(sound(seed)).T) for seed in range(3)]
    batch = model.format_batch(
        {
            "token_id": torch.nn.utils.rnn.pad_sequence(texts, batch_first=True),
            "token_id_lengths": torch.tensor([len(text) for text in texts]),
            "mel": torch.stack(mels),
            "mel_lengths": torch.tensor([len(mel) for mel in mels]),
            "speaker_names": ["", "", ""],
        }
    )
    optimizer = optim.Adam(model.parameters(), lr=2e-3)
    trainer, history = Steps(), []
    for step in range(40):
        trainer.total_steps_done = step
        model.on_train_step_start(trainer)
        outputs, loss_dict = model.train_step(batch, criterion)
        assert (outputs is None) == (loss_dict is None) == (step < 10)
        if loss_dict is not None:
            optimizer.zero_grad()
            loss_dict["loss"].backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), config.grad_clip)
            optimizer.step()
            history.append(loss_dict["loss"].item())
    assert history[-1] < history[0] - 0.2
    _, held_out = model.eval().eval_step(batch, criterion)
    assert held_out is not None
    assert not held_out["loss"].requires_grad
    spoken = model.inference(texts[0][None])["model_outputs"]
    assert spoken is not None
    assert spoken.shape[2] == BANDS
    ap.save_wav(ap.inv_melspectrogram(spoken[0].T.numpy()), tmp_path / "hello.wav")
    assert len(ap.load_wav(tmp_path / "hello.wav")) > 0
    torch.save({"model": model.state_dict()}, tmp_path / "model.pth")
    again = GlowTTS.init_from_config(config, verbose=False)
    again.load_checkpoint(config, tmp_path / "model.pth", eval=True)
    _, same = again.eval_step(batch, again.get_criterion())
    assert same is not None
    assert torch.equal(same["loss"], held_out["loss"])
