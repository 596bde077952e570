"""Draw the pictures of the explanations: python docs/figures/draw_explanations.py [--run PLACE] [NAME ...]

Everything is computed by the code that the pages explain. A small example voice is trained on the way (half a minute);
the five steps of inference are drawn from it too, unless a run folder or weights file is named by --run.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import cache
from pathlib import Path

import torch
from example_voice import Example, learn
from picture_of_alignment import draw_alignment
from picture_of_data_flow import draw_data_flow
from picture_of_encoder import draw_encoder
from picture_of_inference import draw_inference
from picture_of_losses import draw_losses
from picture_of_masks import draw_masks


@cache
def example() -> Example:
    """The example voice, trained once however many pictures want it."""
    return learn()


def pictures(voice: Path | None) -> dict[str, Callable[[], None]]:
    """What can be drawn, by the name of its page."""
    return {
        "lengths-and-masks": draw_masks,
        "encoder": draw_encoder,
        "inference": lambda: draw_inference(voice, example),
        "losses": lambda: draw_losses(example()),
        "alignment": lambda: draw_alignment(example()),
        "data-flow": draw_data_flow,
    }


def main() -> None:
    """Draw all pictures, or those named."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(pictures(None))}; default: all")
    arguments.add_argument(
        "--run", "--voice", dest="voice", type=Path, help="a run folder or weights file to draw inference from"
    )
    wanted = arguments.parse_args()
    torch.set_num_threads(1)  # the same sums in the same order everywhere
    found = pictures(wanted.voice)
    if unknown := set(wanted.names) - set(found):
        arguments.error(f"no picture is called {' or '.join(sorted(unknown))}; there are {', '.join(found)}")
    for name in wanted.names or found:
        found[name]()


if __name__ == "__main__":
    main()
