"""The settings of a Glow-TTS model; the defaults are the paper's."""

from __future__ import annotations

from glowvox.config import Settings


class EncoderConfig(Settings, frozen=True, kw_only=True):
    """The transformer that reads the tokens."""

    width: int = 192
    feed_forward: int = 768
    layers: int = 6
    heads: int = 2
    kernel: int = 3
    window: int | None = 4  # tokens to either side whose distance attention knows
    reach: int | None = None  # tokens further away than this are not attended to
    prenet: bool = True
    dropout: float = 0.1

    def __post_init__(self) -> None:
        """Refuse sizes that do not fit each other."""
        if self.width % self.heads:
            raise ValueError(f"encoder: heads = {self.heads} must divide width = {self.width}")
        if self.kernel % 2 == 0:
            raise ValueError(f"encoder: kernel = {self.kernel} must be odd; {self.kernel + 1} is")
        for name in ("window", "reach"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"encoder: {name} = {value} must not be negative")


class DurationConfig(Settings, frozen=True, kw_only=True):
    """The predictor of durations."""

    width: int = 256
    dropout: float = 0.1


class DecoderConfig(Settings, frozen=True, kw_only=True):
    """The flow between mel and latent."""

    blocks: int = 12
    width: int = 192
    layers: int = 4
    kernel: int = 5
    dilation_rate: int = 1
    squeeze: int = 2
    splits: int = 4
    sigmoid_scale: bool = False
    dropout: float = 0.05

    def __post_init__(self) -> None:
        """Refuse sizes that do not fit each other."""
        if self.kernel % 2 == 0:
            raise ValueError(f"decoder: kernel = {self.kernel} must be odd; {self.kernel + 1} is")
        if self.splits % 2:
            raise ValueError(f"decoder: splits = {self.splits} must be even; {self.splits + 1} is")
        if self.squeeze < 1:
            raise ValueError(f"decoder: squeeze = {self.squeeze} must be at least 1")


class GlowTTSConfig(Settings, frozen=True, kw_only=True):
    """A whole Glow-TTS. Vocabulary, mel bands and number of speakers come with the data and are no keys here."""

    encoder: EncoderConfig = EncoderConfig()
    duration: DurationConfig = DurationConfig()
    decoder: DecoderConfig = DecoderConfig()
    mean_only: bool = True  # the prior has unit variance
    speaker_width: int = 256  # of the speaker table, where there are several speakers


PRESETS = {
    "tiny": GlowTTSConfig(
        encoder=EncoderConfig(width=48, feed_forward=96, layers=2),
        duration=DurationConfig(width=48),
        decoder=DecoderConfig(blocks=4, width=48, layers=2, dropout=0.0),
        speaker_width=16,
    ),
    "small": GlowTTSConfig(
        encoder=EncoderConfig(width=96, feed_forward=384, layers=4),
        duration=DurationConfig(width=96),
        decoder=DecoderConfig(blocks=6, width=96, layers=3, dropout=0.0),
        speaker_width=32,
    ),
    "base": GlowTTSConfig(),
}
