"""The settings of a WaveGlow; the defaults are those of the published 256-channel models."""

from __future__ import annotations

from glowvox.config import Settings


class WaveGlowConfig(Settings, frozen=True, kw_only=True):
    """A whole WaveGlow. Mel bands and hop come with the mel settings and are no keys here."""

    flows: int = 12
    group: int = 8  # samples that make one column
    early_every: int = 4  # flows between one exit of channels and the next
    early_size: int = 2  # channels that leave at an exit
    layers: int = 8  # of the network in each coupling; layer i has dilation 2^i
    width: int = 256
    kernel: int = 3
    upsample_kernel: int = 1024  # samples that one frame of the mel spectrogram reaches
    alternating: bool = False  # in every second flow the halves change roles, as in the first published models

    def __post_init__(self) -> None:
        """Refuse sizes that do not fit each other."""
        for name in ("flows", "group", "early_every", "early_size", "layers", "width", "upsample_kernel"):
            if getattr(self, name) < 1:
                raise ValueError(f"waveglow: {name} = {getattr(self, name)} must be at least 1")
        if self.kernel < 1 or self.kernel % 2 == 0:
            raise ValueError(f"waveglow: kernel = {self.kernel} must be odd, as 3")
        for name in ("group", "early_size"):
            if getattr(self, name) % 2:
                raise ValueError(f"waveglow: {name} = {getattr(self, name)} must be even: channels are cut in halves")
        left = self.group - self.finished(self.flows - 1)
        if left < 2:
            raise ValueError(
                f"waveglow: {self.early_size} channels leaving every {self.early_every} of {self.flows} flows leave "
                f"{left} of group = {self.group}; at least 2 must remain"
            )

    def finished(self, flow: int) -> int:
        """Channels that have left before the flow of that number, counted from 0."""
        return flow // self.early_every * self.early_size


PRESETS = {
    "tiny": WaveGlowConfig(flows=6, early_every=2, layers=4, width=48),
    "published": WaveGlowConfig(),
    "paper": WaveGlowConfig(width=512),
}
