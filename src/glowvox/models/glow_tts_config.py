"""The settings of a Glow-TTS model; the defaults are the paper's."""

from __future__ import annotations

from typing import Literal

from msgspec import structs

from glowvox.config import Settings


def _require_odd(where: str, kernel: int) -> None:
    if kernel < 1 or kernel % 2 == 0:
        raise ValueError(f"{where}: kernel = {kernel} must be odd; {max(kernel, 0) + 1} is")


def _require_positive(where: str, **sizes: int) -> None:
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{where}: {name} = {size} must be at least 1")


def _require_share(where: str, dropout: float) -> None:
    if not 0 <= dropout < 1:
        raise ValueError(f"{where}: dropout = {dropout} must lie in [0, 1)")


class GatedConvConfig(Settings, frozen=True, kw_only=True):
    """Gated convolutions, where `encoder.kind` is gated_conv."""

    kernel: int = 5
    layers: int = 9
    dropout: float = 0.1

    def __post_init__(self) -> None:
        """Refuse sizes that cannot be built."""
        _require_odd("encoder.gated_conv", self.kernel)
        _require_positive("encoder.gated_conv", layers=self.layers)
        _require_share("encoder.gated_conv", self.dropout)


class ResidualConvConfig(Settings, frozen=True, kw_only=True):
    """Residual blocks of dilated convolutions, where `encoder.kind` is residual_conv_bn."""

    kernel: int = 4
    dilations: tuple[int, ...] = (1, 2, 4, 1, 2, 4, 1, 2, 4, 1, 2, 4, 1)  # one a block
    rounds: int = 2  # convolutions a block

    def __post_init__(self) -> None:
        """Refuse sizes that cannot be built."""
        if not self.dilations or min(self.dilations) < 1:
            raise ValueError(
                f"encoder.residual_conv_bn: dilations = {list(self.dilations)} must name one for each block, at least 1"
            )
        _require_positive("encoder.residual_conv_bn", kernel=self.kernel, rounds=self.rounds)


class SeparableConvConfig(Settings, frozen=True, kw_only=True):
    """Time-depth-separable convolutions, where `encoder.kind` is time_depth_separable."""

    kernel: int = 5
    layers: int = 9
    bias: bool = True  # of the convolutions

    def __post_init__(self) -> None:
        """Refuse sizes that cannot be built."""
        _require_odd("encoder.time_depth_separable", self.kernel)
        _require_positive("encoder.time_depth_separable", layers=self.layers)


class EncoderConfig(Settings, frozen=True, kw_only=True):
    """What reads the tokens. Everything not said otherwise belongs to the transformer."""

    kind: Literal["rel_pos_transformer", "gated_conv", "residual_conv_bn", "time_depth_separable"] = (
        "rel_pos_transformer"
    )
    width: int = 192  # of every kind
    feed_forward: int = 768
    layers: int = 6
    heads: int = 2
    kernel: int = 3
    window: int | None = 4  # tokens to either side whose distance attention knows
    reach: int | None = None  # tokens further away than this are not attended to
    prenet: bool = True  # of every kind
    dropout: float = 0.1
    eps: float = 1e-4  # of the layers' normalisation
    gated_conv: GatedConvConfig = GatedConvConfig()
    residual_conv_bn: ResidualConvConfig = ResidualConvConfig()
    time_depth_separable: SeparableConvConfig = SeparableConvConfig()

    def __post_init__(self) -> None:
        """Refuse sizes that do not fit each other."""
        _require_positive("encoder", width=self.width, heads=self.heads, layers=self.layers, kernel=self.kernel)
        _require_positive("encoder", feed_forward=self.feed_forward)
        _require_share("encoder", self.dropout)
        if self.width % self.heads:
            raise ValueError(f"encoder: heads = {self.heads} must divide width = {self.width}")
        for name in ("window", "reach"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"encoder: {name} = {value} must not be negative")
        if not self.eps > 0:
            raise ValueError(f"encoder: eps = {self.eps} must be above 0")


class DurationConfig(Settings, frozen=True, kw_only=True):
    """The predictor of durations."""

    width: int = 256
    dropout: float = 0.1
    kernel: int | None = None  # none takes encoder.kernel
    offset: Literal[0, 1] = 0  # predicts the logarithm of frames + offset; with 1 every token lasts a frame or more

    def __post_init__(self) -> None:
        """Refuse sizes that cannot be built."""
        _require_positive("duration", width=self.width, kernel=1 if self.kernel is None else self.kernel)
        _require_share("duration", self.dropout)


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
        _require_odd("decoder", self.kernel)
        _require_positive(
            "decoder", blocks=self.blocks, width=self.width, layers=self.layers, dilation_rate=self.dilation_rate
        )
        _require_share("decoder", self.dropout)
        if self.splits % 2 or self.splits < 2:
            raise ValueError(f"decoder: splits = {self.splits} must be even; {self.splits + 1} is")
        if self.squeeze < 1:
            raise ValueError(f"decoder: squeeze = {self.squeeze} must be at least 1")


class FramePriorConfig(Settings, frozen=True, kw_only=True):
    """A network over frames that lets the prior move within tokens (ConvNeXt blocks)."""

    layers: int = 0  # blocks; none leaves the paper's prior, where all frames of a token have its mean
    start: int = 1000  # first step at which it learns; before, the search must have found its way
    width: int = 128
    feed_forward: int = 384
    kernel: int = 7
    dropout: float = 0.1

    def __post_init__(self) -> None:
        """Refuse sizes that cannot be built."""
        _require_odd("frame_prior", self.kernel)
        _require_positive("frame_prior", width=self.width, feed_forward=self.feed_forward)
        _require_share("frame_prior", self.dropout)
        for name in ("layers", "start"):
            if getattr(self, name) < 0:
                raise ValueError(f"frame_prior: {name} = {getattr(self, name)} must not be negative")


class GlowTTSConfig(Settings, frozen=True, kw_only=True):
    """A whole Glow-TTS. Vocabulary, mel bands and number of speakers come with the data and are no keys here."""

    encoder: EncoderConfig = EncoderConfig()
    duration: DurationConfig = DurationConfig()
    decoder: DecoderConfig = DecoderConfig()
    mean_only: bool = True  # the prior has unit variance
    frame_prior: FramePriorConfig = FramePriorConfig()
    token_means: bool = False  # align by one mean a token, without context
    speaker_width: int = 256  # of what tells speakers apart, where there are several or they are given
    speakers: Literal["learned", "given"] = "learned"  # a table that trains, or vectors from a speaker encoder
    contrast: float = 0.0  # between bands, added to what is spoken; 0.3 is usual for a voice near its mean

    def __post_init__(self) -> None:
        """Refuse what would blur."""
        if not self.contrast >= 0:
            raise ValueError(f"contrast = {self.contrast} must be at least 0; 0 leaves mels as they are")


_SMALL = GlowTTSConfig(
    encoder=EncoderConfig(width=96, feed_forward=384, layers=4),
    duration=DurationConfig(width=96),
    decoder=DecoderConfig(blocks=6, width=96, layers=3, dropout=0.0),
    token_means=True,
    speaker_width=32,
)
PRESETS = {
    "tiny": GlowTTSConfig(
        encoder=EncoderConfig(width=48, feed_forward=96, layers=2),
        duration=DurationConfig(width=48),
        decoder=DecoderConfig(blocks=4, width=48, layers=2, dropout=0.0),
        token_means=True,
        speaker_width=16,
    ),
    "small": _SMALL,
    "voice": structs.replace(_SMALL, frame_prior=FramePriorConfig(layers=4), contrast=0.3),
    "base": GlowTTSConfig(),
}
