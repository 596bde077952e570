"""Optimizers by name, and their state as flat tensors."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from glowvox.errors import CheckpointError
from glowvox.train.config import OptimizerConfig

KINDS: dict[str, type[torch.optim.Optimizer]] = {
    "adamw": torch.optim.AdamW,
    "adam": torch.optim.Adam,
    "radam": torch.optim.RAdam,
}


def make_optimizer(config: OptimizerConfig, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
    """The optimizer of a configuration; `radam` decouples its weight decay as `adamw` does."""
    options: dict[str, object] = {
        "lr": config.lr,
        "betas": config.betas,
        "eps": config.eps,
        "weight_decay": config.weight_decay,
    }
    if config.name == "radam":
        options["decoupled_weight_decay"] = True
    else:
        options["fused"] = True
    return KINDS[config.name](parameters, **options)  # type: ignore[arg-type]


def flatten_state(optimizer: torch.optim.Optimizer, names: list[str]) -> dict[str, Tensor]:
    """The optimizer's tensors as `parameter/entry`; `names` are the parameters in order."""
    state = optimizer.state_dict()["state"]
    return {
        f"{names[index]}/{entry}": torch.as_tensor(value)
        for index, row in state.items()
        for entry, value in row.items()
    }


def restore_state(optimizer: torch.optim.Optimizer, names: list[str], flat: dict[str, Tensor]) -> None:
    """Undo `flatten_state`.

    raises  CheckpointError if the stored parameters are not the optimizer's
    """
    rows: dict[int, dict[str, Tensor]] = {}
    places = {name: index for index, name in enumerate(names)}
    for key, value in flat.items():
        name, _, entry = key.rpartition("/")
        if name not in places:
            raise CheckpointError(f"the optimizer state speaks of '{name}', which this model does not have")
        rows.setdefault(places[name], {})[entry] = value
    state = optimizer.state_dict()
    state["state"] = rows
    optimizer.load_state_dict(state)


class Average:
    """Exponential moving average of a module's parameters (Polyak & Juditsky 1992).

    The decay ramps up as (1 + n) / (10 + n) so that early values are soon forgotten.
    """

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.decay = decay
        self.values = {name: p.detach().clone() for name, p in module.named_parameters()}

    @torch.no_grad()
    def update(self, module: nn.Module, step: int) -> None:
        """Move toward the parameters after optimizer step `step`."""
        decay = min(self.decay, (1 + step) / (10 + step))
        current = dict(module.named_parameters())
        torch._foreach_lerp_(list(self.values.values()), [current[name].detach() for name in self.values], 1 - decay)

    def load(self, values: dict[str, Tensor]) -> None:
        """Take over stored values."""
        for name, value in self.values.items():
            value.copy_(values[name])


class swapped:
    """Run a block with other parameter values in the module, then put its own back."""

    def __init__(self, module: nn.Module, values: dict[str, Tensor]) -> None:
        self.module = module
        self.values = values
        self.kept: dict[str, Tensor] = {}

    @torch.no_grad()
    def _put(self, values: dict[str, Tensor]) -> None:
        for name, parameter in self.module.named_parameters():
            if name in values:
                parameter.copy_(values[name])

    def __enter__(self) -> None:
        self.kept = {name: p.detach().clone() for name, p in self.module.named_parameters()}
        self._put(self.values)

    def __exit__(self, *_: object) -> None:
        self._put(self.kept)
