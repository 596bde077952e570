"""How a Glow-TTS learns: one step, validation, and the state that outlives the process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from glowvox.data.batch import Batch
from glowvox.models.glow_tts import GlowTTS, GlowTTSOutput
from glowvox.models.likelihood import Counts, Losses, counts, losses
from glowvox.nn.alignment import require_room
from glowvox.train.config import TrainConfig
from glowvox.train.initialise import initialise_actnorm
from glowvox.train.learner import Learner
from glowvox.train.selection import Selection

GUIDE = 5.0  # weight of the even reading against the likelihood, at the first step


def guidance(step: int, steps: int) -> float:
    """How strongly the search is held near an even reading: fully for half of `steps`, then less and less."""
    return GUIDE * min(1.0, 2 * max(0.0, 1 - step / steps)) if steps else 0.0


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
        self, tokens: Tensor, token_lengths: Tensor, mel: Tensor, frames: Tensor, speaker: Tensor, guide: float
    ) -> dict[str, Tensor]:
        """tokens (B, N), token_lengths (B,), mel (B, M, T), frames (B,), speaker (B,) → the fields of GlowTTSOutput."""
        several = self.model.speaker_table is not None
        with torch.autocast(mel.device.type, torch.bfloat16, enabled=self.in_bf16):
            out: GlowTTSOutput = self.model(
                tokens, token_lengths, mel, frames, speaker if several else None, guide=guide
            )
        return vars(out)


class GlowTTSRecipe(Learner):
    """Owns model, optimizer and average; `step` makes one update.

    selection  what of the model trains; None is all of it
    """

    config: TrainConfig
    model: GlowTTS

    def __init__(self, config: TrainConfig, model: GlowTTS, fabric: Fabric, selection: Selection | None = None) -> None:
        self.judged: tuple[str, ...] = config.judged_by
        if config.compile:
            for layer in model.decoder.chain.flows:
                network = getattr(layer, "network", None)
                if network is not None:
                    network.compile(dynamic=True)
        super().__init__(config, model, fabric, TrainingForward(model, in_bf16=config.precision == "bf16"))
        self.updater.still_rows = selection.still_rows if selection else {}
        self.resting = selection.resting if selection else ()
        prior = model.frame_prior
        self.waiting = (
            frozenset(f"frame_prior.{name}" for name, _ in prior.named_parameters()) if prior else frozenset()
        )
        self.initialised = False

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
        self.updater.still = self.waiting if self._searching(step) else frozenset()
        for layer in self.resting:
            layer.eval()
        self.updater.optimizer.zero_grad()
        guide = guidance(step, self.config.guide)
        loss, stray = self._gather(batch, guide)
        made = self.updater.move(loss.total, step, batch.ids)
        total = self.updater.total
        return {
            "nll": float(total(loss.nll)),
            "duration": float(total(loss.duration)),
            "token": float(total(loss.token)),
            "grad_norm": float(made.norm),
            "lr": made.rate,
            "skipped": float(self.skipped),
            "off_diagonal": float(stray),
        }

    def _gather(self, batch: Batch, guide: float) -> tuple[Losses, Tensor]:
        """Add up the gradients of a batch's pieces; gives its losses, and how far its alignments stray."""
        total = self.updater.total
        frames = self.model.whole(batch.mel, batch.frames)[1]
        shared = Counts(values=total(frames.sum() * batch.mel.shape[1]), tokens=total(batch.token_lengths.sum()))
        pieces = batch.pieces(self.config.accumulate)
        found, strayed = [], torch.zeros((), device=batch.mel.device)
        for number, piece in enumerate(pieces, start=1):
            with self.fabric.no_backward_sync(self.forward, enabled=number < len(pieces)):
                out = self._output(piece, guide)
                loss = losses(out, shared, by_token=guide > 0)
                self.updater.add(loss.total)
            found.append(loss)
            strayed += off_diagonal(out) * piece.token_lengths.sum() / batch.token_lengths.sum()
        parts = (sum(getattr(loss, name).detach() for loss in found) for name in ("nll", "duration", "token"))
        return Losses(*(torch.as_tensor(part) for part in parts)), strayed

    def _searching(self, step: int) -> bool:
        """Whether the prior over frames waits for the search to find its way; trained weights need not wait."""
        return step < self.config.model.frame_prior.start and not self.config.finetune.weights

    def _output(self, batch: Batch, guide: float = 0.0) -> GlowTTSOutput:
        found = self.forward(batch.tokens, batch.token_lengths, batch.mel, batch.frames, batch.speaker, guide)
        return GlowTTSOutput(**found)

    @torch.no_grad()
    def validate(self, batches: Sequence[Batch]) -> dict[str, float]:
        """Losses on held-out batches under the averaged weights."""
        self.forward.eval()
        sums = torch.zeros(4, dtype=torch.float64)
        with self.averaged():
            for batch in batches:
                out = self._output(batch.to(self.fabric.device))
                own, loss = counts(out), losses(out)
                row = [loss.nll * own.values, own.values, loss.duration * own.tokens, own.tokens]
                sums += torch.stack(row).double().cpu()
        return {"val_nll": float(sums[0] / sums[1]), "val_duration": float(sums[2] / sums[3])}

    def state(self) -> dict[str, Any]:
        """What a checkpoint holds beside its tensors."""
        return super().state() | {"initialised": self.initialised}

    def restore(self, parts: dict[str, dict[str, Tensor]], state: dict[str, Any]) -> None:
        """Take up a checkpoint; an imported one has no optimizer state or average, which then start afresh."""
        super().restore(parts, state)
        self.initialised = bool(state["initialised"])


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
