"""How a WaveGlow learns: one step of maximum likelihood, validation, and the state that outlives the process."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from glowvox.data.segments import Segments
from glowvox.models.waveglow import WaveGlow, WaveGlowOutput, nll, values
from glowvox.train.learner import Learner
from glowvox.train.waveglow_config import WaveGlowTrainConfig


class TrainingForward(nn.Module):
    """The flow with plain containers at its border; with `in_bf16` its networks compute in bfloat16."""

    def __init__(self, model: WaveGlow, *, in_bf16: bool) -> None:
        super().__init__()
        self.model, self.in_bf16 = model, in_bf16

    def forward(self, mel: Tensor, wave: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """mel (B, M, T), wave (B, T·hop) → the fields of WaveGlowOutput."""
        with torch.autocast(mel.device.type, torch.bfloat16, enabled=self.in_bf16):
            out = self.model.encode(mel, wave)
        return out.latent, out.log_det, out.mask


class WaveGlowRecipe(Learner):
    """Owns model, optimizer and average; `step` makes one update."""

    config: WaveGlowTrainConfig
    model: WaveGlow
    judged: tuple[str, ...] = ("val_nll",)

    def __init__(self, config: WaveGlowTrainConfig, model: WaveGlow, fabric: Fabric) -> None:
        super().__init__(config, model, fabric, TrainingForward(model, in_bf16=config.precision == "bf16"))

    def step(self, step: int, batch: Segments) -> dict[str, float]:
        """One update down the likelihood; divided by the samples of all processes."""
        self.forward.train()
        out = WaveGlowOutput(*self.forward(batch.mel, batch.wave))
        total = self.updater.total(values(out))
        loss = nll(out, sigma=self.config.sigma, total=total)
        update = self.updater.update(loss, step, batch.ids)
        power = out.latent.detach().float().square().sum() / total
        return {
            "nll": float(self.updater.total(loss)),
            "latent_power": float(self.updater.total(power)),
            "grad_norm": float(update.norm),
            "lr": update.rate,
            "skipped": float(self.updater.skipped),
        }

    @torch.no_grad()
    def validate(self, batches: Sequence[Segments]) -> dict[str, float]:
        """Nats a sample of held-out recordings by the averaged weights, and the power of their latents, 1 for noise."""
        self.forward.eval()
        sums = torch.zeros(3, dtype=torch.float64)  # nats, power, samples
        with self.averaged():
            for batch in (b.to(self.fabric.device) for b in batches):
                out = WaveGlowOutput(*self.forward(batch.mel, batch.wave))
                count = values(out)
                power = out.latent.float().square().sum()
                nats = nll(out, sigma=self.config.sigma) * count
                sums += torch.stack([nats, power, count.to(power)]).double().cpu()
        return {"val_nll": float(sums[0] / sums[2]), "val_latent_power": float(sums[1] / sums[2])}
