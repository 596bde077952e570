"""The settings of a Vocos model; the defaults are the published 24 kHz one's."""

from __future__ import annotations

from glowvox.config import Settings


class VocosConfig(Settings, frozen=True, kw_only=True):
    """A ConvNeXt network with a linear head; the sizes of its spectrum are the mel's."""

    width: int = 512
    feed_forward: int = 1536
    layers: int = 8

    def __post_init__(self) -> None:
        """Refuse sizes that cannot be built."""
        for name in ("width", "feed_forward", "layers"):
            if getattr(self, name) < 1:
                raise ValueError(f"vocos: {name} = {getattr(self, name)} must be at least 1")
