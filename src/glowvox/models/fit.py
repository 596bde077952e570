"""Whether tensors from a file are those of a model."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from glowvox.errors import CheckpointError

HINT = "is this the settings file it was trained with?"


def require_fit(model: nn.Module, ours: Mapping[str, Tensor], where: object) -> None:
    """Refuse tensors that are missing, extra or of another shape, before anything is made of them.

    where   their file, for the message
    raises  CheckpointError naming the first of them, and how many there are in all
    """
    expected = {name: value.shape for name, value in model.state_dict().items()}
    faults = [f"no tensor for '{name}'" for name in expected if name not in ours]
    faults += [
        f"'{name}' is {tuple(ours[name].shape)}, the settings ask for {tuple(shape)}"
        for name, shape in expected.items()
        if name in ours and ours[name].shape != shape
    ]
    faults += [f"the settings leave no place for '{name}'" for name in ours if name not in expected]
    if faults:
        more = f" (and {len(faults) - 1} more tensors do not fit)" if len(faults) > 1 else ""
        raise CheckpointError(f"{where}: {faults[0]}{more}", hint=HINT)
