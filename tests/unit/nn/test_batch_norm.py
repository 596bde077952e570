"""Batch normalisation sees neither padding nor the number of processes."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import torch
import torch.distributed
import torch.multiprocessing
from torch import Tensor, nn

from glowvox.nn.batch_norm import MaskedBatchNorm
from glowvox.nn.masks import length_mask

LENGTHS = torch.tensor([9, 4, 1, 6])


def inputs(size: int = 9) -> tuple[Tensor, Tensor]:
    """A batch (4, 5, size) of the same values whatever the size, its padding full of others."""
    values = 3 * torch.randn(4, 5, 9, generator=torch.Generator().manual_seed(0), dtype=torch.float64) + 2
    x = torch.full((4, 5, size), 1e3, dtype=torch.float64)
    x[:, :, :9] = values
    return x, length_mask(LENGTHS, size, dtype=torch.float64)


def make() -> MaskedBatchNorm:
    norm = MaskedBatchNorm(5).double()
    with torch.no_grad():
        norm.scale.copy_(torch.linspace(0.5, 2, 5))
        norm.shift.copy_(torch.linspace(-1, 1, 5))
    return norm


def test_it_is_batch_normalisation_of_what_is_inside() -> None:
    x, mask = inputs()
    ours, theirs = make(), nn.BatchNorm1d(5).double()
    theirs.load_state_dict({"weight": ours.scale, "bias": ours.shift}, strict=False)
    columns = torch.cat([row[:, :n] for row, n in zip(x, LENGTHS.tolist(), strict=True)], dim=1)
    for _ in range(3):
        out = ours(x, mask)
        expected = theirs(columns.T).T
    inside = torch.cat([row[:, :n] for row, n in zip(out, LENGTHS.tolist(), strict=True)], dim=1)
    torch.testing.assert_close(inside, expected)
    torch.testing.assert_close(ours.mean, theirs.running_mean)
    torch.testing.assert_close(ours.variance, theirs.running_var)
    ours.eval()
    theirs.eval()
    torch.testing.assert_close(ours(x, mask)[0], theirs(x[0].T).T)


def test_more_padding_changes_nothing() -> None:
    one, other = make(), make()
    narrow, wide = one(*inputs()), other(*inputs(20))
    mask = inputs()[1]
    torch.testing.assert_close(narrow * mask, wide[:, :, :9] * mask, rtol=0, atol=1e-12)
    torch.testing.assert_close(one.mean, other.mean, rtol=0, atol=1e-12)
    torch.testing.assert_close(one.variance, other.variance, rtol=0, atol=1e-12)


def test_one_column_and_none_stay_finite() -> None:
    for mask in (torch.tensor([[[1.0]]]), torch.tensor([[[0.0]]])):
        norm = MaskedBatchNorm(2)
        out = norm(torch.tensor([[[3.0], [4.0]]], requires_grad=True), mask)
        assert torch.isfinite(out).all()
        assert torch.isfinite(norm.variance).all()


def _half(rank: int, port: int, folder: str) -> None:
    torch.distributed.init_process_group("gloo", f"tcp://127.0.0.1:{port}", rank=rank, world_size=2)
    x, mask = inputs()
    mine = x[2 * rank : 2 * rank + 2].clone().requires_grad_()
    norm = make()
    out = norm(mine, mask[2 * rank : 2 * rank + 2])
    (out.square() * mask[2 * rank : 2 * rank + 2]).sum().backward()
    torch.save([out.detach(), mine.grad, norm.scale.grad, norm.variance], f"{folder}/{rank}.pt")
    torch.distributed.destroy_process_group()


def test_two_processes_are_one(tmp_path: Path) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = int(bound.getsockname()[1])
    torch.multiprocessing.start_processes(_half, (port, str(tmp_path)), nprocs=2, start_method="fork")
    halves = [torch.load(tmp_path / f"{rank}.pt") for rank in (0, 1)]
    x, mask = inputs()
    whole = x.clone().requires_grad_()
    norm = make()
    out = norm(whole, mask)
    (out.square() * mask).sum().backward()
    assert whole.grad is not None
    torch.testing.assert_close(torch.cat([half[0] for half in halves]), out.detach())
    torch.testing.assert_close(torch.cat([half[1] for half in halves]), whole.grad)
    torch.testing.assert_close(halves[0][2] + halves[1][2], norm.scale.grad)
    for half in halves:
        torch.testing.assert_close(half[3], norm.variance)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_goes_in_and_comes_out(dtype: torch.dtype) -> None:
    x, mask = inputs()
    norm = make().float()
    out = norm(x.to(dtype), mask.to(dtype))
    assert out.dtype == dtype
    exact = make()(x.to(dtype).double(), mask)
    torch.testing.assert_close((out.double() * mask), exact * mask, rtol=0, atol=0.05)
