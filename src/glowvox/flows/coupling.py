"""Affine coupling: half of the channels decide how the other half is scaled and shifted."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from glowvox.flows.base import Flow
from glowvox.nn.precision import full_precision, upcast


class AffineCoupling(Flow):
    """y_a = x_a, y_b = exp(s) x_b + m with (m, s) = network(x_a) (Dinh et al. 2017, eqs. 7 and 8).

    `network` maps (x_a (B, C/2, T), mask, cond) to (B, C, T), the shift m first. With `sigmoid_scale` the scale is
    sigmoid(s + 2) instead of exp(s), which cannot explode. With `swapped` the second half decides about the first; each
    stays where it is.
    """

    def __init__(self, network: nn.Module, *, sigmoid_scale: bool = False, swapped: bool = False) -> None:
        super().__init__()
        self.network = network
        self.sigmoid_scale = sigmoid_scale
        self.swapped = swapped

    def forward(self, x: Tensor, mask: Tensor, cond: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (B, C, T), mask (B, 1, T), cond (B, G, 1) or None → (B, C, T), (B,)."""
        image, log_det = self.by_column(x, mask, cond)
        return image, log_det.sum(dim=1)

    def by_column(self, x: Tensor, mask: Tensor, cond: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """`forward`, with what each column adds to the log-determinant.

        x        (B, C, T)
        mask     (B, 1, T)
        cond     (B, G, 1) or None
        returns  (B, C, T), (B, T)
        """
        kept, changed = self._halves(x)
        shift, log_scale = self._affine(kept, mask, cond)
        with full_precision(x):
            image = torch.addcmul(shift, log_scale.exp(), changed) * mask
            return self._join(kept, image), self._log_det(log_scale, mask)

    def inverse(self, y: Tensor, mask: Tensor, cond: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """y (B, C, T), mask (B, 1, T), cond (B, G, 1) or None → (B, C, T), (B,)."""
        kept, changed = self._halves(y)
        shift, log_scale = self._affine(kept, mask, cond)
        with full_precision(y):
            preimage = (changed - shift) * torch.exp(-log_scale) * mask
            return self._join(kept, preimage), -self._log_det(log_scale, mask).sum(dim=1)

    def _halves(self, x: Tensor) -> tuple[Tensor, Tensor]:
        first, second = x.chunk(2, dim=1)
        return (second, first) if self.swapped else (first, second)

    def _join(self, kept: Tensor, changed: Tensor) -> Tensor:
        return torch.cat([changed, kept] if self.swapped else [kept, changed], dim=1)

    def _affine(self, kept: Tensor, mask: Tensor, cond: Tensor | None) -> tuple[Tensor, Tensor]:
        shift, log_scale = upcast(self.network(kept, mask, cond)).chunk(2, dim=1)
        if self.sigmoid_scale:
            log_scale = torch.log(1e-6 + torch.sigmoid(log_scale + 2))
        return shift, log_scale

    def _log_det(self, log_scale: Tensor, mask: Tensor) -> Tensor:
        return log_scale.sum(dim=1) * mask[:, 0]
