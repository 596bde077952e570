"""`glowvox import coqui-glow-tts` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from tests.cli.conftest import Command
from tests.fixtures.coqui import model_of, settings, their_tensors


def test_it_says_what_it_used_and_skipped_and_the_run_speaks(tmp_path: Path, glowvox: Command) -> None:
    table = settings("residual_conv_bn", length_scale=2.0)
    model = model_of(table)
    tensors = their_tensors(model) | {"criterion.weight": torch.zeros(1)}
    torch.save({"model": tensors}, tmp_path / "model.pth")
    (tmp_path / "config.json").write_text(json.dumps(table))
    said = glowvox(
        "import", "coqui-glow-tts", tmp_path / "model.pth", "--config", tmp_path / "config.json", "-o", tmp_path / "run"
    )
    assert said.status == 0, said.err
    count = sum(parameter.numel() for parameter in model.parameters())
    assert f"{tmp_path / 'run'}: {count:,} parameters in {len(model.state_dict())} tensors, 6 skipped" in said.out
    assert "speakers: speaker-0" in said.out
    assert "num_batches_tracked and 4 more: a counter" in said.err
    assert "skipped criterion.weight: no tensor of a Glow-TTS has this name" in said.err
    assert "note: length_scale = 2.0: speak with --speed 0.5" in said.err


def test_a_wrong_config_is_one_line_and_writes_nothing(tmp_path: Path, glowvox: Command) -> None:
    torch.save({"model": {"a": torch.zeros(1)}}, tmp_path / "model.pth")
    (tmp_path / "config.json").write_text(json.dumps({"encoder_type": "rel_pos_transformers"}))
    said = glowvox(
        "import", "coqui-glow-tts", tmp_path / "model.pth", "--config", tmp_path / "config.json", "-o", tmp_path / "run"
    )
    assert said.status == 2
    assert "encoder_type = 'rel_pos_transformers' is unknown; did you mean 'rel_pos_transformer'?" in said.err
    assert "Traceback" not in said.err
    assert not (tmp_path / "run").exists()
