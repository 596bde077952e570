"""`glowvox import hifi-gan`, `bigvgan` and `vocos`: what is said, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result

from glowvox.audio.mel import MelConfig, log_mel
from glowvox.cli.import_ import command
from glowvox.errors import ConfigError, UsageError
from glowvox.models.vocoder_file import load_vocoder
from tests.unit.importers.test_vocoders import TINY, TINY_YAML, hifi_gan_tensors, settings, vocos_tensors


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(word) for word in arguments])


def test_a_generator_comes_in_and_makes_a_wave_of_a_mel(tmp_path: Path) -> None:
    model, theirs = hifi_gan_tensors()
    torch.save({"generator": theirs, "steps": torch.tensor(7)}, tmp_path / "g_00000007")
    output = tmp_path / "hifi-gan.safetensors"
    result = run("hifi-gan", tmp_path / "g_00000007", "--config", settings(tmp_path, TINY), "-o", output)
    assert result.exit_code == 0, result.output
    total = sum(parameter.numel() for parameter in model.parameters())
    assert result.stdout == (
        f"{output}: {total:,} parameters from {len(theirs)} tensors, 0 constants made anew, 0 skipped; "
        "80 mel bands at 22050 Hz, hop 256\n"
    )
    loaded, mel = load_vocoder(output)
    spectrum = torch.from_numpy(log_mel(torch.randn(5000).numpy() * 0.1, mel))[None]
    with torch.no_grad():
        wave = loaded(spectrum)
        assert torch.equal(wave, model(spectrum))
    assert mel == MelConfig()
    assert wave.shape == (1, 19 * 256)


def test_what_is_left_out_and_what_is_different_is_said(tmp_path: Path) -> None:
    extra = {f"multiperioddisc.discriminators.{number}.conv_post.bias": torch.zeros(1) for number in range(5)}
    window = {"head.istft.window": torch.ones(1024)}
    torch.save({"state_dict": vocos_tensors() | extra | window}, tmp_path / "v.ckpt")
    output = tmp_path / "vocos.safetensors"
    result = run("vocos", tmp_path / "v.ckpt", "--config", settings(tmp_path, TINY_YAML), "-o", output)
    assert result.exit_code == 0, result.output
    assert "skipped 5 tensors of multiperioddisc: no place for them in a Vocos generator\n" in result.stderr
    assert "warning: head.istft.window: not the values this model makes in their place; it will sound" in result.stderr
    assert "1 constants made anew, 5 skipped; 100 mel bands at 24000 Hz, hop 256\n" in result.stdout


@pytest.mark.parametrize("family", ["hifi-gan", "bigvgan", "vocos"])
def test_mistakes_are_errors_of_ours(tmp_path: Path, family: str) -> None:
    result = run(family, tmp_path / "none", "--config", tmp_path / "none.json", "-o", tmp_path / "out")
    assert isinstance(result.exception, ConfigError)
    assert "none.json: no such file" in str(result.exception)
    (tmp_path / "out").write_text("mine")
    result = run(family, tmp_path / "none", "--config", tmp_path / "none.json", "-o", tmp_path / "out")
    assert isinstance(result.exception, UsageError)
    assert "out: exists already" in str(result.exception)
    assert (tmp_path / "out").read_text() == "mine"


def test_the_three_are_listed() -> None:
    text = run("--help").output
    assert all(family in text for family in ("hifi-gan", "bigvgan", "vocos", "glow-tts"))
