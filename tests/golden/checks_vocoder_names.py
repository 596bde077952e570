"""Tensor names and shapes of published vocoders and their discriminators: each must have its place in our model.

The list holds no settings; they are read off the shapes, but for the rates of upsampling, which no tensor shows: half
the kernels, as in every published model.
"""

from __future__ import annotations

import re
from functools import partial
from math import prod
from typing import Any

import torch
from torch import nn

from glowvox.audio.mel import MelConfig
from glowvox.importers.vocoder_names import generator_name, vocos_name
from glowvox.importers.vocoder_settings import bigvgan_config, hifi_gan_config
from glowvox.importers.vocoders import translate
from glowvox.models.bigvgan import BigVGAN
from glowvox.models.discriminators.period import MultiPeriodDiscriminator
from glowvox.models.discriminators.scale import MultiScaleDiscriminator
from glowvox.models.hifi_gan import HiFiGAN
from glowvox.models.vocos import Vocos
from glowvox.models.vocos_config import VocosConfig
from tests.golden.checks_discriminators import our_names
from tests.golden.result import Result

Shapes = dict[str, list[int]]


def generator(name: str, entry: dict[str, Any], shapes: Shapes) -> Result:
    """A HiFi-GAN or BigVGAN generator."""
    ups = [shape for tensor, shape in shapes.items() if re.fullmatch(r"ups\.\d+\.(0\.)?weight_v", tensor)]
    single = "resblocks.0.convs.0.weight_v" in shapes
    row = "convs" if single else "convs1"
    blocks = sum(tensor.endswith(f".{row}.0.bias") for tensor in shapes) // len(ups)
    kernels = [shapes[f"resblocks.{block}.{row}.0.weight_v"][2] for block in range(blocks)]
    rounds = sum(tensor.startswith(f"resblocks.0.{row}.") and tensor.endswith("bias") for tensor in shapes)
    table: dict[str, Any] = {
        "resblock": "2" if single else "1",
        "upsample_rates": [shape[2] // 2 for shape in ups],
        "upsample_kernel_sizes": [shape[2] for shape in ups],
        "upsample_initial_channel": ups[0][0],
        "resblock_kernel_sizes": kernels,
        "resblock_dilation_sizes": [[1] * rounds] * blocks,
        "use_bias_at_final": "conv_post.bias" in shapes,
        "activation": "snakebeta" if "activation_post.act.beta" in shapes else "snake",
    }
    mel = MelConfig(bands=shapes["conv_pre.weight_v"][1], hop=prod(table["upsample_rates"]))
    with torch.device("meta"):
        if "activation_post.act.alpha" in shapes:
            model: nn.Module = BigVGAN(bigvgan_config(table, where=name), mel)
        else:
            model = HiFiGAN(hifi_gan_config(table, where=name), mel)
        theirs = {tensor: torch.empty(shape) for tensor, shape in shapes.items()}
        ours, _, unknown = translate(theirs, partial(generator_name, blocks=blocks), model.state_dict())
    return _compared(name, entry, model, {tensor: value.shape for tensor, value in ours.items()}, unknown)


def vocos(name: str, entry: dict[str, Any], shapes: Shapes) -> Result:
    """A Vocos model of mel spectrograms."""
    width, bands, _ = shapes["backbone.embed.weight"]
    config = VocosConfig(
        width=width,
        feed_forward=shapes["backbone.convnext.0.pwconv1.weight"][0],
        layers=sum(tensor.endswith(".gamma") for tensor in shapes),
    )
    size = shapes["head.istft.window"][0]
    with torch.device("meta"):
        model = Vocos(config, MelConfig(bands=bands, fft_size=size, window=size))
        theirs = {tensor: torch.empty(shape) for tensor, shape in shapes.items()}
        ours, _, unknown = translate(theirs, vocos_name, model.state_dict())
    return _compared(name, entry, model, {tensor: value.shape for tensor, value in ours.items()}, unknown)


def discriminator(name: str, entry: dict[str, Any], shapes: Shapes) -> Result:
    """HiFi-GAN's discriminators in their full size."""
    with torch.device("meta"):
        model = MultiScaleDiscriminator() if name.endswith("msd") else MultiPeriodDiscriminator()
    names = our_names(shapes)
    found = {str(ours): torch.Size(shapes[theirs]) for theirs, ours in names.items()}
    return _compared(name, entry, model, found, [])


def _compared(
    name: str, entry: dict[str, Any], model: nn.Module, found: dict[str, torch.Size], unknown: list[str]
) -> Result:
    expected = {tensor: value.shape for tensor, value in model.state_dict().items()}
    if unknown or found != expected:
        apart = unknown or sorted(found.keys() ^ expected.keys()) or "shapes"
        return Result(name, "failed", f"tensors differ: {apart}")
    total = sum(parameter.numel() for parameter in model.parameters())
    stored = entry.get("n_parameters", total)  # one entry says only what it lacks of another
    if total != stored:
        return Result(name, "failed", f"{total:,} parameters, stored {stored:,}")
    return Result(name, "ok", f"{len(found)} tensors, {total:,} parameters")
