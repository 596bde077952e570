"""The settings of our own vocoder; sizes by name."""

from __future__ import annotations

from typing import Literal

from glowvox.config import Settings


class IstftConfig(Settings, frozen=True, kw_only=True, tag_field="type", tag="istft"):
    """A ConvNeXt network whose output is a spectrum."""

    width: int = 256
    feed_forward: int = 768
    layers: int = 8
    kernel: int = 7
    pitch_width: int = 128  # of the small network that tells pitch and voicing, for the harmonic source
    pitch_layers: int = 3
    pieces: int = 2  # spectra a frame, of windows as much shorter than the mel's
    stack: int = 1  # frames taken together: 2 halves the work
    source: Literal["harmonic", "plain"] = "harmonic"  # filters a pulse train and noise, or makes the spectrum itself

    def __post_init__(self) -> None:
        """Refuse sizes that cannot be built."""
        if self.kernel % 2 == 0:
            raise ValueError(f"istft: kernel = {self.kernel} must be odd; {self.kernel + 1} is")
        for name in ("width", "feed_forward", "layers", "pitch_width", "pitch_layers", "pieces", "stack"):
            if getattr(self, name) < 1:
                raise ValueError(f"istft: {name} = {getattr(self, name)} must be at least 1")


PRESETS = {
    "istft-small": IstftConfig(),
    "istft-fast": IstftConfig(width=192, feed_forward=576, layers=6, stack=2),
    "istft-base": IstftConfig(width=512, feed_forward=1536),
}
