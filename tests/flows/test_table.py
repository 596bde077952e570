"""What must hold of every flow: it can be undone, its log-determinant is the Jacobian's, and padding has no say."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from tests.flows.table import FLOWS, LENGTHS, item, make

each = pytest.mark.parametrize("name", FLOWS)
spoken = [row for row, length in enumerate(LENGTHS) if length]


@each
def test_inverse_undoes_forward(name: str) -> None:
    flow, (x, mask, cond) = make(name)
    y, log_det = flow(x, mask, cond)
    back, undone = flow.inverse(y, mask, cond)
    assert (y - x).abs().max() > 1e-2  # it does something
    assert (back - x).abs().max() <= 1e-10
    assert (log_det + undone).abs().max() <= 1e-10
    forth, _ = flow(flow.inverse(x, mask, cond)[0], mask, cond)
    assert (forth - x).abs().max() <= 1e-10


@each
def test_inverse_undoes_forward_in_single_precision(name: str) -> None:
    flow, (x, mask, cond) = make(name, torch.float32)
    y, _ = flow(x, mask, cond)
    assert y.dtype == torch.float32
    assert (flow.inverse(y, mask, cond)[0] - x).abs().max() <= 1e-4


@each
def test_log_det_is_the_jacobians(name: str) -> None:
    flow, inputs = make(name)
    _, log_det = flow(*inputs)
    assert log_det.shape == (len(LENGTHS),)
    for row, length in enumerate(LENGTHS):
        if not length:
            assert log_det[row] == 0
            continue
        x, mask, cond = item(inputs, row)

        def image(flat: Tensor, like: Tensor = x, mask: Tensor = mask, cond: Tensor | None = cond) -> Tensor:
            return flow(flat.view_as(like), mask, cond)[0].flatten()  # type: ignore[no-any-return]

        jacobian = torch.autograd.functional.jacobian(image, x.flatten(), vectorize=True)
        expected = torch.linalg.slogdet(jacobian).logabsdet
        torch.testing.assert_close(log_det[row], expected, rtol=1e-9, atol=1e-9)


@each
@pytest.mark.parametrize("way", ["forward", "inverse"])
def test_a_padded_batch_gives_what_single_items_give(name: str, way: str) -> None:
    flow, inputs = make(name)
    direction = getattr(flow, way)
    together, log_dets = direction(*inputs)
    for row in spoken:
        alone, log_det = direction(*item(inputs, row))
        torch.testing.assert_close(together[row : row + 1, :, : LENGTHS[row]], alone, rtol=0, atol=1e-12)
        torch.testing.assert_close(log_dets[row : row + 1], log_det, rtol=0, atol=1e-10)


@each
@pytest.mark.parametrize("way", ["forward", "inverse"])
def test_padding_has_no_say_and_stays_zero(name: str, way: str) -> None:
    flow, (x, mask, cond) = make(name)
    direction = getattr(flow, way)
    clean, log_det = direction(x, mask, cond)
    assert (clean * (1 - mask) == 0).all()
    dirty, dirty_log_det = direction(x + 100 * torch.randn_like(x) * (1 - mask), mask, cond)
    assert torch.equal(dirty * mask, clean * mask)
    assert torch.equal(dirty_log_det, log_det)


@each
def test_gradients_are_finite_and_reach_everything(name: str) -> None:
    flow, (x, mask, cond) = make(name)
    x.requires_grad_()
    y, log_det = flow(x, mask, cond)
    (y.square().sum() + log_det.sum()).backward()
    assert x.grad is not None
    assert torch.isfinite(x.grad).all()
    for parameter, tensor in flow.named_parameters():
        assert tensor.grad is not None, parameter
        assert torch.isfinite(tensor.grad).all(), parameter
        assert (tensor.grad != 0).any(), parameter


@each
def test_two_forwards_agree_and_inputs_are_left_alone(name: str) -> None:
    flow, (x, mask, cond) = make(name)
    before = x.clone(), mask.clone()
    first, second = flow(x, mask, cond), flow(x, mask, cond)
    assert torch.equal(first[0], second[0])
    assert torch.equal(first[1], second[1])
    assert torch.equal(x, before[0])
    assert torch.equal(mask, before[1])
