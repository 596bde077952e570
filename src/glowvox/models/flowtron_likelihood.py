"""The losses of Flowtron, as sums that batches and processes can share a normaliser over."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from glowvox.models.alignment_ctc import alignment_ctc
from glowvox.models.flowtron import FlowtronOutput
from glowvox.nn.precision import full_precision


@dataclass(frozen=True)
class FlowtronLosses:
    """Means over the global batch."""

    nll: Tensor  # ()        nats a mel value, without the constant ½ log 2π, as published; may be negative
    gate: Tensor  # ()       nats a frame; zero where there is no gate
    alignment: Tensor  # ()  nats a token, mean over the steps

    def total(self, *, alignment: float) -> Tensor:
        """The loss whose gradient is the step; `alignment` is the weight of that part (published: 0.01)."""
        return self.nll + self.gate + alignment * self.alignment


@dataclass(frozen=True)
class FlowtronCounts:
    """What the losses are divided by."""

    frames: Tensor  # ()  frames inside the batch
    items: Tensor  # ()


def flowtron_counts(out: FlowtronOutput) -> FlowtronCounts:
    """Frames and items of one batch; sums over processes give the global counts."""
    return FlowtronCounts(frames=out.frame_mask.sum(), items=out.frame_mask.new_tensor(len(out.frames)))


def flowtron_losses(
    out: FlowtronOutput, total: FlowtronCounts | None = None, *, sigma: float = 1.0, blank: float = -8.0
) -> FlowtronLosses:
    """Negative log-likelihood, gate and alignment loss, each with its published normalisation.

    total  the counts to divide by: the batch's own unless given, the global ones where a step is shared
    sigma  standard deviation of the latent's prior, where that is no mixture
    blank  score of "no token" in the alignment loss
    """
    total = total or flowtron_counts(out)
    with full_precision(out.latent):
        values = total.frames * out.latent.shape[1]
        if out.mixture is None:
            energy = out.latent.square().sum() / (2 * sigma**2)
        else:
            energy = -(out.mixture.log_density(out.latent) * out.frame_mask).sum()
        nll = (energy - out.log_det.sum()) / values
        steps = [alignment_ctc(scores, out.tokens, out.frames, blank=blank).sum() for scores in out.log_attention]
        alignment = torch.stack(steps).mean() / total.items
        return FlowtronLosses(nll, _gate(out).sum() / total.frames, alignment)


def _gate(out: FlowtronOutput) -> Tensor:
    """Cross-entropy of each frame's gate, (B, T)."""
    if out.gate is None:
        return torch.zeros_like(out.frame_mask[:, 0])
    target = gate_target(out.frames, out.gate.shape[2]).to(out.gate)
    nats = F.binary_cross_entropy_with_logits(out.gate[:, 0], target, reduction="none")
    return nats * out.frame_mask[:, 0]


def gate_target(frames: Tensor, size: int) -> Tensor:
    """One at the last frame that is generated and in the padding, zero before.

    frames   (B,)
    size     padded length T
    returns  (B, T)
    """
    positions = torch.arange(size, device=frames.device)
    return (positions >= frames[:, None] - 1).float()
