"""Checkpoints whose weight normalisation was removed, wholly or in part."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from glowvox.importers.glow_tts import import_glow_tts
from glowvox.importers.weight_norm import split_weights
from glowvox.nn.convolution import WeightNormConv1d
from glowvox.train.speaker import Speaker
from tests.unit.importers.test_glow_tts import DATA, SMALL, their_tensors


def test_direction_and_gain_make_the_weight_again() -> None:
    torch.manual_seed(0)
    weight = torch.randn(6, 4, 3)
    layer = WeightNormConv1d(4, 6, 3)
    ours = {"gate.weight": weight, "gate.bias": torch.zeros(6), "end.weight": torch.ones(2)}
    assert split_weights(ours, ["gate.direction", "gate.gain", "gate.bias", "end.weight", "start.direction"]) == 1
    assert sorted(ours) == ["end.weight", "gate.bias", "gate.direction", "gate.gain"]
    layer.load_state_dict({name.removeprefix("gate."): value for name, value in ours.items() if "gate" in name})
    torch.testing.assert_close(layer.weight(), weight)
    assert layer.gain.shape == (6, 1, 1)


def test_the_authors_checkpoint_after_store_inverse_speaks_as_before(tmp_path: Path) -> None:
    """Their `store_inverse` removes the normalisation of all layers but the first of each coupling."""
    (tmp_path / "base.json").write_text(json.dumps({"model": SMALL, "data": DATA}))
    whole = their_tensors()
    stored = dict(whole)
    for name in [name for name in whole if ".wn." in name and name.endswith("weight_g")]:
        stem = name.removesuffix("_g")
        stored[stem] = torch._weight_norm(stored.pop(f"{stem}_v"), stored.pop(f"{stem}_g"), 0)
    assert len(stored) == len(whole) - 2 * 2 * 2  # gates and residuals of two blocks
    mels = []
    for place, tensors in (("whole", whole), ("stored", stored)):
        torch.save({"model": tensors}, tmp_path / f"{place}.pth")
        done = import_glow_tts(tmp_path / f"{place}.pth", tmp_path / "base.json", tmp_path / place)
        mels.append(torch.from_numpy(Speaker.load(done.run).speak("Hello.")[0].mel))
    torch.testing.assert_close(mels[0], mels[1])
