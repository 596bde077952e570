"""Reference outputs of discriminators: scores, feature maps, losses, and the gradient that reaches a generator."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

import torch
from torch import Tensor, nn

from glowvox.models.adversarial import (
    feature_matching,
    hinge_critic,
    hinge_generator,
    least_squares_critic,
    least_squares_generator,
)
from glowvox.models.discriminators.band import EDGES, MultiBandDiscriminator
from glowvox.models.discriminators.judgement import Judgement
from glowvox.models.discriminators.period import PERIODS, MultiPeriodDiscriminator
from glowvox.models.discriminators.resolution import RESOLUTIONS, MultiResolutionDiscriminator, Resolution
from glowvox.models.discriminators.scale import LAYERS, Layer, MultiScaleDiscriminator
from tests.golden.result import Result
from tests.golden.stored import CLOSE, Stored


def kind(file: Stored) -> str | None:
    """The kind of discriminator whose outputs the file holds, by what its authors call it; None for something else."""
    found = next((re.match(r"out/(mpd|msd|mrd|mbd)\.0\.", name) for name in file.tensors if ".0.score" in name), None)
    return found[1] if found else None


def check(file: Stored, *, vocos: bool) -> list[Result]:
    """Every tensor of a file; `vocos` tells whose losses and choice of feature maps."""
    model = BUILD["mbd" if _banded(file) else kind(file) or ""](file, first_map=not vocos).eval()
    file.load(model, our_names(file.weights()))
    _check_windows(file, model)
    real, made = (file.tensors[f"in/{name}"].flatten(1) for name in ("y", "y_hat"))
    made = made.clone().requires_grad_()
    judged_real, judged_made = model(real), model(made)
    for number, pair in enumerate(zip(judged_real, judged_made, strict=True)):
        for side, judgement in zip(("real", "gen"), pair, strict=True):
            _check_judgement(file, f"out/{kind(file)}.{number}", side, judgement)
    total = _check_losses(file, judged_real, judged_made, vocos=vocos)
    total.backward()
    for name in file.tensors:
        if name.startswith("grad/y_hat"):
            assert made.grad is not None
            file.gradient(name, made.grad.reshape(file.tensors[name].shape))
    if kind(file) == "msd":
        _check_power_iterations(file, model, real, made)
    return file.finish()


def _banded(file: Stored) -> bool:
    return any("band_convs" in name for name in file.tensors)


def _shapes(file: Stored, pattern: str) -> list[torch.Size]:
    """Shapes of the weights of a row of convolutions, in order; `pattern` has one group, their number."""
    found = {}
    for name, value in file.weights().items():
        match = re.fullmatch(pattern + r"\.weight(?:_orig|_v|)", name)
        if match and value.dim() > 1:
            found[int(match[1])] = value.shape
    return [found[number] for number in sorted(found)]


def _count(file: Stored) -> int:
    return len({name.split(".")[1] for name in file.weights()})


def _hyper(file: Stored) -> dict[str, Any]:
    table: dict[str, Any] = file.meta.get("hyperparameters", {})
    return table


def _period(file: Stored, *, first_map: bool) -> nn.Module:
    periods = _hyper(file).get("mpd_reshapes", PERIODS)[: _count(file)]
    channels = [shape[0] for shape in _shapes(file, r"discriminators\.0\.convs\.(\d+)")]
    return MultiPeriodDiscriminator(periods, channels, first_map=first_map)


def _scale(file: Stored, *, first_map: bool) -> nn.Module:
    assert first_map
    told = re.search(r"strides ([\d,]+)", file.meta.get("channels", ""))
    strides = [int(word) for word in told[1].split(",")] if told else [layer.stride for layer in LAYERS]
    layers, inputs = [], 1
    for (channels, inside, kernel), stride in zip(
        _shapes(file, r"discriminators\.0\.convs\.(\d+)"), strides, strict=True
    ):
        layers.append(Layer(channels, kernel, stride, inputs // inside))
        inputs = channels
    return MultiScaleDiscriminator(_count(file), layers)


def _resolution(file: Stored, *, first_map: bool) -> nn.Module:
    assert first_map
    given = _hyper(file).get("resolutions")
    resolutions = [Resolution(*sizes) for sizes in given] if given else RESOLUTIONS
    return MultiResolutionDiscriminator(resolutions, _shapes(file, r"discriminators\.0\.convs\.(\d+)")[0][0])


def _band(file: Stored, *, first_map: bool) -> nn.Module:
    weights = file.weights()
    windows = [len(weights[f"discriminators.{number}.spec_fn.window"]) for number in range(_count(file))]
    hyper = _hyper(file)
    return MultiBandDiscriminator(
        windows,
        _shapes(file, r"discriminators\.0\.band_convs\.0\.(\d+)")[0][0],
        hop_share=hyper.get("hop_factor", 0.25),
        edges=hyper.get("bands", EDGES),
    )


BUILD: dict[str, Callable[..., nn.Module]] = {"mpd": _period, "msd": _scale, "mrd": _resolution, "mbd": _band}


def our_names(theirs: Collection[str]) -> dict[str, str | None]:
    """Our name of each tensor of a discriminator; its window is none."""
    names: dict[str, str | None] = {}
    for name in sorted(theirs):
        if name.endswith("spec_fn.window"):
            continue
        stem, _, leaf = name.rpartition(".")
        if f"{stem}.weight_orig" in theirs:
            leaf = {"weight_orig": "unscaled", "weight_u": "left", "weight_v": "right"}.get(leaf, leaf)
        else:
            leaf = {"weight_g": "gain", "weight_v": "direction"}.get(leaf, leaf)
        stem = stem.replace("band_convs", "stacks").replace("convs", "convolutions").replace("conv_post", "last")
        names[name] = f"{stem.replace('discriminators', 'networks', 1)}.{leaf}"
    return names


def _check_windows(file: Stored, model: nn.Module) -> None:
    for name in file.weights():
        if name.endswith("spec_fn.window"):
            network = model.get_submodule(f"networks.{name.split('.')[1]}")
            assert isinstance(network.window, Tensor)
            file.near(f"weights/{name}", network.window, tolerance=1e-6)


def _check_judgement(file: Stored, prefix: str, side: str, judgement: Judgement) -> None:
    file.near(f"{prefix}.score_{side}", judgement.score)
    for number, made in enumerate(judgement.maps):
        file.near(f"{prefix}.fmap_{side}.{number}", made)
        _check_statistics(file, f"{prefix}.fmap_{side}_stats.{number}", made.detach().double())
        missing = f"{prefix}.fmap_{side}.{len(judgement.maps)}"
        assert missing not in file.tensors


def _check_statistics(file: Stored, name: str, made: Tensor) -> None:
    """Compare mean, deviation, largest magnitude and shape of a map that is too large to store."""
    if name not in file.tensors:
        return
    stored = file.tensors[name].double()
    ours = torch.stack([made.mean(), made.std(), made.abs().max()])
    error, bound = float((ours - stored[:3]).abs().max()), CLOSE * max(1.0, float(stored[2]))
    right = error <= bound and list(made.shape) == stored[3:].tolist()
    file.add(name, "ok" if right else "failed", f"error {error:.1e}, allowed {bound:.1e}; shape {tuple(made.shape)}")


def _check_losses(file: Stored, real: list[Judgement], made: list[Judgement], *, vocos: bool) -> Tensor:
    """Compare all losses; gives what the stored gradient is of."""
    if not vocos:
        file.near("out/discriminator_loss", least_squares_critic(real, made))
        generator, features = least_squares_generator(made), 2 * feature_matching(real, made)
        file.near("out/generator_loss", generator)
        file.near("out/feature_loss", features)
        return generator + features
    losses = {
        "discriminator": hinge_critic(real, made),
        "generator": hinge_generator(made),
        "feature": feature_matching(real, made),
    }
    for name, loss in losses.items():
        file.near(f"out/{name}_loss_sum", loss[None])
        file.near(f"out/{name}_loss_mean", loss[None] / len(made))
    return (losses["generator"] + losses["feature"]) / len(made)


def _check_power_iterations(file: Stored, model: nn.Module, real: Tensor, made: Tensor) -> None:
    """In training mode each forward moves the singular vectors first."""
    model.train()
    sides = {"real": model(real), "gen": model(made)}
    for side, judgements in sides.items():
        for number, judgement in enumerate(judgements):
            file.near(f"out/train_mode.msd.{number}.score_{side}", judgement.score)
    ours = model.state_dict()
    names = our_names(file.weights())
    for name in file.weights("out/train_mode/"):
        file.near(f"out/train_mode/{name}", ours[str(names[name])])
