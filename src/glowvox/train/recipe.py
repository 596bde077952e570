"""How a Glow-TTS learns: one step, validation, and the state that outlives the process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from glowvox.data.batch import Batch
from glowvox.models.glow_tts import GlowTTS, GlowTTSOutput
from glowvox.models.likelihood import Counts, counts, losses
from glowvox.nn.alignment import require_room
from glowvox.train.config import TrainConfig
from glowvox.train.initialise import initialise_actnorm
from glowvox.train.optimizer import Average, make_optimizer, swapped
from glowvox.train.updater import Updater


class TrainingForward(nn.Module):
    """The model's forward pass with plain containers at its border, as process groups want it.

    With `in_bf16`, networks compute in bfloat16. The context is entered here and is not Fabric's, which would round the
    mels to bfloat16 as well, and with them the masks that frames are counted by.
    """

    def __init__(self, model: GlowTTS, *, in_bf16: bool) -> None:
        super().__init__()
        self.model = model
        self.in_bf16 = in_bf16

    def forward(
        self, tokens: Tensor, token_lengths: Tensor, mel: Tensor, frames: Tensor, speaker: Tensor
    ) -> dict[str, Tensor]:
        """tokens (B, N), token_lengths (B,), mel (B, M, T), frames (B,), speaker (B,) → the fields of GlowTTSOutput."""
        several = self.model.speaker_table is not None
        with torch.autocast(mel.device.type, torch.bfloat16, enabled=self.in_bf16):
            out: GlowTTSOutput = self.model(tokens, token_lengths, mel, frames, speaker if several else None)
        return vars(out)


class GlowTTSRecipe:
    """Owns model, optimizer and average; `step` makes one update."""

    judged: tuple[str, ...] = ("val_nll", "val_duration")

    def __init__(self, config: TrainConfig, model: GlowTTS, fabric: Fabric) -> None:
        self.config = config
        self.fabric = fabric
        self.model = model
        if config.compile:
            for layer in model.decoder.chain.flows:
                network = getattr(layer, "network", None)
                if network is not None:
                    network.compile(dynamic=True)
        self.forward, optimizer = fabric.setup(
            TrainingForward(model, in_bf16=config.precision == "bf16"),
            make_optimizer(config.optimizer, model.parameters()),
        )
        self.updater = Updater(fabric, model, optimizer, config.optimizer, steps=config.steps, ema=config.ema)
        self.initialised = False

    @property
    def average(self) -> Average | None:
        """The average of the parameters, where one is kept."""
        return self.updater.average

    @property
    def skipped(self) -> int:
        """Steps that were not made."""
        return self.updater.skipped

    def initialise(self, batches: Sequence[Batch]) -> None:
        """Set activation normalisation from data, once in the life of a model; equal on all processes."""
        if self.initialised:
            return
        several = self.model.speaker_table is not None
        prepared = [
            (b.mel, b.frames, b.speaker if several else None) for b in (b.to(self.fabric.device) for b in batches)
        ]
        initialise_actnorm(self.model, prepared, self.updater.total)
        self.initialised = True
        self.updater.restart_average()

    def step(self, step: int, batch: Batch) -> dict[str, float]:
        """One update: likelihood of the mel plus regression of log-durations, over the global batch."""
        # every step draws its own dropout, so that a resumed run repeats what an uninterrupted one did
        torch.manual_seed((self.config.seed * 1_000_003 + step) * 1_009 + self.fabric.global_rank)
        require_room(batch.token_lengths, self.model.whole(batch.mel, batch.frames)[1], batch.ids)
        self.forward.train()
        out = self._output(batch)
        own, total = counts(out), self.updater.total
        loss = losses(out, Counts(values=total(own.values), tokens=total(own.tokens)))
        made = self.updater.update(loss.total, step, batch.ids)
        return {
            "nll": float(total(loss.nll)),
            "duration": float(total(loss.duration)),
            "token": float(total(loss.token)),
            "grad_norm": float(made.norm),
            "lr": made.rate,
            "skipped": float(self.skipped),
            "off_diagonal": float(off_diagonal(out)),
        }

    def _output(self, batch: Batch) -> GlowTTSOutput:
        return GlowTTSOutput(**self.forward(batch.tokens, batch.token_lengths, batch.mel, batch.frames, batch.speaker))

    @torch.no_grad()
    def validate(self, batches: Sequence[Batch]) -> dict[str, float]:
        """Losses on held-out batches under the averaged weights."""
        self.forward.eval()
        sums = torch.zeros(4, dtype=torch.float64)
        with swapped(self.model, self.average.values if self.average else {}):
            for batch in batches:
                out = self._output(batch.to(self.fabric.device))
                own, loss = counts(out), losses(out)
                row = [loss.nll * own.values, own.values, loss.duration * own.tokens, own.tokens]
                sums += torch.stack(row).double().cpu()
        return {"val_nll": float(sums[0] / sums[1]), "val_duration": float(sums[2] / sums[3])}

    def parts(self) -> dict[str, dict[str, Tensor]]:
        """What a checkpoint holds, as named tensors."""
        parts = {
            "model": dict(self.model.state_dict()),
            "optimizer": self.updater.state(),
        }
        if self.average is not None:
            # running statistics and speaker vectors do not train, but a model is not whole without them
            parts["ema"] = {**dict(self.model.named_buffers()), **self.average.values}
        return parts

    def state(self) -> dict[str, Any]:
        """What a checkpoint holds beside its tensors."""
        return {"initialised": self.initialised, "skipped": self.skipped}

    def restore(self, parts: dict[str, dict[str, Tensor]], state: dict[str, Any]) -> None:
        """Take up a checkpoint; an imported one has no optimizer state or average, which then start afresh."""
        self.model.load_state_dict(parts["model"])
        if "optimizer" in parts:
            self.updater.restore(parts["optimizer"])
        if self.average is not None:
            self.average.load(parts.get("ema", parts["model"]))
        self.initialised = bool(state["initialised"])
        self.updater.skipped = int(state["skipped"])


def off_diagonal(out: GlowTTSOutput) -> Tensor:
    """How far alignments stray from the diagonal: mean |n/N − t/T| over tokens, 0 for a straight line.

    A search that has found nothing crowds most tokens into a corner and scores above 0.2. Speech that is aligned scores
    0.025 to 0.045; texts and recordings that do not belong together score 0.06 to 0.07.
    """
    ends = out.durations.cumsum(dim=1)
    tokens, frames = out.token_mask.sum(dim=(1, 2)), out.frame_mask.sum(dim=(1, 2))
    inside = out.token_mask[:, 0]
    position = torch.arange(1, ends.shape[1] + 1, device=ends.device) / tokens[:, None]
    stray = (position - ends / frames[:, None]).abs() * inside
    return stray.sum() / inside.sum()
