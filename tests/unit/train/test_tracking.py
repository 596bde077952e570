"""Event files for TensorBoard."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from glowvox.train.tracking import WRITERS, Tracker, find_tracker
from tests.unit.train.conftest import Sampled


class Writer:
    """Remembers what it was given."""

    def __init__(self) -> None:
        self.scalars: list[tuple[str, float, int]] = []
        self.images: list[tuple[str, tuple[int, ...], int]] = []
        self.sounds: list[tuple[str, Any, int, int]] = []
        self.histograms: list[tuple[str, Any, int]] = []

    def add_scalar(self, tag: str, value: float, step: int) -> None:
        self.scalars.append((tag, value, step))

    def add_image(self, tag: str, image: Any, step: int, *, dataformats: str) -> None:
        assert dataformats == "HWC"
        self.images.append((tag, image.shape, step))

    def add_audio(self, tag: str, sound: Any, step: int, *, sample_rate: int) -> None:
        self.sounds.append((tag, sound, step, sample_rate))

    def add_histogram(self, tag: str, values: Any, step: int) -> None:
        self.histograms.append((tag, values, step))

    def close(self) -> None:
        pass


def test_the_spread_of_every_parameter() -> None:
    writer = Writer()
    module = torch.nn.Linear(3, 2)
    Tracker(writer).weights(7, module)
    assert [(tag, step) for tag, _, step in writer.histograms] == [("weights/weight", 7), ("weights/bias", 7)]
    np.testing.assert_array_equal(writer.histograms[0][1], module.weight.detach().numpy())


def test_numbers_are_grouped_into_training_and_held_out() -> None:
    writer = Writer()
    tracker = Tracker(writer)
    tracker.record({"step": 20, "epoch": 0, "seconds": 9.0, "nll": 1.5, "lr": 1e-3})
    tracker.record({"step": 20, "seconds": 9.0, "val_nll": 1.25})
    assert writer.scalars == [("training/nll", 1.5, 20), ("training/lr", 1e-3, 20), ("held_out/nll", 1.25, 20)]


def test_sounds_and_pictures_of_a_step(sampled: Sampled) -> None:
    writer = Writer()
    Tracker(writer).samples(sampled.folder, sampled.sheet)
    name = sampled.sheet.clips[0].id
    assert [tag for tag, *_ in writer.sounds] == [
        "speaker1/sentence_1",
        f"{name}/real",
        f"{name}/forced",
        f"{name}/free",
    ]
    assert {(step, rate) for _, _, step, rate in writer.sounds} == {(3, 22050)}
    assert all(sound.dtype == np.float32 and 0 < np.abs(sound).max() <= 1 for _, sound, *_ in writer.sounds)
    assert [tag for tag, *_ in writer.images] == ["speaker1/sentence_1", f"{name}/alignment", f"{name}/mels"]
    assert all(shape[2] == 3 for _, shape, _ in writer.images)


def test_without_an_event_writer_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in WRITERS:
        monkeypatch.setitem(sys.modules, name, None)
    assert find_tracker(tmp_path) is None


def test_an_event_file_is_written_where_tensorboardx_is_installed(tmp_path: Path, sampled: Sampled) -> None:
    pytest.importorskip("tensorboardX")
    tracker = find_tracker(tmp_path / "events")
    assert tracker is not None
    tracker.record({"step": 20, "nll": 1.5})
    tracker.samples(sampled.folder, sampled.sheet)
    tracker.close()
    written = b"".join(path.read_bytes() for path in (tmp_path / "events").iterdir())
    for tag in (b"training/nll", b"speaker1/sentence_1", f"{sampled.sheet.clips[0].id}/mels".encode()):
        assert tag in written
