"""Two processes do what one does with all the clips."""

from __future__ import annotations

import socket
from ast import literal_eval
from pathlib import Path

import pytest
import torch
from msgspec.structs import replace
from safetensors import safe_open
from torch import Tensor

from tests.train.building import STEADY, batch_of, make_loop, settings
from tests.train.driver import HALVES
from tests.train.test_resume import drive


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@pytest.fixture(scope="module")
def two(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, Tensor], dict[str, float]]]:
    """Tensors and losses of each of two processes, started as torchrun starts them."""
    folder = tmp_path_factory.mktemp("two")
    shared = {
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(free_port()),
        "WORLD_SIZE": "2",
        "LOCAL_WORLD_SIZE": "2",
        "GROUP_RANK": "0",
        "TORCHELASTIC_RUN_ID": "test",
    }
    processes = [
        drive(folder, prepared, "gradients", **shared, RANK=str(rank), LOCAL_RANK=str(rank)) for rank in (0, 1)
    ]
    assert [process.wait(300) for process in processes] == [0, 0]
    found = []
    for rank in (0, 1):
        with safe_open(folder / f"rank{rank}.safetensors", "pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
            found.append((tensors, {key: literal_eval(value) for key, value in file.metadata().items()}))
    return found


def test_the_halves_differ_in_frames(prepared: Path, tmp_path: Path) -> None:
    loop = make_loop(tmp_path, settings(prepared))
    counted = [sum(loop.feed.train[index].frames for index in half) for half in HALVES]
    assert counted[0] > 1.2 * counted[1]


def test_two_processes_have_the_gradients_of_one_with_both_halves(
    two: list[tuple[dict[str, Tensor], dict[str, float]]], prepared: Path, tmp_path: Path
) -> None:
    (first, said), (second, _) = two
    assert first.keys() == second.keys()
    for name in first:
        assert torch.equal(first[name], second[name]), f"{name} differs between the processes"
    optimizer = replace(settings(prepared).optimizer, clip="none")
    alone = make_loop(tmp_path, settings(prepared, model=STEADY, optimizer=optimizer))
    alone.recipe.initialise([batch_of(alone, *half) for half in HALVES])
    for name, value in alone.recipe.model.named_parameters():
        torch.testing.assert_close(first[f"initial/{name}"], value.detach(), rtol=0, atol=1e-6, msg=name)
    row = alone.recipe.step(1, batch_of(alone, *HALVES[0], *HALVES[1]))
    for key in ("nll", "duration", "grad_norm"):
        assert said[key] == pytest.approx(row[key], rel=1e-5), key
    for name, parameter in alone.recipe.model.named_parameters():
        assert parameter.grad is not None
        scale = float(parameter.grad.abs().max()) + 1e-3
        torch.testing.assert_close(first[f"gradient/{name}"], parameter.grad, rtol=0, atol=2e-6 * scale, msg=name)
