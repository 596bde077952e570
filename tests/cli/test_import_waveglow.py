"""`glowvox import waveglow` from the outside."""

from __future__ import annotations

from pathlib import Path

import torch

from glowvox.models.vocoder_file import load_vocoder
from tests.cli.conftest import Command
from tests.unit.importers.test_waveglow import model, published


def test_a_checkpoint_becomes_a_file_that_speaks(glowvox: Command, tmp_path: Path) -> None:
    torch.save({"model": published(model()) | {"strange": torch.zeros(1)}}, tmp_path / "waveglow_7")
    done = glowvox("import", "waveglow", tmp_path / "waveglow_7", "-o", tmp_path / "ours.safetensors")
    assert done.status == 0
    loaded, _ = load_vocoder(tmp_path / "ours.safetensors")
    count = sum(parameter.numel() for parameter in loaded.parameters())
    assert f"{count:,} parameters from {len(published(model()))} tensors, 1 skipped; 4 flows" in done.out
    assert done.err == "skipped strange: no place for it in a WaveGlow\n"


def test_what_is_wrong_is_said_in_a_line_and_leaves_nothing(glowvox: Command, tmp_path: Path) -> None:
    done = glowvox("import", "waveglow", tmp_path / "none.pt", "-o", tmp_path / "ours.safetensors")
    assert (done.status, done.out) == (3, "")
    assert "none.pt: no such file" in done.err
    assert not (tmp_path / "ours.safetensors").exists()
