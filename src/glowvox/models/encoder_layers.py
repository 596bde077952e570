"""What stands between the embedding and the heads of a text encoder, by the name of its kind."""

from __future__ import annotations

from torch import nn

from glowvox.models.glow_tts_config import EncoderConfig
from glowvox.nn.attention import RelativeAttention
from glowvox.nn.gated_convolution import GatedConvolution
from glowvox.nn.residual_convolution import NormalisedProjection, ResidualConvolution
from glowvox.nn.separable_convolution import SeparableConvolution
from glowvox.nn.transformer import FeedForward, TransformerLayer


def encoder_layers(config: EncoderConfig) -> nn.ModuleList:
    """The layers; each maps x (B, C, N) and mask (B, 1, N) to (B, C, N)."""
    build = {
        "rel_pos_transformer": _transformer,
        "gated_conv": _gated_conv,
        "residual_conv_bn": _residual_conv_bn,
        "time_depth_separable": _time_depth_separable,
    }
    return nn.ModuleList(build[config.kind](config))


def encoder_ending(config: EncoderConfig) -> nn.Module | None:
    """What follows the last layer, where something does."""
    return NormalisedProjection(config.width) if config.kind == "residual_conv_bn" else None


def _transformer(config: EncoderConfig) -> list[nn.Module]:
    return [
        TransformerLayer(
            config.width,
            RelativeAttention(
                config.width, config.heads, window=config.window, reach=config.reach, dropout=config.dropout
            ),
            FeedForward(config.width, config.feed_forward, kernel=config.kernel, dropout=config.dropout),
            dropout=config.dropout,
            eps=config.eps,
        )
        for _ in range(config.layers)
    ]


def _gated_conv(config: EncoderConfig) -> list[nn.Module]:
    own = config.gated_conv
    return [GatedConvolution(config.width, kernel=own.kernel, dropout=own.dropout) for _ in range(own.layers)]


def _residual_conv_bn(config: EncoderConfig) -> list[nn.Module]:
    own = config.residual_conv_bn
    return [
        ResidualConvolution(config.width, kernel=own.kernel, dilation=dilation, rounds=own.rounds)
        for dilation in own.dilations
    ]


def _time_depth_separable(config: EncoderConfig) -> list[nn.Module]:
    own = config.time_depth_separable
    return [SeparableConvolution(config.width, kernel=own.kernel, bias=own.bias) for _ in range(own.layers)]
