"""Monotonic alignment paths of the authors' search: ours, compiled and in torch, must find the very same."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from glowvox.nn.alignment import search, search_reference
from tests.golden.result import Result, path_of


def check(path: Path) -> list[Result]:
    """Every case of a `mas_reference` file: durations, path and score."""
    tensors = load_file(path)
    cases = sorted({name.rpartition("/")[0] for name in tensors})
    results = []
    for case in cases:
        rows = {name.rpartition("/")[2]: tensor for name, tensor in tensors.items() if name.startswith(f"{case}/")}
        results += [Result(f"{case}/{name}", status, detail) for name, status, detail in _case(rows)]
    return results


def _case(rows: dict[str, Tensor]) -> list[Result]:
    """Results by the names of one case."""
    tokens, frames = rows["x_lengths"], rows["y_lengths"]
    score = rows["logp"].transpose(1, 2)  # (B, T, N)
    possible = (frames >= tokens) & (tokens > 0)
    score, tokens, frames = score[possible], tokens[possible], frames[possible]
    compiled = search(score, tokens, frames)
    ways = {"compiled": compiled, "torch": search_reference(score, tokens, frames)}
    found = path_of(compiled, score.shape[1])
    inside = [(score[item].T.double() * found[item]).sum() for item in range(len(score))]
    left_out = (
        f"; {int((~possible).sum())} items with fewer frames than tokens passed over" if not possible.all() else ""
    )
    results = []
    for name, stored in rows.items():
        if name in ("logp", "x_lengths", "y_lengths"):
            continue
        if name == "durations":
            wrong = [way for way, ours in ways.items() if not torch.equal(ours, stored[possible])]
        elif name == "path":
            wrong = [] if torch.equal(found.to(stored.dtype), stored[possible]) else ["path"]
        elif name == "score_float64":
            close = torch.allclose(torch.stack(inside), stored[possible], rtol=1e-9, atol=1e-9) if inside else True
            wrong = [] if close else ["score"]
        else:
            results.append(Result(name, "skipped", "not an output of the search"))
            continue
        exact = "departed" if left_out else "ok"
        detail = f"differs: {', '.join(wrong)}" if wrong else "within 1e-9" if name == "score_float64" else "exact"
        results.append(Result(name, "failed" if wrong else exact, detail + left_out))
    return results
