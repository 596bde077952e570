"""How a Flowtron learns: phases, one step, validation as it will speak, and the state that outlives the process."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from lightning_fabric import Fabric
from torch import Tensor, nn

from glowvox.data.batch import Batch
from glowvox.flows.autoregressive import Rehearsal
from glowvox.models.attention_prior import AttentionPrior
from glowvox.models.flowtron import UNTOLD, Flowtron, FlowtronOutput, Told
from glowvox.models.flowtron_likelihood import FlowtronCounts, flowtron_counts, flowtron_losses
from glowvox.train.flowtron_config import FlowtronTrainConfig
from glowvox.train.flowtron_guide import AttentionGuide, guide_loss, is_led, strayed
from glowvox.train.flowtron_initialise import standardise
from glowvox.train.freezing import chosen_names
from glowvox.train.learner import Learner

log = logging.getLogger(__name__)

PASSES = 4  # none to three of them lead from the guide's past toward attention's own
GATE = 0.5  # probability of "the last frame" above which an utterance is over


class TrainingForward(nn.Module):
    """The model's forward pass with plain containers at its border; with `in_bf16` it computes in bfloat16."""

    def __init__(self, model: Flowtron, *, in_bf16: bool) -> None:
        super().__init__()
        self.model = model
        self.in_bf16 = in_bf16

    def forward(self, batch: Batch, prior: Tensor | None, told: Told = UNTOLD) -> dict[str, Any]:
        """batch, prior (B, T, N) or None → the fields of FlowtronOutput."""
        with torch.autocast(batch.mel.device.type, torch.bfloat16, enabled=self.in_bf16):
            out: FlowtronOutput = self.model(
                batch.tokens, batch.token_lengths, batch.mel, batch.frames, batch.speaker, prior, told
            )
        return vars(out)


class FlowtronRecipe(Learner):
    """Owns model, optimizer and average; `step` makes one update.

    It knows one thing that no step number tells: since when the attention prior is off.
    """

    config: FlowtronTrainConfig
    model: Flowtron
    judged: tuple[str, ...] = ("val_nll",)

    def __init__(
        self, config: FlowtronTrainConfig, model: Flowtron, fabric: Fabric, guide: AttentionGuide | None = None
    ) -> None:
        super().__init__(config, model, fabric, TrainingForward(model, in_bf16=config.precision == "bf16"))
        self.guide = guide or AttentionGuide()
        self.prior = AttentionPrior(
            scale=config.attention.prior_scale, threshold=config.attention.prior_threshold, kept=4_096
        )
        names = [name for name, _ in model.named_parameters()]
        self.moving = [
            (phase.first, chosen_names(phase.layers, names, where=f"phases: from step {phase.first}"))
            for phase in config.phases
        ]
        self.names = frozenset(names)
        self.prior_until: int | None = None  # last step with the prior, once attention has shown that it can do without
        self.last = 0  # step made last
        self.initialised = bool(config.warm_start.weights)

    def initialise(self, batches: Sequence[Batch]) -> None:
        """Standardise mels in the first step, once in the life of a model; equal on all processes."""
        if not self.initialised:
            standardise(self.model, batches, self.updater.total)
            self.initialised = True
            self.updater.restart_average()

    def with_prior(self, step: int) -> bool:
        """Whether attention has its prior in a step."""
        attention = self.config.attention
        by_step = attention.prior_off is not None and step >= attention.prior_off
        by_sight = self.prior_until is not None and step > self.prior_until
        return attention.prior and not by_step and not by_sight

    def trains(self, step: int) -> frozenset[str]:
        """The names of the parameters that a step moves."""
        return [names for first, names in self.moving if step >= first][-1]

    def step(self, step: int, batch: Batch) -> dict[str, float]:
        """One update: likelihood, gate and, from its start on, the alignment loss, over the global batch."""
        self._freeze(self.names - self.trains(step))
        self.forward.train()
        attention = self.config.attention
        places = self.guide.places(batch) if step <= attention.guide else None
        led = places is not None and is_led(step, attention.led)
        prior = self._prior(batch) if self.with_prior(step) and not led else None
        out = self._read(step, batch, prior, places, led=led)
        own, total = flowtron_counts(out), self.updater.total
        counts = FlowtronCounts(frames=total(own.frames), items=total(own.items))
        loss = flowtron_losses(out, counts, sigma=self.config.sigma, blank=attention.blank)
        weight = attention.weight if step >= attention.start else 0.0
        guided = loss.nll.new_zeros(()) if places is None else guide_loss(out, places, prior) / counts.frames
        if led and self.fabric.world_size > 1:  # a group of processes waits for a gradient of every parameter
            guided = guided + 0 * sum(value.sum() for value in self.model.parameters())
        made = self.updater.update(loss.total(alignment=weight) + guided, step, batch.ids)
        self.last = step
        measured = {
            "nll": float(total(loss.nll)),
            "gate": float(total(loss.gate)),
            "grad_norm": float(made.norm),
            "lr": made.rate,
            "skipped": float(self.updater.skipped),
        }
        if not led:  # attention rests in a led step
            measured |= {
                "alignment": float(total(loss.alignment)),
                "guide": float(total(guided)),
                "sharpness": float(total(sharpness(out))) / self.fabric.world_size,
                "stray": float(total(stray(out))) / self.fabric.world_size,
                "prior": float(prior is not None),
            }
        return measured

    def _freeze(self, names: frozenset[str]) -> None:
        """Let these parameters stay as they are."""
        if names == self.updater.still:
            return
        self.updater.still = names
        log.info("training %s of %s parameters", len(self.names) - len(names), len(self.names))
        if self.fabric.world_size == 1:  # a group of processes has agreed on all gradients; alone, some can be spared
            for name, parameter in self.model.named_parameters():
                parameter.requires_grad_(name not in names)

    def _read(
        self, step: int, batch: Batch, prior: Tensor | None, places: Tensor | None, *, led: bool
    ) -> FlowtronOutput:
        """The model's reading: along the places themselves in a led step, else by its own attention."""
        spoken = None if places is None else self._spoken(places, batch)
        told = UNTOLD if spoken is None else Told(rehearsals=self._rehearsals(step, spoken))
        if led:
            return self._seeded(step, batch, prior, told._replace(forced=spoken))

        def read(shown: Sequence[Tensor] | None) -> FlowtronOutput:
            return self._seeded(step, batch, prior, told._replace(shown=shown))

        return read(self._past(step, batch, places, read))

    def _spoken(self, places: Tensor, batch: Batch) -> Sequence[Tensor]:
        """Places as weights, (B, T, N) a step of flow."""
        weights = F.one_hot(places, batch.tokens.shape[1]).to(batch.mel.dtype)
        return [weights] * self.config.model.flows

    def _rehearsals(self, step: int, spoken: Sequence[Tensor]) -> Sequence[Rehearsal] | None:
        """What each step of flow says by itself beforehand, along the weights that are spoken, if anything."""
        wanted = self.config.rehearsal
        passes = step % (wanted.passes + 1)
        return [Rehearsal(weights, passes, wanted.sigma) for weights in spoken] if passes else None

    def _seeded(self, step: int, batch: Batch, prior: Tensor | None, told: Told) -> FlowtronOutput:
        torch.manual_seed(self._seed(step))
        return FlowtronOutput(**self.forward(batch, prior, told))

    def _seed(self, step: int) -> int:
        """Every step draws its own dropout, so that a resumed run repeats what an uninterrupted one did."""
        return (self.config.seed * 1_000_003 + step) * 1_009 + self.fabric.global_rank

    def _past(
        self, step: int, batch: Batch, places: Tensor | None, read: Callable[[Sequence[Tensor] | None], FlowtronOutput]
    ) -> Sequence[Tensor] | None:
        """What cumulative attention is shown as its past: the guide; what it makes of a strayed guide; its own.

        A guide that is early and late teaches it to hear where it is, and what comes of a few passes that begin with
        such a guide, to stay sharp over its own doubts. No gradient goes through the past, so that all frames are done
        at once; its own whole past is found in a pass before, frame by frame.

        A run that rehearses keeps to the guide: there, sounds come by the guide's times whatever attention does, and
        with a past of its own it would learn to wait for them.
        """
        if not self.config.model.cumulative_attention:
            return None
        guide, rehearses = self.config.attention.guide, self.config.rehearsal.passes > 0
        if places is None or (step > 3 * guide // 4 and not rehearses):
            with torch.no_grad():
                return read(None).attention
        passes = 0
        if step > guide // 4 and not rehearses:
            places = strayed(places, batch.frames, torch.Generator().manual_seed(self._seed(step)))
            passes = step % PASSES
        shown = self._spoken(places, batch)
        with torch.no_grad():
            for _ in range(passes):
                shown = read(shown).attention
        return shown

    def _prior(self, batch: Batch) -> Tensor:
        """(B, T, N), padded as the batch is."""
        table = self.prior.batch(batch.token_lengths, batch.frames)
        room = (batch.tokens.shape[1] - table.shape[2], batch.mel.shape[2] - table.shape[1])
        return F.pad(table, (0, room[0], 0, room[1]))

    @torch.no_grad()
    def validate(self, batches: Sequence[Batch]) -> dict[str, float]:
        """Losses on held-out batches under the averaged weights, without the prior: as it will speak.

        Attention that is sharp then, and reads the text in order, needs the prior no longer.
        """
        self.forward.eval()
        attention, gated = self.config.attention, self.config.model.gate
        sums = torch.zeros(8, dtype=torch.float64)
        with self.averaged():
            for batch in batches:
                out = FlowtronOutput(**self.forward(batch.to(self.fabric.device), None))
                own = flowtron_counts(out)
                loss = flowtron_losses(out, sigma=self.config.sigma, blank=attention.blank)
                one = torch.ones_like(loss.nll)
                by_frame = torch.stack([loss.nll, loss.gate, sharpness(out), stray(out), one]) * own.frames
                by_item = torch.stack([loss.alignment, length_error(out), one]) * own.items
                sums += torch.cat([by_frame, by_item]).double().cpu()
        frames, items = sums[:4] / sums[4], sums[5:7] / sums[7]
        names = ("val_nll", "val_gate", "val_sharpness", "val_stray", "val_alignment", "val_length")
        scores = dict(zip(names, torch.cat([frames, items]).tolist(), strict=True))
        self._look(scores["val_sharpness"], scores["val_stray"])
        return scores if gated else {name: scores[name] for name in scores if name not in ("val_gate", "val_length")}

    def _look(self, sharp: float, strays: float) -> None:
        wanted = self.config.attention
        if self.prior_until is not None or wanted.prior_off_sharpness is None or not self.with_prior(self.last + 1):
            return
        if sharp >= wanted.prior_off_sharpness and strays <= wanted.prior_off_stray:
            self.prior_until = self.last
            log.info(
                "attention does without its prior after step %d (sharpness %.2f, %.3f from the diagonal)",
                self.last,
                sharp,
                strays,
            )

    def state(self) -> dict[str, Any]:
        """What a checkpoint holds beside its tensors."""
        own = {"prior_until": self.prior_until, "last": self.last, "initialised": self.initialised}
        return super().state() | own

    def restore(self, parts: dict[str, dict[str, Tensor]], state: dict[str, Any]) -> None:
        """Take up a checkpoint."""
        super().restore(parts, state)
        self.prior_until, self.last = state["prior_until"], int(state["last"])
        self.initialised = bool(state["initialised"])


def sharpness(out: FlowtronOutput) -> Tensor:
    """Mean weight of the token that a frame attends to most, over frames and steps: 1 where attention is sure, ()."""
    inside = out.frame_mask[:, 0]
    most = torch.stack([weight.detach().amax(dim=2) for weight in out.attention]).mean(dim=0)
    return (most * inside).sum() / inside.sum()


def stray(out: FlowtronOutput) -> Tensor:
    """How far attention is from the diagonal: mean |n/N − t/T| over frames and steps, ().

    0 is a straight line and 0.25 attention that is the same everywhere; speech that is read, about 0.04.
    """
    inside = out.frame_mask[:, 0]
    time = (torch.arange(inside.shape[1], device=inside.device) + 0.5) / out.frames[:, None]
    place = (torch.arange(out.attention[0].shape[2], device=inside.device) + 0.5).to(inside.dtype)
    found = [(weight.detach() @ place) / out.tokens[:, None] for weight in out.attention]
    apart = torch.stack([(position - time).abs() for position in found]).mean(dim=0)
    return (apart * inside).sum() / inside.sum()


def length_error(out: FlowtronOutput) -> Tensor:
    """How far from the end the gate would end an item, as a share of its frames, mean over the batch, ().

    The gate goes in the order of generation, and the last frame generated is the last of its order. A gate that never
    opens counts as wrong by the whole length.
    """
    if out.gate is None:
        return out.frame_mask.new_zeros(())
    opened = (torch.sigmoid(out.gate[:, 0]) > GATE) & (out.frame_mask[:, 0] > 0)
    first = opened.float().argmax(dim=1) + 1  # frames that would be spoken
    missing = (out.frames - first).to(out.gate.dtype) / out.frames
    return torch.where(opened.any(dim=1), missing, torch.ones_like(missing)).mean()
