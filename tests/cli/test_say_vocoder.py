"""`say --vocoder`: a run speaks through an imported vocoder; an exported voice has its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import soundfile
import torch

from glowvox.audio.mel import MelConfig
from glowvox.models.vocoder_file import load_vocoder
from glowvox.train.speaker import Speaker
from tests.cli.conftest import Command
from tests.fixtures.runs import make_run
from tests.unit.importers.test_vocoders import TINY, hifi_gan_tensors


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run `duo` and the folder of a HiFi-GAN."""
    monkeypatch.chdir(tmp_path)
    make_run(tmp_path / "duo", speakers=("anna", "ben"))
    (tmp_path / "hifigan").mkdir()
    (tmp_path / "hifigan" / "config.json").write_text(json.dumps(TINY))
    torch.save({"generator": hifi_gan_tensors()[1]}, tmp_path / "hifigan" / "g_00000010")
    return tmp_path


def test_a_run_speaks_through_a_published_vocoder(place: Path, glowvox: Command) -> None:
    assert glowvox("import", "hifi-gan", "hifigan", "-o", "gan.safetensors").status == 0
    said = glowvox("say", "--voice", "duo", "--vocoder", "gan.safetensors", "-o", "a.wav", "--speaker", "ben", "Hello.")
    assert said.status == 0, said.err
    mel = torch.from_numpy(Speaker.load(place / "duo").speak("Hello.", speaker="ben")[0].mel)[None]
    with torch.no_grad():
        expected = load_vocoder(place / "gan.safetensors")[0](mel)[0].clamp(-1, 1)
    found, rate = soundfile.read("a.wav", dtype="float32")
    assert rate == 22050
    assert torch.allclose(torch.from_numpy(found)[: len(expected)], expected, atol=2e-4)


def test_a_batch_through_another_vocoder_is_made_again(place: Path, glowvox: Command) -> None:
    glowvox("import", "hifi-gan", "hifigan", "-o", "gan.safetensors")
    Path("texts.tsv").write_text("one\tHello.\tben\n")
    batch = ("say", "--voice", "duo", "--batch", "texts.tsv", "--output-dir", "out")
    assert "1 spoken, 0 there already" in glowvox(*batch).err
    assert "1 spoken, 0 there already" in glowvox(*batch, "--vocoder", "gan.safetensors").err
    assert "0 spoken, 1 there already" in glowvox(*batch, "--vocoder", "gan.safetensors").err


def test_vocoders_that_do_not_fit_are_refused(place: Path, glowvox: Command, exported: Path) -> None:
    (place / "hifigan" / "config.json").write_text(json.dumps(TINY | {"fmax": 11025}))
    glowvox("import", "hifi-gan", "hifigan", "-o", "full.safetensors")
    other = glowvox("say", "--voice", "duo", "--vocoder", "full.safetensors", "-o", "a.wav", "Hello.")
    assert other.status == 3
    assert "the vocoder full and this voice use different mel spectrograms: high 11025" in other.err
    assert str(MelConfig().high) in other.err
    own = glowvox("say", "--voice", exported, "--vocoder", "full.safetensors", "-o", "a.wav", "Hello.")
    assert own.status == 2
    assert "--vocoder full.safetensors: the voice duo has its own" in own.err
    assert not Path("a.wav").exists()
