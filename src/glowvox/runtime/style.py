"""A style on disk: where in a model's latent space some recordings lie, as one small file.

The file is NumPy's .npz: `mean` (M, 1) or (M, T), and `settings`, JSON as bytes. It belongs to the model whose latents
it was made of.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from glowvox import config
from glowvox.config import Settings
from glowvox.errors import ConfigError, InputError, UsageError

Floats = npt.NDArray[np.float32]
FORMAT = 1
Kind = Literal["glow-tts", "flowtron"]
SLOWEST, FASTEST = 0.1, 10.0  # pace that anything has


class StyleSettings(Settings, frozen=True, kw_only=True):
    """What a style says of itself."""

    format: int = FORMAT
    kind: Kind  # of the model it belongs to
    mel_fingerprint: str  # of the mels that the model was trained on
    aggregation: Literal["batch", "time-and-batch"]
    strength: float  # λ
    recordings: int
    frames: int  # of all recordings together
    heard_as: str  # speaker of the model, or "their own"
    pace: float = 1.0  # speed of the recordings against that of the average reading, where a model has durations

    def __post_init__(self) -> None:
        """Refuse a pace that nothing has."""
        if not SLOWEST <= self.pace <= FASTEST:
            raise ValueError(f"style: pace = {self.pace} must lie between {SLOWEST:g} and {FASTEST:g}")


@dataclass(frozen=True)
class Style:
    """The mean of the noise that a model speaks from.

    mean  (M, 1), or (M, T) frame by frame
    """

    settings: StyleSettings
    mean: Floats

    def require(self, kind: Kind, fingerprint: str) -> None:
        """Refuse a style of another kind of model, or of other mels.

        raises  UsageError
        """
        if self.settings.kind != kind:
            raise UsageError(f"this style is of a {self.settings.kind} model, and the voice is {kind}")
        if self.settings.mel_fingerprint != fingerprint:
            raise UsageError("this style is of a model that was trained on other mel spectrograms than the voice")

    def content(self) -> bytes:
        """The content of its file."""
        file = io.BytesIO()
        settings = np.frombuffer(msgspec.json.encode(self.settings), np.uint8)
        np.savez(file, mean=self.mean.astype(np.float32), settings=settings)
        return file.getvalue()


def read_style(path: Path) -> Style:
    """A style from its file.

    raises  InputError where there is none, or it is damaged
    """
    hint = "glowvox style makes one of recordings"
    try:
        with np.load(path, allow_pickle=False) as file:
            mean, table = file["mean"], bytes(file["settings"])
    except FileNotFoundError:
        raise InputError(f"{path}: no such file", hint=hint) from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, AttributeError, TypeError) as error:
        raise InputError(f"{path}: no style: {error}", hint=hint) from None
    try:
        settings = config.build(msgspec.json.decode(table), StyleSettings, where=str(path))
    except (ConfigError, msgspec.DecodeError, AttributeError) as error:
        raise InputError(f"{path}: no style: {error}", hint=hint) from None
    if mean.ndim != 2 or not mean.size or mean.dtype != np.float32 or not np.isfinite(mean).all():
        raise InputError(f"{path}: no style: its mean is {mean.dtype} {mean.shape}, expected float32 (bands, frames)")
    return Style(settings, mean)


def centres(mean: Floats | None, frames: int, bands: int) -> Floats:
    """The mean of each frame's noise (T, M); one that is shorter is said again and again, none is zero.

    mean  (M, 1) or (M, T')
    """
    if mean is None:
        return np.zeros((frames, bands), np.float32)
    return np.ascontiguousarray(mean.T[np.arange(frames) % mean.shape[1]])
