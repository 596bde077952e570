"""Channels that are finished early, and the flow that goes on with the others."""

from __future__ import annotations

import torch
from torch import Tensor

from glowvox.flows.base import Flow


class Remainder(Flow):
    """A flow on all channels but the first `finished`, which are left as they are.

    A chain of these, each with more finished channels than the last, is the multi-scale architecture (Dinh et al. 2017,
    §3.6; WaveGlow §2): every few layers some channels leave as latents, and the order of channels never changes.
    """

    def __init__(self, finished: int, flow: Flow) -> None:
        super().__init__()
        self.finished = finished
        self.flow = flow

    def forward(self, x: Tensor, mask: Tensor, cond: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (B, C, T), mask (B, 1, T), cond (B, G, 1 or T) or None → (B, C, T), (B,)."""
        image, log_det = self.flow(x[:, self.finished :], mask, cond)
        return self._join(x, image), log_det

    def inverse(self, y: Tensor, mask: Tensor, cond: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """y (B, C, T), mask (B, 1, T), cond (B, G, 1 or T) or None → (B, C, T), (B,)."""
        preimage, log_det = self.flow.inverse(y[:, self.finished :], mask, cond)
        return self._join(y, preimage), log_det

    def _join(self, before: Tensor, after: Tensor) -> Tensor:
        return torch.cat([before[:, : self.finished], after], dim=1) if self.finished else after
