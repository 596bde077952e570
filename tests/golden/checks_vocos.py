"""Reference outputs of Vocos: the model in both paddings, its conditioned norms, and discriminators."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn

from glowvox.audio.mel import MelConfig
from glowvox.importers.vocoder_names import vocos_name
from glowvox.models.upsampling import ResidualBlock
from glowvox.models.vocos import Vocos
from glowvox.models.vocos_config import VocosConfig
from glowvox.nn.convolution import WeightNormConv1d
from tests.golden import checks_discriminators
from tests.golden.result import Result
from tests.golden.stored import Stored, parameter_gradients, probed


def check(path: Path) -> list[Result]:
    """Every tensor of a `vocos_*` file but the features, which are the mel's to check."""
    file = Stored(path)
    if checks_discriminators.kind(file):
        return checks_discriminators.check(file, vocos=True)
    return _check_residual_backbone(file) if "out/audio_symexp_same" in file.tensors else _check_model(file)


def _check_model(file: Stored) -> list[Result]:
    hyper = file.meta["hyperparameters"]
    padding: Literal["centred", "same"] = "centred" if hyper["padding"] == "center" else "same"
    size, bands = hyper["n_fft"], hyper["input_channels"]
    mel = MelConfig(fft_size=size, window=size, hop=hyper["hop_length"], bands=bands, padding=padding)
    config = VocosConfig(width=hyper["dim"], feed_forward=hyper["intermediate_dim"], layers=hyper["num_layers"])
    model = Vocos(config, mel).eval()
    if hyper.get("adanorm_num_embeddings"):
        _fix_condition(file)
    names = {name: vocos_name(name) for name in file.weights() if not name.endswith("istft.window")}
    file.load(model, names)
    file.near("weights/head.istft.window", model.window, tolerance=1e-6)
    hidden = model.network(file.tensors["in/features"])
    file.near("out/backbone", hidden)
    wave = model(file.tensors["in/features"])
    file.near("out/audio", wave)
    probed(file, wave).backward()
    parameter_gradients(file, model, names)
    return file.finish()


def _fix_condition(file: Stored) -> None:
    """Norms that a bandwidth conditions are plain ones when the bandwidth is fixed: its row of each table is theirs.

    The gradients of the other rows are none.
    """
    row = int(file.tensors["in/bandwidth_id"])
    for name in list(file.tensors):
        found = re.fullmatch(r"(weights|grad)/(.*norm)\.(scale|shift)\.weight", name)
        if found is None:
            continue
        table = file.tensors.pop(name)
        leaf = "weight" if found[3] == "scale" else "bias"
        file.tensors[f"{found[1]}/{found[2]}.{leaf}"] = table[row]
        others = torch.cat([table[:row], table[row + 1 :]])
        if found[1] == "grad":
            file.add(f"{name} of other ids", "ok" if not others.any() else "failed", "zero, as nothing reads them")


def _check_residual_backbone(file: Stored) -> list[Result]:
    """The optional backbone is HiFi-GAN's residual blocks, each change weighted: in gain and bias of its last layer."""
    weights = file.weights()
    stem = "resnet_backbone"
    width, bands, kernel = weights[f"{stem}.embed.weight_v"].shape
    embed = WeightNormConv1d(bands, width, kernel)
    _fill(embed, weights, f"{stem}.embed")
    x = embed(file.tensors["in/features"])
    count = len({name.split(".")[2] for name in weights if name.startswith(f"{stem}.resnet.")})
    for number in range(count):
        prefix = f"{stem}.resnet.{number}"
        kernel = weights[f"{prefix}.convs1.0.weight_v"].shape[2]
        block = ResidualBlock(width, kernel, (1, 3, 5), lambda _: nn.LeakyReLU(0.1), paired=True)
        for place in range(3):
            _fill(block.dilated[place], weights, f"{prefix}.convs1.{place}")
            _fill(block.plain[place], weights, f"{prefix}.convs2.{place}", weights[f"{prefix}.gamma.{place}"])
        x = block(x)
    file.near("out/backbone", x.transpose(1, 2))
    for name in weights:
        if name.startswith(stem):
            file.add(f"weights/{name}", "ok", "loaded")
    for name in file.tensors:
        if "imdct" in name or name.startswith(("weights/cos_head", "weights/symexp_head", "out/audio_")):
            file.add(name, "skipped", "heads of modified cosine transforms are not built here")
    return file.finish()


@torch.no_grad()
def _fill(part: nn.Module, weights: dict[str, Tensor], stem: str, gamma: Tensor | None = None) -> None:
    assert isinstance(part, WeightNormConv1d)
    factor = torch.ones(len(weights[f"{stem}.bias"])) if gamma is None else gamma.flatten()
    part.direction.copy_(weights[f"{stem}.weight_v"])
    part.gain.copy_(weights[f"{stem}.weight_g"] * factor[:, None, None])
    part.bias.copy_(weights[f"{stem}.bias"] * factor)
