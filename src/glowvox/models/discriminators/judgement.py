"""What a discriminator says of a batch of waves."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from glowvox.nn.weight_norm import WeightNormConvolution

SLOPE = 0.1  # of the rectifiers, below zero


class Judgement(NamedTuple):
    """The opinion of one network; its maps differ in number and shape from network to network."""

    score: Tensor  # (B, ...)  one a place: high for a recording
    maps: tuple[Tensor, ...]  # (B, C, ...) each  what feature matching compares; the last is the score


def normalised(
    channels_in: int,
    channels_out: int,
    kernel: tuple[int, int],
    *,
    stride: tuple[int, int] = (1, 1),
) -> WeightNormConvolution:
    """A weight-normalised convolution over an image with zeros around it; at stride 1 it keeps the size."""
    padding = (kernel[0] // 2, kernel[1] // 2)
    return WeightNormConvolution(nn.Conv2d(channels_in, channels_out, kernel, stride=stride, padding=padding))
