"""How our vocoder learns: from recordings, by the distance of spectra."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from lightning_fabric import Fabric
from torch import Tensor, nn

from glowvox.data.segments import Segments
from glowvox.models.istft_vocoder import IstftVocoder, Spectra
from glowvox.models.spectral_losses import MultiResolutionSTFT
from glowvox.train.optimizer import Average, make_optimizer, swapped
from glowvox.train.updater import Updater
from glowvox.train.vocoder_config import VocoderTrainConfig

RIGHT_CENTS = 50.0  # a pitch nearer than this is right


class TrainingForward(nn.Module):
    """The vocoder's network with plain containers at its border; with `in_bf16` it computes in bfloat16."""

    def __init__(self, model: IstftVocoder, *, in_bf16: bool) -> None:
        super().__init__()
        self.model = model
        self.in_bf16 = in_bf16

    def forward(self, mel: Tensor) -> dict[str, Tensor | None]:
        """mel (B, M, T) → the fields of Spectra."""
        with torch.autocast(mel.device.type, torch.bfloat16, enabled=self.in_bf16):
            return self.model.spectra(mel)._asdict()


class VocoderRecipe:
    """Owns model, optimizer and average; `step` makes one update."""

    judged: tuple[str, ...] = ("val_spectral",)

    def __init__(self, config: VocoderTrainConfig, model: IstftVocoder, fabric: Fabric) -> None:
        self.config, self.model, self.fabric = config, model, fabric
        self.distance = MultiResolutionSTFT().to(fabric.device)
        self.forward, optimizer = fabric.setup(
            TrainingForward(model, in_bf16=config.precision == "bf16"),
            make_optimizer(config.optimizer, model.parameters()),
        )
        self.updater = Updater(fabric, model, optimizer, config.optimizer, steps=config.steps, ema=config.ema)
        self.initialised = True  # nothing is set from data

    @property
    def average(self) -> Average | None:
        """The average of the parameters, where one is kept."""
        return self.updater.average

    def initialise(self, batches: Sequence[Segments]) -> None:
        """Nothing is set from data."""

    def step(self, step: int, batch: Segments) -> dict[str, float]:
        """One update: distance of the wave made with the recording's own pitch, and errors of the pitch head."""
        torch.manual_seed((self.config.seed * 1_000_003 + step) * 1_009 + self.fabric.global_rank)
        self.forward.train()
        spectra = Spectra(**self.forward(batch.mel))
        wave = self.model.wave(spectra, f0=batch.f0, voiced=batch.voiced)
        spectral = self.distance(wave, batch.wave)
        pitch, voicing = pitch_losses(spectra, batch)
        world = self.fabric.world_size
        made = self.updater.update((spectral + pitch + voicing) / world, step, batch.ids)
        total = self.updater.total
        return {
            "spectral": float(total(spectral)) / world,
            "pitch": float(total(pitch)) / world,
            "voicing": float(total(voicing)) / world,
            "grad_norm": float(made.norm),
            "lr": made.rate,
            "skipped": float(self.updater.skipped),
        }

    @torch.no_grad()
    def validate(self, batches: Sequence[Segments]) -> dict[str, float]:
        """Spectral distance with the pitch that the network itself found, and how right that pitch is."""
        self.forward.eval()
        spectral, off, voiced, wrong, frames = 0.0, 0.0, 0.0, 0.0, 0.0
        with swapped(self.model, self.average.values if self.average else {}), torch.random.fork_rng():
            torch.manual_seed(0)
            for batch in (b.to(self.fabric.device) for b in batches):
                spectra = Spectra(**self.forward(batch.mel))
                spectral += float(self.distance(self.model.wave(spectra), batch.wave)) * len(batch.ids)
                if spectra.log_f0 is None or spectra.voicing is None:
                    continue
                cents = 1200 / torch.log(torch.tensor(2.0)) * (spectra.log_f0 - batch.f0.log()).abs()
                off += float(((cents > RIGHT_CENTS) * batch.voiced).sum())
                voiced += float(batch.voiced.sum())
                wrong += float(((spectra.voicing > 0) != (batch.voiced > 0)).sum())
                frames += batch.voiced.numel()
        scores = {"val_spectral": spectral / sum(len(batch.ids) for batch in batches)}
        if voiced:
            scores |= {"val_pitch_wrong": off / voiced, "val_voicing_wrong": wrong / frames}
        return scores

    def parts(self) -> dict[str, dict[str, Tensor]]:
        """What a checkpoint holds, as named tensors."""
        parts = {"model": dict(self.model.state_dict()), "optimizer": self.updater.state()}
        if self.average is not None:
            parts["ema"] = self.average.values
        return parts

    def state(self) -> dict[str, Any]:
        """What a checkpoint holds beside its tensors."""
        return {"skipped": self.updater.skipped}

    def restore(self, parts: dict[str, dict[str, Tensor]], state: dict[str, Any]) -> None:
        """Take up a checkpoint; one of weights alone begins a new optimizer and average."""
        self.model.load_state_dict(parts["model"])
        if "optimizer" in parts:
            self.updater.restore(parts["optimizer"])
        if self.average is not None:
            self.average.load(parts.get("ema", parts["model"]))
        self.updater.skipped = int(state["skipped"])


def pitch_losses(spectra: Spectra, batch: Segments) -> tuple[Tensor, Tensor]:
    """Mean distance of log-pitch over voiced frames, in tenths, and cross entropy of voicing; zero for a plain head."""
    if spectra.log_f0 is None or spectra.voicing is None:
        return spectra.gain.new_zeros(()), spectra.gain.new_zeros(())
    error = (spectra.log_f0 - batch.f0.log()).abs() * batch.voiced
    pitch = 10 * error.sum() / batch.voiced.sum().clamp(min=1)
    return pitch, F.binary_cross_entropy_with_logits(spectra.voicing, batch.voiced)
