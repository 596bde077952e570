"""Coqui's criterion of Glow-TTS: our losses under its names."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from glowvox.models.glow_tts import GlowTTSOutput
from glowvox.models.likelihood import losses
from glowvox.nn.masks import length_mask


class GlowTTSLoss(nn.Module):
    """Negative log-likelihood and duration error of what `GlowTTS.forward` gives.

    Divided by the frames that are modelled; theirs counts the odd frame too, which no squeeze fills.
    """

    def __init__(self, num_squeeze: int = 2) -> None:
        super().__init__()
        self.num_squeeze = num_squeeze

    def forward(self, *found: Tensor) -> dict[str, Tensor]:
        """The losses by name: `loss`, the sum of `log_mle` and `loss_dur`.

        found, in this order: z (B, T, C), y_mean (B, T, C), y_log_scale (B, T, C), logdet (B,), y_lengths (B,),
        durations_log (B, N, 1), total_durations_log (B, N, 1) and x_lengths (B,)
        """
        z, mean, log_scale, log_det, y_lengths, predicted, found_log, x_lengths = found
        target = found_log[:, :, 0]
        frames = y_lengths // self.num_squeeze * self.num_squeeze
        loss = losses(
            GlowTTSOutput(
                latent=z.transpose(1, 2),
                log_det=log_det,
                mean=mean.transpose(1, 2),
                log_scale=log_scale.transpose(1, 2),
                durations=torch.expm1(target).round().long(),
                log_duration=predicted[:, :, 0],
                log_target=target,
                token_mask=length_mask(x_lengths, target.shape[1], dtype=z.dtype),
                frame_mask=length_mask(frames, z.shape[1], dtype=z.dtype),
                token_prior=None,
            )
        )
        return {"loss": loss.total, "log_mle": loss.nll, "loss_dur": loss.duration}
