"""A model that learns: its optimizer, the average of its parameters, and the state that outlives the process."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from lightning_fabric import Fabric
from torch import Tensor, nn

from glowvox.train.config import RunConfig
from glowvox.train.optimizer import Average, make_optimizer, swapped
from glowvox.train.updater import Updater


class Learner:
    """What the recipes of all models own.

    forward      what a step calls, as Fabric has set it up
    initialised  whether the model has what is set from data; so is one that sets nothing
    """

    config: RunConfig
    model: nn.Module
    initialised = True

    def __init__(self, config: RunConfig, model: nn.Module, fabric: Fabric, forward: nn.Module) -> None:
        self.config, self.model, self.fabric = config, model, fabric
        self.forward, optimizer = fabric.setup(forward, make_optimizer(config.optimizer, model.parameters()))
        self.updater = Updater(fabric, model, optimizer, config.optimizer, steps=config.steps, ema=config.ema)

    @property
    def average(self) -> Average | None:
        """The average of the parameters, where one is kept."""
        return self.updater.average

    @property
    def skipped(self) -> int:
        """Steps that were not made."""
        return self.updater.skipped

    def initialise(self, batches: Sequence[Any]) -> None:
        """Set what is set from data, once in the life of a model: nothing, unless a recipe says otherwise."""

    def averaged(self) -> AbstractContextManager[None]:
        """With the averaged parameters in the model, where an average is kept."""
        return swapped(self.model, self.average.values if self.average else {})

    def parts(self) -> dict[str, dict[str, Tensor]]:
        """What a checkpoint holds, as named tensors."""
        whole = dict(self.model.state_dict())
        parts = {"model": whole, "optimizer": self.updater.state()}
        if self.average is not None:
            # running statistics and speaker vectors do not train, but a model is not whole without them
            parts["ema"] = whole | self.average.values
        return parts

    def state(self) -> dict[str, Any]:
        """What a checkpoint holds beside its tensors."""
        return {"skipped": self.skipped}

    def restore(self, parts: dict[str, dict[str, Tensor]], state: dict[str, Any]) -> None:
        """Take up a checkpoint; one of weights alone begins a new optimizer and average."""
        self.model.load_state_dict(parts["model"])
        if "optimizer" in parts:
            self.updater.restore(parts["optimizer"])
        if self.average is not None:
            self.average.load(parts.get("ema", parts["model"]))
        self.updater.skipped = int(state["skipped"])
