"""Dropout whose random numbers are cheap on a CPU."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Dropout(nn.Module):
    """Zeroes values with probability p while training, and scales the rest by 1 / (1 − p) (Srivastava et al. 2014).

    On a CPU torch draws one number a value from a serial generator, which cost a sixth of a training step; here each
    64-bit draw serves eight values. The probability is thereby rounded to a multiple of 1/256, and the scale fits the
    rounded one.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"dropout = {p} must lie in [0, 1)")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        """x (...) → (...)."""
        if not self.training or self.p == 0:
            return x
        if x.device.type != "cpu":
            return F.dropout(x, self.p)
        dropped = max(1, round(self.p * 256))
        draws = torch.empty(-(-x.numel() // 8), dtype=torch.int64).random_(-(2**63), None)
        kept = draws.view(torch.uint8)[: x.numel()].ge_(dropped).to(x.dtype).mul_(256 / (256 - dropped))
        order = torch.empty_like(x, device="meta").stride()  # so that both factors lie in memory alike
        return x * kept.as_strided(x.shape, order)
