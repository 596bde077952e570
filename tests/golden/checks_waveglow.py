"""WaveGlow reference outputs: forward, loss, gradients and inference in every layout of weights, and the denoiser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor, nn

from glowvox.audio.mel import MelConfig
from glowvox.flows.base import walk
from glowvox.flows.coupling import AffineCoupling
from glowvox.flows.mixing import GroupMixing
from glowvox.flows.remainder import Remainder
from glowvox.importers.waveglow_names import our_shape, place, translate
from glowvox.importers.waveglow_settings import require_agreement, sizes
from glowvox.models.denoiser import Denoiser
from glowvox.models.waveglow import WaveGlow, WaveGlowOutput, nll, values
from tests.golden.result import Result

CLOSE = 2e-5  # of max(1, largest stored), as the originals' README asks


class Case:
    """One file: its tensors, its metadata and the results so far."""

    def __init__(self, path: Path) -> None:
        with safe_open(path, "pt") as file:
            self.meta: dict[str, Any] = json.loads(file.metadata()["meta"])
            self.tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - a safe_open file is no mapping
        self.results: list[Result] = []

    def add(self, tensor: str, status: Any, detail: str) -> None:
        """Note one result."""
        self.results.append(Result(tensor, status, detail))

    def near(self, name: str, ours: Tensor, *, tolerance: float = CLOSE, unit: float = 1.0) -> None:
        """Compare to a stored tensor, where there is one: |difference| ≤ tolerance · max(unit, max|stored|)."""
        if name not in self.tensors:
            return
        stored, ours = self.tensors[name].double(), ours.detach().double()
        if ours.shape != stored.shape:
            self.add(name, "failed", f"shape {tuple(ours.shape)}, expected {tuple(stored.shape)}")
            return
        if stored.isnan().any() and ours.isfinite().all():
            self.add(name, "departed", "NaN in the original: the logarithm of a negative determinant")
            return
        error = float((ours - stored).abs().max())
        bound = tolerance * max(unit, float(stored.abs().max()))
        self.add(name, "ok" if error <= bound else "failed", f"error {error:.1e}, allowed {bound:.1e}")


def check(path: Path) -> list[Result]:
    """Every tensor of a `waveglow_*` file against our model."""
    case = Case(path)
    if "in/bias_audio" in case.tensors:
        _check_denoiser(case)
    else:
        model = _load(case)
        if "in/audio" in case.tensors:
            _check_training(case, model)
        _check_inference(case, model)
    seen = {result.tensor for result in case.results}
    for name in sorted(case.tensors.keys() - seen):
        if not name.startswith("in/"):
            case.add(name, "failed", "nothing of ours was compared with it")
    return case.results


def _load(case: Case) -> WaveGlow:
    weights = {name[8:]: value for name, value in case.tensors.items() if name.startswith("weights/")}
    ours, unknown = translate(weights)
    old = "glow_old" in case.meta["source"]
    config, bands = sizes(ours, alternating=old, where="weights")
    require_agreement(case.meta["hyperparameters"], config, bands, where="metadata")
    stride = int(case.meta.get("upsample", "stride 256").split()[-1])
    model = WaveGlow(config, MelConfig(bands=bands, hop=stride))
    model.load_state_dict(ours)
    for name in weights:
        found = place(name)
        case.add(f"weights/{name}", "failed" if name in unknown else "ok", f"loaded as {found.name if found else '-'}")
    return model


@contextmanager
def _watching(model: WaveGlow, seen: dict[str, Tensor]) -> Iterator[None]:
    """Note log-scales and log-determinants of every step as they are computed."""

    def watch(name: str, module: nn.Module, part: int | None) -> Any:
        def keep(_module: nn.Module, _inputs: Any, output: Any) -> None:
            seen[name] = output[part] if part is not None else output.chunk(2, dim=1)[1]

        return module.register_forward_hook(keep)

    handles = []
    for number, step in enumerate(walk(model.chain)):
        assert isinstance(step, Remainder)
        for layer in walk(step.flow):
            if isinstance(layer, AffineCoupling):
                handles.append(watch(f"out/log_s.{number}", layer.network, None))
            elif isinstance(layer, GroupMixing):
                handles.append(watch(f"out/log_det_W.{number}", layer, 1))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _check_training(case: Case, model: WaveGlow) -> None:
    seen: dict[str, Tensor] = {}
    with _watching(model, seen):
        out: WaveGlowOutput = model.encode(case.tensors["in/mel"], case.tensors["in/audio"])
    case.near("out/z", out.latent)
    for name, ours in seen.items():
        if name.startswith("out/log_s"):
            case.near(name, ours)
        else:  # theirs is the sum over the batch
            case.near(name, ours.sum(), tolerance=1e-4)
    sigma = torch.tensor(case.meta["sigma_loss"], dtype=torch.float64)
    constant = sigma.log() + 0.5 * torch.log(torch.tensor(2 * torch.pi, dtype=torch.float64))
    loss = nll(out, sigma=float(sigma))
    case.near("out/loss", loss.double() - constant)
    assert int(values(out)) == out.latent.numel()
    model.zero_grad()
    loss.backward()
    for name in [name for name in case.tensors if name.startswith("grad/")]:
        _check_gradient(case, model, name)


def _check_gradient(case: Case, model: WaveGlow, name: str) -> None:
    """Compare the gradient of one of their tensors: ours, or the rows of ours that it was joined into."""
    theirs = name.removeprefix("grad/")
    found = place(theirs)
    ours = dict(model.named_parameters())
    if found is None or found.name not in ours:
        case.add(name, "failed", "no parameter of ours has this name")
        return
    gradient = ours[found.name].grad
    assert gradient is not None
    before = 0
    for other, value in case.tensors.items():
        if other.startswith("weights/"):
            neighbour = place(other.removeprefix("weights/"))
            if neighbour is not None and neighbour.name == found.name and neighbour.piece < found.piece:
                before += len(value)
    stored = case.tensors[name]
    rows = gradient[before : before + len(stored)]
    fits = rows.shape == our_shape(found.name, stored).shape
    case.near(name, rows.reshape(stored.shape) if fits else rows, tolerance=1e-4, unit=1e-4)


def _check_inference(case: Case, model: WaveGlow) -> None:
    draws = sorted(
        (name for name in case.tensors if name.startswith("in/infer_noise.")), key=lambda n: int(n.split(".")[-1])
    )
    # theirs are in the order of drawing, from the innermost channels out; ours in the order of leaving
    noise = torch.cat([case.tensors[name] for name in reversed(draws)], dim=1)
    for name in [name for name in case.tensors if name.startswith("out/infer_audio_sigma")]:
        sigma = float(name.removeprefix("out/infer_audio_sigma"))
        case.near(name, model.generate(case.tensors["in/infer_mel"], sigma=sigma, noise=list(noise)))


def _check_denoiser(case: Case) -> None:
    fft_size, hop = (int(number) for number in case.meta["stft"].split()[0].split("/")[:2])
    denoiser = Denoiser.from_hum(case.tensors["in/bias_audio"], fft_size=fft_size, hop=hop)
    case.near("out/bias_spec", denoiser.bias[None, :, None])
    wave = case.tensors["in/audio"]
    whole = wave.shape[1] // hop * hop  # theirs drops the rest, ours keeps it
    for name in [name for name in case.tensors if name.startswith("out/denoised_")]:
        strength = float(name.removeprefix("out/denoised_"))
        case.near(name, denoiser(wave, strength)[:, None, :whole])
