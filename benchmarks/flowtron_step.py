"""A frame of Flowtron at the published size without torch: its graphs, and the reading of their weights alone.

    OMP_NUM_THREADS=1 python benchmarks/flowtron_step.py [--frames 60] [--tokens 80]

A step of flow reads 26.8 million weights a frame, and that is what takes the time. The floor is the same products in
eight bits and nothing else; the aim is at most twice as much. Frames of both steps of flow take turns, as speaking in
two passes would if the text were longer than the processor's cache.
"""

from __future__ import annotations

import argparse
import os

import numpy as np
import torch
from timing import measure, table

from glowvox.audio.mel import MelConfig
from glowvox.export.flowtron_graphs import step_graph, steps_of
from glowvox.export.graph import Graph, Precision
from glowvox.flows.autoregressive import AutoregressiveStep
from glowvox.models.flowtron import Flowtron
from glowvox.models.flowtron_config import FlowtronConfig
from glowvox.nn.additive_attention import Keys
from glowvox.runtime.bundle import FlowtronVoice
from glowvox.runtime.flowtron import StepLoop
from glowvox.runtime.session import Session

BANDS = 80


def products(step: AutoregressiveStep) -> list[tuple[int, int]]:
    """Shapes of the matrices that a frame is multiplied with."""
    hidden, width = step.attention_lstm.hidden_size, step.attention.vector.shape[0]
    shapes = [(BANDS + hidden, 4 * hidden), (hidden, width), (2 * hidden + width, 4 * hidden)]
    shapes += [(2 * hidden, 4 * hidden)] * (step.decoder.num_layers - 1)
    return [*shapes, (hidden, hidden), (hidden, hidden), (hidden, 2 * BANDS)]


def floor_graph(shapes: list[tuple[int, int]], precision: Precision) -> bytes:
    """Products of these shapes, one after the other, and nothing between them."""
    rng = np.random.default_rng(0)
    graph = Graph("floor", precision=precision)
    for number, (wide, narrow) in enumerate(shapes):
        x = graph.input(f"x{number}", [1, wide])
        weight = rng.standard_normal((wide, narrow)) / wide**0.5
        graph.output(graph.linear(x, weight, np.zeros(narrow)), f"y{number}", [1, narrow])
    return graph.finish()


def floor(step: AutoregressiveStep, precision: Precision) -> tuple[Session, dict[str, np.ndarray]]:
    """The products of a step as a session, and something to multiply."""
    shapes = products(step)
    given = {f"x{number}": np.ones((1, wide), np.float32) for number, (wide, _) in enumerate(shapes)}
    return Session(floor_graph(shapes, precision), name="floor"), given


def main() -> None:
    """Time all forms in turn and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=60, help="rounds")
    parser.add_argument("--tokens", type=int, default=80)
    given = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    model = Flowtron(FlowtronConfig(), vocabulary=185, bands=BANDS).eval()
    steps = steps_of(model)
    weights = sum(wide * narrow for wide, narrow in products(steps[0]))
    rng = np.random.default_rng(0)
    text = {name: rng.standard_normal((given.tokens, 640)).astype(np.float32) for name in ("key", "value")}
    text["temperature"] = np.ones(1, np.float32)
    shape = FlowtronVoice(flows=2, states=3, hidden=1024, room=80, room_per_token=16, told=True)
    frame = rng.standard_normal((1, BANDS)).astype(np.float32)
    ways = {}
    for precision in ("fp32", "fp16", "int8"):
        bare = [floor(step, precision) for step in steps]
        ways[f"products alone, {precision}"] = lambda bare=bare: [session.run(x) for session, x in bare]
        loops = [StepLoop(Session(step_graph(s, precision=precision), name="step"), text, shape) for s in steps]
        ways[f"step, {precision}"] = lambda loops=loops: [loop.frame(frame, frame) for loop in loops]
    ways["step, torch fp32"] = in_torch(model, text)
    times = measure(ways, rounds=given.frames, warm=5)
    least = times["products alone, int8"]
    rate = MelConfig().sample_rate / MelConfig().hop
    rows = [
        (
            name,
            f"{time.median / 2:.2f}",
            f"{time.least / 2:.2f}",
            f"{time.median / least.median:.2f}",
            f"{time.median * rate / 1000:.2f}",
        )
        for name, time in times.items()
    ]
    print(f"{weights / 1e6:.1f} million weights a step of flow, {given.tokens} tokens")
    print(table(("a frame of one step of flow", "CPU ms, median", "least", "of the floor", "RTF of two"), rows))


def in_torch(model: Flowtron, text: dict[str, np.ndarray]) -> object:
    """The model's own loop."""
    rows = {name: torch.from_numpy(text[name])[None] for name in ("key", "value")}
    keys = Keys(rows["key"], rows["value"], torch.ones(1, 1, rows["key"].shape[1]), None, 1.0)
    memory = model.read(torch.zeros(1, rows["key"].shape[1], dtype=torch.long), torch.tensor([rows["key"].shape[1]]))
    previous = torch.zeros(1, BANDS, 1)

    @torch.no_grad()
    def both() -> None:
        for step in steps_of(model):
            step.frame(previous, keys, step.begin(memory)[1])

    return both


if __name__ == "__main__":
    main()
