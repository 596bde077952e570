"""What our model found, in Coqui's layout and under its names."""

from __future__ import annotations

import torch
from torch import Tensor

from glowvox.models.glow_tts import GlowTTSOutput
from glowvox.nn.masks import token_of_frame

Outputs = dict[str, Tensor]


def named(out: GlowTTSOutput) -> Outputs:
    """The outputs of the forward pass: (B, T, C), alignments (B, N, T), log-durations (B, N, 1)."""
    return {
        "z": out.latent.transpose(1, 2),
        "logdet": out.log_det,
        "y_mean": out.mean.transpose(1, 2),
        "y_log_scale": out.log_scale.transpose(1, 2),
        "alignments": alignment(out.durations, out.frame_mask),
        "durations_log": out.log_duration[:, :, None],
        "total_durations_log": out.log_target[:, :, None],
    }


def alignment(durations: Tensor, frame_mask: Tensor) -> Tensor:
    """One where a frame is a token's, else zero.

    durations   (B, N)
    frame_mask  (B, 1, T)
    returns     (B, N, T)
    """
    tokens = torch.arange(durations.shape[1], device=durations.device)[:, None]
    return (token_of_frame(durations, frame_mask.shape[2])[:, None] == tokens) * frame_mask


def lengths_or_all(lengths: Tensor | None, x: Tensor) -> Tensor:
    """The lengths (B,) that are given, or the whole of each item of x (B, T, …)."""
    return torch.full((len(x),), x.shape[1], device=x.device) if lengths is None else lengths
