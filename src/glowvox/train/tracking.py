"""TensorBoard, where it is installed: the run's numbers, sounds and pictures as event files."""

from __future__ import annotations

import importlib
import wave
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from torch import nn

from glowvox.train.samples import SampleSheet

# torch's own writer needs the package `tensorboard`; tensorboardX stands alone
WRITERS = ("torch.utils.tensorboard", "tensorboardX")
SKIPPED_KEYS = frozenset({"step", "epoch", "seconds"})


class EventWriter(Protocol):
    """What both writers offer."""

    def add_scalar(self, tag: str, value: float, step: int) -> object:
        """Write a number."""
        ...

    def add_image(self, tag: str, image: npt.NDArray[np.uint8], step: int, *, dataformats: str) -> object:
        """Write a picture (H, W, 3)."""
        ...

    def add_audio(self, tag: str, sound: npt.NDArray[np.float32], step: int, *, sample_rate: int) -> object:
        """Write a sound (S,)."""
        ...

    def add_histogram(self, tag: str, values: npt.NDArray[np.float32], step: int) -> object:
        """Write how values are spread (any shape)."""
        ...

    def close(self) -> object:
        """Put on disk what was written, and end."""
        ...


class Tracker:
    """Passes records and samples on to an event writer."""

    def __init__(self, writer: EventWriter) -> None:
        self.writer = writer

    def record(self, record: Mapping[str, Any]) -> None:
        """Write the numbers of one line of metrics."""
        for name, value in record.items():
            if name not in SKIPPED_KEYS:
                group = "held_out" if name.startswith("val_") else "training"
                self.writer.add_scalar(f"{group}/{name.removeprefix('val_')}", float(value), int(record["step"]))

    def samples(self, folder: Path, sheet: SampleSheet) -> None:
        """Write the sounds and pictures of one step."""
        for number, sentence in enumerate(sheet.sentences, start=1):
            self._sound(f"{sentence.speaker}/sentence_{number}", folder, sentence.audio, sheet.step)
            self._picture(f"{sentence.speaker}/sentence_{number}", folder, sentence.picture, sheet.step)
        for clip in sheet.clips:
            for kind, file in (("real", clip.real), ("forced", clip.forced), ("free", clip.free)):
                self._sound(f"{clip.id}/{kind}", folder, file, sheet.step)
            self._picture(f"{clip.id}/alignment", folder, clip.alignment, sheet.step)
            self._picture(f"{clip.id}/mels", folder, clip.mels, sheet.step)

    def weights(self, step: int, module: nn.Module) -> None:
        """Write how the values of every parameter are spread."""
        for name, parameter in module.named_parameters():
            self.writer.add_histogram(f"weights/{name}", parameter.detach().float().cpu().numpy(), step)

    def close(self) -> None:
        """Put everything on disk."""
        self.writer.close()

    def _sound(self, tag: str, folder: Path, file: str | None, step: int) -> None:
        if file:
            with wave.open(str(folder / file), "rb") as sound:
                rate, data = sound.getframerate(), sound.readframes(sound.getnframes())
            samples = np.frombuffer(data, "<i2").astype(np.float32) * np.float32(1 / 32768)
            self.writer.add_audio(tag, samples, step, sample_rate=rate)

    def _picture(self, tag: str, folder: Path, file: str | None, step: int) -> None:
        if file:
            from matplotlib.image import imread

            image = (imread(folder / file)[:, :, :3] * 255).astype(np.uint8)
            self.writer.add_image(tag, image, step, dataformats="HWC")


def find_tracker(folder: Path) -> Tracker | None:
    """A tracker that writes below `folder`, or None where no event writer is installed."""
    for name in WRITERS:
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        return Tracker(module.SummaryWriter(str(folder)))
    return None
