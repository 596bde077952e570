"""A file of reference outputs, and the judging of its tensors one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from safetensors import safe_open
from torch import Tensor, nn

from tests.golden.result import Result

CLOSE = 2e-5  # of max(1, largest stored), as the originals' README asks
# of the largest stored; a BigVGAN's, computed in double precision, are up to 1.1e-4 from its original's
GRADIENT = 3e-4


class Stored:
    """One file: its tensors, its metadata and the results so far."""

    def __init__(self, path: Path) -> None:
        with safe_open(path, "pt") as file:
            self.meta: dict[str, Any] = json.loads(file.metadata()["meta"])
            self.tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - a safe_open file is no mapping
        self.results: list[Result] = []

    def weights(self, prefix: str = "weights/") -> dict[str, Tensor]:
        """The tensors under a prefix, without it."""
        return {name[len(prefix) :]: value for name, value in self.tensors.items() if name.startswith(prefix)}

    def add(self, tensor: str, status: Literal["ok", "departed", "skipped", "failed"], detail: str) -> None:
        """Note one result."""
        self.results.append(Result(tensor, status, detail))

    def near(self, name: str, ours: Tensor, *, tolerance: float = CLOSE, unit: float = 1.0, note: str = "") -> None:
        """Compare to a stored tensor: |difference| ≤ tolerance · max(unit, max|stored|)."""
        if name not in self.tensors:
            return
        stored, ours = self.tensors[name].double(), ours.detach().double()
        if ours.shape != stored.shape:
            self.add(name, "failed", f"shape {tuple(ours.shape)}, expected {tuple(stored.shape)}")
            return
        error = float((ours - stored).abs().max())
        bound = tolerance * max(unit, float(stored.abs().max()))
        self.add(name, "ok" if error <= bound else "failed", f"error {error:.1e}, allowed {bound:.1e}{note}")

    def gradient(self, name: str, ours: Tensor | None, *, note: str = "") -> None:
        """Compare a gradient to a stored one, in units of the largest value stored."""
        if ours is None:
            self.add(name, "failed", "no gradient came")
            return
        floor = 1e-3 * self.largest_gradient()  # below it a gradient is rounding
        self.near(name, ours, tolerance=GRADIENT, unit=floor, note=note)

    def largest_gradient(self) -> float:
        """Of all that are stored."""
        return max(float(value.abs().max()) for name, value in self.tensors.items() if name.startswith("grad/"))

    def load(self, model: nn.Module, names: dict[str, str | None], prefix: str = "weights/") -> None:
        """Fill a model from tensors under a prefix; `names` says ours for each of theirs."""
        expected = model.state_dict()
        ours: dict[str, Tensor] = {}
        for theirs, mine in names.items():
            value = self.tensors[prefix + theirs]
            if mine not in expected:
                self.add(prefix + theirs, "failed", "no tensor of ours has this name")
            elif value.shape != expected[mine].shape:
                self.add(prefix + theirs, "failed", f"shape {tuple(value.shape)}, ours {tuple(expected[mine].shape)}")
            else:
                ours[mine] = value
                self.add(prefix + theirs, "ok", f"loaded as {mine}")
        for name in sorted(expected.keys() - ours.keys()):
            self.add(name, "failed", "a tensor of ours that the file does not fill")
        model.load_state_dict(ours, strict=False)

    def finish(self) -> list[Result]:
        """All results; what nothing was compared with has failed."""
        seen = {result.tensor for result in self.results}
        for name in sorted(self.tensors.keys() - seen):
            if not name.startswith("in/"):
                self.add(name, "failed", "nothing of ours was compared with it")
        return self.results


def parameter_gradients(file: Stored, model: nn.Module, names: dict[str, str | None]) -> None:
    """Compare the gradients of parameters; `names` says ours for each of theirs."""
    ours = dict(model.named_parameters())
    for name in sorted(n for n in file.tensors if n.startswith("grad/")):
        mine = names.get(name.removeprefix("grad/"))
        if mine not in ours:
            file.add(name, "failed", "no parameter of ours has this name")
            continue
        file.gradient(name, ours[mine].grad)


def probed(file: Stored, wave: Tensor) -> Tensor:
    """The scalar whose gradients are stored."""
    probe = file.tensors["in/grad_probe"]
    return (wave.reshape(probe.shape) * probe).sum()
