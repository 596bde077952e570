"""Reference outputs of HiFi-GAN and BigVGAN generators: waves, gradients, folded weights, activations."""

from __future__ import annotations

import re
from functools import partial
from math import prod

import torch
from torch import nn

from glowvox.audio.mel import MelConfig
from glowvox.importers.vocoder_names import FILTERS, generator_name
from glowvox.importers.vocoder_settings import bigvgan_config, hifi_gan_config
from glowvox.importers.vocoders import translate
from glowvox.models.bigvgan import BigVGAN
from glowvox.models.hifi_gan import HiFiGAN
from glowvox.models.snake import AntiAliased, low_pass
from glowvox.nn.weight_norm import WeightNorm
from tests.golden.result import Result
from tests.golden.stored import Stored, parameter_gradients, probed


def check(file: Stored) -> list[Result]:
    """Every tensor of a generator's file."""
    hyper = file.meta["hyperparameters"]
    blocks = len(hyper["resblock_kernel_sizes"])
    model = build(file)
    constants = [name for name in file.weights() if re.fullmatch(FILTERS, name)]
    names = {name: generator_name(name, blocks=blocks) for name in file.weights() if name not in constants}
    file.load(model, names)
    for name in constants:
        file.near(f"weights/{name}", low_pass(), tolerance=1e-7)
    mel = file.tensors["in/mel"]
    wave = model(mel)
    file.near("out/audio", wave[:, None])
    if "in/grad_probe" in file.tensors:
        probed(file, wave).backward()
        parameter_gradients(file, model, names)
    _check_folded(file, model, blocks)
    _check_activation(file, model)
    return file.finish()


def build(file: Stored) -> HiFiGAN | BigVGAN:
    """A model of the file's sizes."""
    hyper = file.meta["hyperparameters"]
    hop = prod(hyper["upsample_rates"])
    size = 2 ** (4 * hop - 1).bit_length()
    mel = MelConfig(bands=file.tensors["in/mel"].shape[1], hop=hop, window=size, fft_size=size)
    if "activation" in hyper:
        return BigVGAN(bigvgan_config(hyper, where="metadata"), mel).eval()
    return HiFiGAN(hifi_gan_config(hyper, where="metadata"), mel).eval()


def _check_folded(file: Stored, model: HiFiGAN | BigVGAN, blocks: int) -> None:
    """The wave of weights whose normalisation was removed, read as an importer reads them."""
    if "out/audio_weightnorm_removed" in file.tensors:
        stems = {name: name.rpartition(".weight_")[0] for name in file.weights() if ".weight_" in name}
        folded = {name: value for name, value in file.weights().items() if name not in stems}
        for stem in set(stems.values()):
            direction, gain = (file.tensors[f"weights/{stem}.weight_{leaf}"] for leaf in "vg")
            folded[f"{stem}.weight"] = torch._weight_norm(direction, gain, 0)
        ours, *_ = translate(folded, partial(generator_name, blocks=blocks), model.state_dict())
        plain = build(file)
        plain.load_state_dict(ours)
        file.near("out/audio_weightnorm_removed", plain(file.tensors["in/mel"])[:, None])
    for name in file.weights("out/fused_weight/"):
        ours_name = str(generator_name(name, blocks=blocks)).removesuffix(".weight")
        part = model.get_submodule(ours_name)
        assert isinstance(part, WeightNorm)
        file.near(f"out/fused_weight/{name}", part.weight())


def _check_activation(file: Stored, model: nn.Module) -> None:
    """The parts of one activation, apart and in a chain."""
    if "in/act_x" not in file.tensors:
        return
    x = file.tensors["in/act_x"]
    part = model.get_submodule("stages.0.blocks.0.activations.0")
    assert isinstance(part, AntiAliased)
    file.near("out/act_upsampled", part.upsample(x))
    file.near("out/act_snake_on_x", part.activation(x))
    file.near("out/act_downsampled_of_x", part.downsample(x))
    file.near("out/act_y", part(x))
