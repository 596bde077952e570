"""How our vocoder learns: from recordings, by the distance of spectra and of the phases of their pulses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from lightning_fabric import Fabric
from torch import Tensor, nn

from glowvox.data.segments import Segments
from glowvox.models.hifi_gan import HiFiGAN
from glowvox.models.istft_vocoder import IstftVocoder, Spectra
from glowvox.models.phase_distance import phase_distance
from glowvox.models.spectral_losses import MultiResolutionSTFT
from glowvox.nn.precision import upcast
from glowvox.train.critic import Critic
from glowvox.train.learner import Learner
from glowvox.train.vocoder_config import VocoderTrainConfig

RIGHT_CENTS = 50.0  # a pitch nearer than this is right


class Made(NamedTuple):
    """What a vocoder made of a batch in training, how wrong its pitch is, and the phases of its pulses."""

    wave: Tensor  # (B, T·hop)
    pitch: Tensor  # ()
    voicing: Tensor  # ()
    phase: Tensor  # ()


class TrainingForward(nn.Module):
    """A vocoder's network with plain containers at its border; with `in_bf16` it computes in bfloat16."""

    def __init__(self, model: IstftVocoder | HiFiGAN, *, in_bf16: bool) -> None:
        super().__init__()
        self.model = model
        self.in_bf16 = in_bf16

    def forward(self, mel: Tensor) -> dict[str, Tensor | None]:
        """mel (B, M, T) → the fields of Spectra, or the wave (B, T·hop) of a vocoder that makes no spectrum."""
        with torch.autocast(mel.device.type, torch.bfloat16, enabled=self.in_bf16):
            if isinstance(self.model, IstftVocoder):
                return self.model.spectra(mel)._asdict()
            return {"wave": self.model(mel)}


class VocoderRecipe(Learner):
    """Owns model, optimizer, average and, where there is one, the critic; `step` makes one update."""

    config: VocoderTrainConfig
    model: IstftVocoder | HiFiGAN
    judged: tuple[str, ...] = ("val_spectral",)

    def __init__(self, config: VocoderTrainConfig, model: IstftVocoder | HiFiGAN, fabric: Fabric) -> None:
        in_bf16 = config.precision == "bf16"
        super().__init__(config, model, fabric, TrainingForward(model, in_bf16=in_bf16))
        self.distance = MultiResolutionSTFT().to(fabric.device)
        self.critic = None
        if config.critic.start is not None:
            self.critic = Critic(config.critic, fabric, steps=config.steps, hop=model.mel.hop, in_bf16=in_bf16)
            self.judged = ()  # what discriminators improve makes the spectral distance longer

    def step(self, step: int, batch: Segments) -> dict[str, float]:
        """One update: distance of the wave made with the recording's own pitch, and errors of the pitch head.

        From `critic.start` on, discriminators have their say as well.
        """
        torch.manual_seed((self.config.seed * 1_000_003 + step) * 1_009 + self.fabric.global_rank)
        self.forward.train()
        made = self._make(batch)
        spectral = self.distance(made.wave, batch.wave)
        named = {"spectral": spectral, "pitch": made.pitch, "voicing": made.voicing, "phase": made.phase}
        loss = spectral + made.pitch + made.voicing + self.config.phase_weight * made.phase
        world, weights = self.fabric.world_size, self.config.critic
        if self.critic is not None and weights.start is not None and step >= weights.start:
            opinion = self.critic.judge(made.wave, batch, step)
            loss = weights.spectral_weight * loss + opinion.judged + weights.feature_weight * opinion.features
            named |= opinion._asdict()
        update = self.updater.update(loss / world, step, batch.ids)
        losses = {name: float(self.updater.total(value)) / world for name, value in named.items()}
        return losses | {
            "grad_norm": float(update.norm),
            "lr": update.rate,
            "skipped": float(self.updater.skipped),
        }

    def _make(self, batch: Segments) -> Made:
        """Copies of a batch, with the recordings' pitch where the model takes one."""
        found = self.forward(batch.mel)
        if not isinstance(self.model, IstftVocoder):
            wave = upcast(found["wave"])
            return Made(wave, *(wave.new_zeros(()) for _ in range(3)))
        spectra = Spectra(**found)
        wave = self.model.wave(spectra, f0=batch.f0, voiced=batch.voiced)
        phase = wave.new_zeros(())
        if self.model.harmonic and self.config.phase_weight:
            mel = self.model.mel
            phase = phase_distance(wave, batch.wave, batch.f0, batch.voiced, sample_rate=mel.sample_rate, hop=mel.hop)
        return Made(wave, *pitch_losses(spectra, batch), phase)

    @torch.no_grad()
    def validate(self, batches: Sequence[Segments]) -> dict[str, float]:
        """Spectral distance with the pitch that the network itself found, and how right that pitch is."""
        self.forward.eval()
        sums = torch.zeros(5, dtype=torch.float64)  # distance, voiced frames off, voiced, wrongly voiced, frames
        with self.averaged(), torch.random.fork_rng():
            torch.manual_seed(0)
            for batch in (b.to(self.fabric.device) for b in batches):
                found = self.forward(batch.mel)
                if isinstance(self.model, IstftVocoder):
                    spectra = Spectra(**found)
                    wave = self.model.wave(spectra)
                    sums[1:] += pitch_counts(spectra, batch).cpu()
                else:
                    wave = upcast(found["wave"])
                sums[0] += self.distance(wave, batch.wave).cpu() * len(batch.ids)
        scores = {"val_spectral": float(sums[0]) / sum(len(batch.ids) for batch in batches)}
        if sums[2] > 0:
            scores |= {"val_pitch_wrong": float(sums[1] / sums[2]), "val_voicing_wrong": float(sums[3] / sums[4])}
        return scores

    def parts(self) -> dict[str, dict[str, Tensor]]:
        """What a checkpoint holds, as named tensors."""
        parts = super().parts()
        if self.critic is not None:
            parts["critic"] = dict(self.critic.model.state_dict())
            parts["critic_optimizer"] = self.critic.updater.state()
        return parts

    def restore(self, parts: dict[str, dict[str, Tensor]], state: dict[str, Any]) -> None:
        """Take up a checkpoint; one of weights alone begins a new optimizer and average."""
        super().restore(parts, state)
        if self.critic is not None and "critic" in parts:  # one that joins later begins afresh
            self.critic.model.load_state_dict(parts["critic"])
            self.critic.updater.restore(parts["critic_optimizer"])


def pitch_losses(spectra: Spectra, batch: Segments) -> tuple[Tensor, Tensor]:
    """Mean distance of log-pitch over voiced frames and cross entropy of voicing; zero for a plain head."""
    if spectra.log_f0 is None or spectra.voicing is None:
        return spectra.gain.new_zeros(()), spectra.gain.new_zeros(())
    error = (spectra.log_f0 - batch.f0.log()).abs() * batch.voiced
    pitch = error.sum() / batch.voiced.sum().clamp(min=1)
    return pitch, F.binary_cross_entropy_with_logits(spectra.voicing, batch.voiced)


def pitch_counts(spectra: Spectra, batch: Segments) -> Tensor:
    """Voiced frames with a wrong pitch, voiced frames, frames whose voicing is wrong, frames; zeros for a plain head.

    returns  (4,)
    """
    if spectra.log_f0 is None or spectra.voicing is None:
        return torch.zeros(4, dtype=torch.float64)
    cents = 1200 / math.log(2) * (spectra.log_f0 - batch.f0.log()).abs()
    off = ((cents > RIGHT_CENTS) * batch.voiced).sum()
    wrong = ((spectra.voicing > 0) != (batch.voiced > 0)).sum()
    counts = [off, batch.voiced.sum(), wrong, wrong.new_tensor(batch.voiced.numel())]
    return torch.stack([count.double() for count in counts])
