"""Flowtron reference outputs outside the model: attention prior, batches, style posterior, optimizer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor, nn

from glowvox.models.attention_prior import beta_binomial, stacked
from glowvox.models.flowtron_likelihood import gate_target
from glowvox.models.style import style_mean
from glowvox.train.config import OptimizerConfig
from glowvox.train.optimizer import make_optimizer
from tests.golden.result import Result

Tensors = dict[str, Tensor]


def check(path: Path) -> list[Result]:
    """Every tensor of a file of one of these kinds."""
    with safe_open(path, "pt") as file:
        meta = json.loads(file.metadata()["meta"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - a safe_open file is no mapping
    kind = next((check for prefix, check in KINDS.items() if path.name.startswith(prefix)), None)
    if kind is None:
        return [Result("-", "failed", "a file of Flowtron's that no check reads")]
    results = kind(meta, tensors)
    seen = {result.tensor for result in results}
    left = sorted(name for name in tensors if not name.startswith("in/") and name not in seen)
    return [*results, *(Result(name, "skipped", "no counterpart") for name in left)]


def _near(tensors: Tensors, name: str, ours: Tensor, allowed: float) -> Result:
    stored = tensors[name].double()
    if ours.shape != stored.shape:
        return Result(name, "failed", f"shape {tuple(ours.shape)}, expected {tuple(stored.shape)}")
    error = float((ours.double() - stored).abs().max())
    bound = allowed * max(1.0, float(stored.abs().max()))
    return Result(name, "ok" if error <= bound else "failed", f"error {error:.1e}, allowed {bound:.1e}")


def _prior(meta: dict[str, Any], tensors: Tensors) -> list[Result]:
    return [
        _near(
            tensors,
            f"out/prior.{number}",
            beta_binomial(case["phoneme_count"], case["mel_count"], scale=case["scaling_factor"]),
            1e-9,
        )
        for number, case in enumerate(meta["cases"])
    ]


def _collate(_meta: dict[str, Any], tensors: Tensors) -> list[Result]:
    """Ours keeps the order of a batch: items are brought into the original's, longest text first, to be compared."""
    count = sum(name.startswith("in/mel.") for name in tensors)
    order = sorted(range(count), key=lambda item: -len(tensors[f"in/text.{item}"]))
    mels = [tensors[f"in/mel.{item}"].T for item in order]
    texts = [tensors[f"in/text.{item}"] for item in order]
    frames = torch.tensor([len(mel) for mel in mels])
    found = {
        "out/attn_prior": stacked([tensors[f"in/prior.{item}"] for item in order]),
        "out/gate": gate_target(frames, int(frames.max())),
        "out/in_lens": torch.tensor([len(text) for text in texts]),
        "out/mel": nn.utils.rnn.pad_sequence(mels, batch_first=True).transpose(1, 2),
        "out/out_lens": frames,
        "out/speaker_ids": torch.cat([tensors[f"in/speaker.{item}"] for item in order]),
        "out/text": nn.utils.rnn.pad_sequence(texts, batch_first=True),
    }
    return [_near(tensors, name, ours, 1e-6) for name, ours in found.items()]


def _style(meta: dict[str, Any], tensors: Tensors) -> list[Result]:
    count = sum(name.startswith("in/z.") for name in tensors)
    latents = [tensors[f"in/z.{number}"][0] for number in range(count)]
    strength, frames = meta["lambda"], meta["n_frames"]
    moment = style_mean(latents, "time-and-batch", strength=strength)
    course = style_mean(latents, "batch", strength=strength, frames=frames)
    return [
        _near(tensors, "out/mu_time_and_batch", moment[:, 0], 2e-6),
        _near(tensors, "out/mu_batch", course, 2e-6),
    ]


def _radam(meta: dict[str, Any], tensors: Tensors) -> list[Result]:
    """The trajectory of parameters under the gradients that are given."""
    names = sorted(name.removeprefix("out/") for name in tensors if name.startswith("out/"))
    parameters = {name: nn.Parameter(tensors[f"in/{name}"].clone()) for name in names}
    config = OptimizerConfig(
        name="radam",
        lr=meta["lr"],
        betas=tuple(meta["betas"]),
        eps=meta["eps"],
        weight_decay=meta["weight_decay"],
    )
    optimizer = make_optimizer(config, parameters.values())
    found: dict[str, list[Tensor]] = {name: [] for name in names}
    for step in range(len(tensors[f"out/{names[0]}"])):
        for name, parameter in parameters.items():
            parameter.grad = tensors[f"in/grad_{name}"][step].clone()
        optimizer.step()
        for name, parameter in parameters.items():
            found[name].append(parameter.detach().clone())
    return [_near(tensors, f"out/{name}", torch.stack(values), 2e-6) for name, values in found.items()]


KINDS: dict[str, Callable[[dict[str, Any], Tensors], list[Result]]] = {
    "flowtron_attention_prior": _prior,
    "flowtron_collate": _collate,
    "flowtron_style_posterior": _style,
    "flowtron_radam": _radam,
}
