"""The checks of vocoders follow other sizes and options than those of the stored files, and find what is altered."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from glowvox.audio.mel import MelConfig
from glowvox.importers.vocoder_names import generator_name, vocos_name
from glowvox.importers.vocoder_settings import bigvgan_config, hifi_gan_config
from glowvox.models.adversarial import (
    feature_matching,
    hinge_critic,
    hinge_generator,
    least_squares_critic,
    least_squares_generator,
)
from glowvox.models.bigvgan import BigVGAN
from glowvox.models.discriminators.band import MultiBandDiscriminator
from glowvox.models.discriminators.period import MultiPeriodDiscriminator
from glowvox.models.discriminators.resolution import MultiResolutionDiscriminator, Resolution
from glowvox.models.discriminators.scale import Layer, MultiScaleDiscriminator
from glowvox.models.hifi_gan import HiFiGAN
from glowvox.models.vocos import Vocos
from glowvox.models.vocos_config import VocosConfig
from tests.golden.checks import check

LEAVES = {
    "gain": "weight_g",
    "direction": "weight_v",
    "unscaled": "weight_orig",
    "left": "weight_u",
    "right": "weight_v",
    "frequency": "alpha",
    "strength": "beta",
}
GENERATORS: dict[str, dict[str, Any]] = {
    "hifigan_a": {"resblock": "1", "upsample_rates": [3, 2, 2], "upsample_kernel_sizes": [7, 4, 6]},
    "hifigan_b": {"resblock": "2", "upsample_rates": [5], "upsample_kernel_sizes": [5]},
    "bigvgan_a": {"resblock": "2", "activation": "snakebeta", "snake_logscale": False},
    "bigvgan_b": {"resblock": "1", "activation": "snake", "snake_logscale": True, "use_bias_at_final": False},
    "bigvgan_c": {"activation": "snakebeta", "snake_logscale": True, "use_tanh_at_final": False},
}
COMMON: dict[str, Any] = {
    "upsample_rates": [4],
    "upsample_kernel_sizes": [8],
    "upsample_initial_channel": 16,
    "resblock_kernel_sizes": [5, 3],
    "resblock_dilation_sizes": [[1, 2], [1, 4]],
}


def random(model: nn.Module, seed: int) -> nn.Module:
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model.eval()


def save(path: Path, meta: dict[str, Any], tensors: dict[str, Tensor]) -> Path:
    content = {name: value.detach().clone().contiguous() for name, value in tensors.items()}
    save_file(content, path, metadata={"meta": json.dumps(meta)})
    return path


def generator_file(path: Path, name: str, seed: int) -> Path:
    hyper = COMMON | GENERATORS[name]
    mel = MelConfig(bands=7, hop=prod(hyper["upsample_rates"]), window=64, fft_size=64)
    model: nn.Module
    if "activation" in hyper:
        model = BigVGAN(bigvgan_config(hyper, where="test"), mel)
    else:
        model = HiFiGAN(hifi_gan_config(hyper, where="test"), mel)
    random(model, seed)
    state = model.state_dict()
    theirs = {their_name(ours, hyper): value for ours, value in state.items()}
    assert {generator_name(name, blocks=2) for name in theirs} == state.keys()
    x = torch.randn(2, 7, 6)
    wave = model(x)
    probe = torch.randn(2, 1, wave.shape[1])
    (wave[:, None] * probe).sum().backward()
    first = model.get_parameter("first.direction").grad
    assert first is not None
    tensors = {f"weights/{key}": value for key, value in theirs.items()}
    tensors |= {"in/mel": x, "in/grad_probe": probe, "out/audio": wave[:, None], "grad/conv_pre.weight_v": first}
    if "activation" not in hyper:
        tensors["out/audio_weightnorm_removed"] = wave[:, None]
    return save(path / f"{name}_generator.safetensors", {"hyperparameters": hyper, "num_mels": 7}, tensors)


def their_name(ours: str, hyper: dict[str, Any]) -> str:
    """The authors' name of one of our generator's tensors."""
    stem, _, leaf = ours.rpartition(".")
    parts = stem.split(".")
    leaf = LEAVES.get(leaf, leaf)
    if parts[0] in ("first", "last"):
        return f"conv_{'pre' if parts[0] == 'first' else 'post'}.{leaf}"
    if parts[0] == "activation":
        return f"activation_post.act.{leaf}"
    if parts[2] == "upsampling":
        return f"ups.{parts[1]}.{'0.' if 'activation' in hyper else ''}{leaf}"
    block = f"resblocks.{int(parts[1]) * 2 + int(parts[3])}"
    if parts[4] == "activations":
        return f"{block}.activations.{parts[5]}.act.{leaf}"
    row = "convs" if hyper.get("resblock", "1") == "2" else "convs1" if parts[4] == "dilated" else "convs2"
    return f"{block}.{row}.{parts[5]}.{leaf}"


@pytest.mark.parametrize("name", GENERATORS)
def test_generators_of_other_sizes_are_checked(name: str, tmp_path: Path) -> None:
    path = generator_file(tmp_path, name, seed=5)
    results = check(path)
    assert {result.status for result in results} == {"ok"}, [r for r in results if r.status != "ok"]
    assert {"out/audio", "grad/conv_pre.weight_v", "weights/conv_pre.bias"} <= {result.tensor for result in results}


LAYERS = (Layer(8, 5), Layer(8, 9, stride=3, groups=2), Layer(4, 3, groups=4))
DISCRIMINATORS: dict[str, tuple[Callable[[], nn.Module], dict[str, Any]]] = {
    "hifigan_x_mpd": (lambda: MultiPeriodDiscriminator((2, 3, 5), (3, 5)), {}),
    "hifigan_x_msd": (
        lambda: MultiScaleDiscriminator(2, LAYERS),
        {"channels": "kernels 5,9,3; strides 1,3,1; groups 1,2,4"},
    ),
    "bigvgan_x_mpd": (lambda: MultiPeriodDiscriminator((4, 9), (3, 5)), {"hyperparameters": {"mpd_reshapes": [4, 9]}}),
    "bigvgan_x_mrd": (
        lambda: MultiResolutionDiscriminator([Resolution(64, 10, 40)], 3),
        {"hyperparameters": {"resolutions": [[64, 10, 40]]}},
    ),
    "bigvgan_x_mbd": (
        lambda: MultiBandDiscriminator((64, 32), 3, hop_share=0.5, edges=((0, 0.5), (0.5, 1.0))),
        {"hyperparameters": {"hop_factor": 0.5, "bands": [[0, 0.5], [0.5, 1.0]], "window_lengths": [64, 32]}},
    ),
    "vocos_x_mpd": (lambda: MultiPeriodDiscriminator((2, 3), (3, 5), first_map=False), {}),
    "vocos_x_mrd": (lambda: MultiBandDiscriminator((128, 64), 2), {}),
}


def discriminator_file(folder: Path, name: str) -> Path:
    build, meta = DISCRIMINATORS[name]
    torch.manual_seed(3)
    model = random(build(), seed=3)
    kind = name.rpartition("_")[2]
    tensors: dict[str, Tensor] = {}
    for ours, value in model.state_dict().items():
        stem, _, leaf = ours.rpartition(".")
        stem = stem.replace("networks", "discriminators").replace("convolutions", "convs")
        stem = stem.replace("stacks", "band_convs").replace("last", "conv_post")
        tensors[f"weights/{stem}.{LEAVES.get(leaf, leaf)}"] = value
    for number, network in enumerate(model.networks):  # type: ignore[arg-type]
        if isinstance(model, MultiBandDiscriminator):
            tensors[f"weights/discriminators.{number}.spec_fn.window"] = network.window
    real, made = torch.randn(1, 500), torch.randn(1, 500).requires_grad_()
    tensors |= {"in/y": real, "in/y_hat": made}
    sides = {"real": model(real), "gen": model(made)}
    for side, judgements in sides.items():
        for number, judgement in enumerate(judgements):
            tensors[f"out/{kind}.{number}.score_{side}"] = judgement.score
            for place, value in enumerate(judgement.maps):
                tensors[f"out/{kind}.{number}.fmap_{side}.{place}"] = value
    features = feature_matching(sides["real"], sides["gen"])
    if name.startswith("vocos"):
        losses = {"discriminator": hinge_critic(*sides.values()), "generator": hinge_generator(sides["gen"])}
        losses["feature"] = features
        tensors |= {f"out/{key}_loss_sum": loss[None] for key, loss in losses.items()}
        total = (losses["generator"] + features) / len(sides["gen"])
    else:
        tensors["out/discriminator_loss"] = least_squares_critic(*sides.values())
        tensors["out/feature_loss"] = 2 * features
        total = least_squares_generator(sides["gen"]) + 2 * features
    total.backward()
    assert made.grad is not None
    tensors["grad/y_hat_of_generator_plus_feature"] = made.grad
    return save(folder / f"{name}.safetensors", meta, tensors)


@pytest.mark.parametrize("name", DISCRIMINATORS)
def test_discriminators_of_other_sizes_are_checked(name: str, tmp_path: Path) -> None:
    results = check(discriminator_file(tmp_path, name))
    assert {result.status for result in results} == {"ok"}, [r for r in results if r.status != "ok"]
    assert "grad/y_hat_of_generator_plus_feature" in {result.tensor for result in results}


@pytest.mark.parametrize("padding", ["same", "center"])
def test_vocos_of_other_sizes_is_checked(padding: str, tmp_path: Path) -> None:
    hyper = {
        "input_channels": 5,
        "dim": 6,
        "intermediate_dim": 9,
        "num_layers": 3,
        "adanorm_num_embeddings": None,
        "n_fft": 48,
        "hop_length": 16,
        "padding": padding,
    }
    mel = MelConfig(fft_size=48, window=48, hop=16, bands=5, padding="same" if padding == "same" else "centred")
    model = Vocos(VocosConfig(width=6, feed_forward=9, layers=3), mel)
    random(model, seed=2)
    names = [
        "embed.weight",
        "embed.bias",
        *(f"{n}.{leaf}" for n in ("norm", "final_layer_norm") for leaf in ("weight", "bias")),
    ]
    for layer in range(3):
        rows = ("dwconv", "norm", "pwconv1", "pwconv2")
        names += [f"convnext.{layer}.{row}.{leaf}" for row in rows for leaf in ("weight", "bias")]
        names.append(f"convnext.{layer}.gamma")
    state = model.state_dict()
    theirs = [*(f"backbone.{name}" for name in names), "head.out.weight", "head.out.bias"]
    tensors = {f"weights/{name}": state[str(vocos_name(name))] for name in theirs}
    assert len(tensors) == len(state)
    x = torch.randn(2, 5, 8)
    wave = model(x)
    probe = torch.randn_like(wave)
    (wave * probe).sum().backward()
    tensors |= {"in/features": x, "in/grad_probe": probe, "out/audio": wave, "out/backbone": model.network(x)}
    tensors |= {"weights/head.istft.window": model.window}
    assert model.head.bias.grad is not None
    tensors["grad/head.out.bias"] = model.head.bias.grad
    results = check(save(tmp_path / "vocos_x.safetensors", {"hyperparameters": hyper}, tensors))
    assert {result.status for result in results} == {"ok"}, [r for r in results if r.status != "ok"]


@pytest.mark.parametrize(
    ("source", "tensor"),
    [
        ("hifigan_a", "out/audio"),
        ("bigvgan_b", "grad/conv_pre.weight_v"),
        ("hifigan_x_msd", "out/msd.1.fmap_gen.2"),
        ("bigvgan_x_mbd", "weights/discriminators.1.spec_fn.window"),
        ("vocos_x_mpd", "out/feature_loss_sum"),
        ("bigvgan_x_mrd", "grad/y_hat_of_generator_plus_feature"),
    ],
)
def test_what_is_altered_fails_and_nothing_else(source: str, tensor: str, tmp_path: Path) -> None:
    made = generator_file(tmp_path, source, 1) if source in GENERATORS else discriminator_file(tmp_path, source)
    with safe_open(made, "pt") as file:
        meta = json.loads(file.metadata()["meta"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - a safe_open file is no mapping
    tensors[tensor] = tensors[tensor] * 1.01
    assert [result.tensor for result in check(save(made, meta, tensors)) if result.status != "ok"] == [tensor]


def test_a_tensor_that_no_rule_reads_fails(tmp_path: Path) -> None:
    path = generator_file(tmp_path, "hifigan_b", 1)
    with safe_open(path, "pt") as file:
        meta = json.loads(file.metadata()["meta"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - a safe_open file is no mapping
    tensors |= {"out/strange": torch.zeros(1), "weights/resblocks.0.gamma": torch.zeros(2)}
    failed = {result.tensor for result in check(save(path, meta, tensors)) if result.status != "ok"}
    assert failed == {"out/strange", "weights/resblocks.0.gamma"}
