"""Tables whose rows belong to names: symbols, speakers."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


@torch.no_grad()
def copy_rows(own: Tensor, here: Sequence[str], values: Tensor, there: Sequence[str]) -> int:
    """Copy the rows whose names two tables share; gives their number.

    own     (H, C) changed in place, its rows called `here`
    values  (R, C) its rows called `there`
    """
    places = {name: row for row, name in enumerate(there)}
    known = [(row, places[name]) for row, name in enumerate(here) if name in places]
    for row, place in known:
        own[row] = values[place]
    return len(known)
