"""One optimizer at work: schedule, clipping, steps that are skipped, and the average of what it moves."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim import Optimizer

from glowvox.train.config import OptimizerConfig
from glowvox.train.optimizer import Average, flatten_state, restore_state
from glowvox.train.schedule import learning_rate

log = logging.getLogger(__name__)


class Update(NamedTuple):
    """What came of a step."""

    norm: Tensor  # ()  of the gradient, before clipping
    rate: float
    finite: bool  # whether the step was made


class Updater:
    """Moves the parameters of one module.

    optimizer  as `fabric.setup` gave it
    steps      of the whole run, for the schedule
    ema        decay of the average; 0 keeps none
    """

    def __init__(
        self,
        fabric: Fabric,
        module: nn.Module,
        optimizer: Optimizer,
        config: OptimizerConfig,
        *,
        steps: int,
        ema: float,
    ) -> None:
        self.fabric, self.module, self.optimizer = fabric, module, optimizer
        self.config, self.steps, self.ema = config, steps, ema
        self.names = [f"model.{name}" for name, _ in module.named_parameters()]
        self.average = Average(module, ema) if ema else None
        self.skipped = 0
        self.still: frozenset[str] = frozenset()  # names of parameters that stay as they are
        self.still_rows: Mapping[str, Tensor] = {}  # of tables that train otherwise: rows that do, by the table's name

    def update(self, loss: Tensor, step: int, ids: Sequence[str]) -> Update:
        """One step down the gradient of a loss that is a share of the global one; processes add up.

        loss  ()
        ids   of the clips, for the warning where a step is skipped
        """
        self.optimizer.zero_grad()
        self.add(loss)
        return self.move(loss, step, ids)

    def add(self, loss: Tensor) -> None:
        """Add the gradient of one part of a step's loss to what is there.

        loss  ()
        """
        self.fabric.backward(loss * self.fabric.world_size)  # processes average their gradients

    def move(self, loss: Tensor, step: int, ids: Sequence[str]) -> Update:
        """The step itself, down the gradient that was added up.

        loss  () whole; only looked at
        ids   of the clips, for the warning where a step is skipped
        """
        rate = learning_rate(self.config, step, self.steps)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self._hold_still()
        grads = [p.grad for p in self.module.parameters() if p.grad is not None]
        norm: Tensor = torch.stack(torch._foreach_norm(grads)).norm()
        finite = bool(self.total((~torch.isfinite(loss.detach() + norm)).float()) == 0)
        if finite:
            self._clip(grads, norm)
            kept = {name: table.detach()[rows].clone() for name, (table, rows) in self._held_rows()}
            self.optimizer.step()
            with torch.no_grad():  # weight decay reaches rows without a gradient as well
                for name, (table, rows) in self._held_rows():
                    table[rows] = kept[name]
            if self.average is not None:
                self.average.update(self.module, step)
        else:
            self._explain(step, ids, loss.detach(), norm)
        return Update(norm, rate, finite)

    def _held_rows(self) -> list[tuple[str, tuple[Tensor, Tensor]]]:
        parameters = dict(self.module.named_parameters())
        return [(name, (parameters[name], rows)) for name, rows in self.still_rows.items()]

    def _hold_still(self) -> None:
        """Take the gradient from what stays as it is."""
        for name, parameter in self.module.named_parameters():
            if name in self.still:
                parameter.grad = None  # which an optimizer passes over, weight decay included
        for _, (table, rows) in self._held_rows():
            if table.grad is not None:
                table.grad[rows] = 0.0

    def total(self, value: Tensor) -> Tensor:
        """The sum of a value over all processes."""
        if self.fabric.world_size == 1:
            return value.detach()
        summed: Tensor = self.fabric.all_reduce(value.detach(), reduce_op="sum")  # type: ignore[assignment]
        return summed

    def restart_average(self) -> None:
        """Begin the average anew from the present values."""
        if self.average is not None:
            self.average = Average(self.module, self.ema)

    def state(self) -> dict[str, Tensor]:
        """The optimizer's tensors by name of parameter."""
        return flatten_state(self.optimizer, self.names)

    def restore(self, state: dict[str, Tensor]) -> None:
        """Take up what `state` gave."""
        restore_state(self.optimizer, self.names, state)

    @torch.no_grad()
    def _clip(self, grads: list[Tensor], norm: Tensor) -> None:
        config = self.config
        if config.clip == "norm" and norm > config.clip_at:
            torch._foreach_mul_(grads, config.clip_at / norm)
        elif config.clip == "value":
            torch._foreach_clamp_min_(grads, -config.clip_at)
            torch._foreach_clamp_max_(grads, config.clip_at)

    def _explain(self, step: int, ids: Sequence[str], loss: Tensor, norm: Tensor) -> None:
        self.skipped += 1
        self.optimizer.zero_grad()
        what = "the loss" if not torch.isfinite(loss) else "a gradient"
        log.warning(
            "step %d skipped: %s is not a finite number (loss %g, gradient norm %g) on clips %s. Once in a while is "
            "harmless; if it repeats, lower optimizer.lr, or look at these clips with `glowvox data check`",
            *(step, what, float(loss), float(norm), ", ".join(ids)),
        )
