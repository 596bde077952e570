"""Alignment search beside the package monotonic-alignment-search, one thread, each from the layout it wants.

    python benchmarks/alignment.py [--rounds 30]

Ours reads scores (B, frames, tokens) and gives durations; the package reads (B, tokens, frames) with a mask and gives a
0/1 path. Both are checked to find the same before they are timed, and a round calls each several times in a row, so
that both find their scores in the cache, where a training step leaves them. Aim: 8 times as fast at B32, 100 x 600.
"""

from __future__ import annotations

import argparse

import monotonic_alignment_search
import torch
from timing import measure, table
from torch import Tensor

from glowvox.nn.alignment import search, search_reference

SIZES = ((32, 100, 600), (1, 200, 1500), (16, 80, 500))


def main() -> None:
    """Measure every size and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    torch.set_num_threads(1)
    torch.manual_seed(0)
    rows = []
    for batch, tokens, frames in SIZES:
        score = -100 + 10 * torch.randn(batch, frames, tokens)
        theirs = score.transpose(1, 2).contiguous()
        mask = torch.ones_like(theirs)
        sizes = torch.full((batch,), tokens), torch.full((batch,), frames)

        def package(value: Tensor = theirs, mask: Tensor = mask) -> Tensor:
            return monotonic_alignment_search.maximum_path(value, mask)  # type: ignore[no-any-return]

        def ours(score: Tensor = score, sizes: tuple[Tensor, Tensor] = sizes) -> Tensor:
            return search(score, *sizes)

        assert torch.equal(package().sum(2).long(), ours())
        times = measure({"ours": ours, "package": package}, rounds=rounds, calls=max(6, 48 // batch))
        reference = measure({"torch": lambda s=score, z=sizes: search_reference(s, *z)}, rounds=3, warm=1)["torch"]
        rows.append(
            (
                f"B{batch}, {tokens} x {frames}",
                f"{times['ours'].median:.2f}",
                f"{times['package'].median:.2f}",
                f"{reference.median:.1f}",
                f"{times['package'].median / times['ours'].median:.1f}",
                f"{times['package'].least / times['ours'].least:.1f}",
            )
        )
    print(table(("CPU ms, median", "ours", "package", "our torch", "ratio", "of fastest rounds"), rows))


if __name__ == "__main__":
    main()
