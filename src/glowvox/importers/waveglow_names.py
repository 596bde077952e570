"""The tensor names of WaveGlow checkpoints in all their layouts, and ours for the same tensors.

The first layout had a conditioning convolution a layer (`cond_layers.i`) and apart ones for residual and skip
(`res_layers.i`, `skip_layers.i`); the second joined the last two (`res_skip_layers.i`), the third the first
(`cond_layer`). Weight normalisation is per output channel and what is joined are output channels, so joining gains,
directions and biases loses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from glowvox.importers.weight_norm import split_weights

NETWORK = r"chain.flows.\1.flow.flows.1.network"
RULES = (
    (r"upsample\.(weight|bias)", r"upsample.\1", None),
    (r"convinv\.(\d+)\.conv\.weight", r"chain.flows.\1.flow.flows.0.weight", None),
    (r"WN\.(\d+)\.end\.(weight|bias)", rf"{NETWORK}.end.\2", None),
    (r"WN\.(\d+)\.start\.(.+)", rf"{NETWORK}.start.\2", None),
    (r"WN\.(\d+)\.in_layers\.(\d+)\.(.+)", rf"{NETWORK}.gates.\2.\3", None),
    (r"WN\.(\d+)\.cond_layer\.(.+)", rf"{NETWORK}.conditioning.\2", None),
    (r"WN\.(\d+)\.cond_layers\.(\d+)\.(.+)", rf"{NETWORK}.conditioning.\3", r"\2"),
    (r"WN\.(\d+)\.res_skip_layers\.(\d+)\.(.+)", rf"{NETWORK}.residuals.\2.\3", None),
    (r"WN\.(\d+)\.res_layers\.(\d+)\.(.+)", rf"{NETWORK}.residuals.\2.\3", "0"),
    (r"WN\.(\d+)\.skip_layers\.(\d+)\.(.+)", rf"{NETWORK}.residuals.\2.\3", "1"),
)
NORMALISED = r".+\.(?:start|conditioning|gates\.\d+|residuals\.\d+)"
# both spellings of weight normalisation
LEAVES = {
    "bias": "bias",
    "weight_g": "gain",
    "weight_v": "direction",
    "parametrizations.weight.original0": "gain",
    "parametrizations.weight.original1": "direction",
}


class Place(NamedTuple):
    """Where one of their tensors goes."""

    name: str  # of ours; ends in `.weight` where a normalised weight was stored as applied
    piece: int  # its turn among those that are joined


def place(theirs: str) -> Place | None:
    """Our place of one of their tensors, or None where it is none of a WaveGlow."""
    for pattern, ours, piece in RULES:
        found = re.fullmatch(pattern, theirs)
        if found is None:
            continue
        name, turn = found.expand(ours), int(found.expand(piece)) if piece else 0
        normalised = re.fullmatch(rf"({NORMALISED})\.(.+)", name)
        if normalised is None:
            return Place(name, turn)
        stem, leaf = normalised.groups()
        if leaf == "weight":
            return Place(name, turn)
        return Place(f"{stem}.{LEAVES[leaf]}", turn) if leaf in LEAVES else None
    return None


def our_shape(name: str, tensor: Tensor) -> Tensor:
    """Their tensor in our shape: their mixing matrix is a convolution of width one."""
    return tensor[:, :, 0] if re.search(r"flow\.flows\.0\.weight$", name) and tensor.dim() == 3 else tensor


def translate(state: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], list[str]]:
    """Their state dict under our names in single precision, and the names that were not understood."""
    pieces: dict[str, list[tuple[int, Tensor]]] = {}
    unknown = []
    for theirs, tensor in state.items():
        found = place(theirs)
        if found is None:
            unknown.append(theirs)
        else:
            value = our_shape(found.name, tensor).to(torch.float32)
            pieces.setdefault(found.name, []).append((found.piece, value))
    ours: dict[str, Tensor] = {}
    for name, parts in pieces.items():
        tensors = [tensor for _, tensor in sorted(parts, key=lambda part: part[0])]
        ours[name] = tensors[0] if len(tensors) == 1 else torch.cat(tensors)
    plain = [name for name in ours if re.fullmatch(rf"{NORMALISED}\.weight", name)]
    split_weights(ours, [re.sub("weight$", "direction", name) for name in plain])
    return ours, unknown
