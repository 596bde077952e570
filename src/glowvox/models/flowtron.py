"""Flowtron (Valle et al. 2020): steps of autoregressive flow, to and fro in time, that read a text by attention."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor, nn

from glowvox.errors import UsageError
from glowvox.flows.autoregressive import AutoregressiveStep, Memory, Rehearsal, TimeReversed
from glowvox.models.flowtron_config import FlowtronConfig
from glowvox.models.flowtron_pace import lasting, stretched
from glowvox.models.flowtron_sampling import Sampling, residuals
from glowvox.models.mixture_prior import Mixture, MixturePrior
from glowvox.nn.masks import length_mask
from glowvox.nn.recurrent_encoder import RecurrentEncoder

log = logging.getLogger(__name__)
Step = AutoregressiveStep | TimeReversed


@dataclass(frozen=True)
class FlowtronOutput:
    """What training's forward pass found, in real time but for the gate; zero in the padding."""

    latent: Tensor  # (B, M, T)
    log_det: Tensor  # (B,)       log |det ∂latent/∂mel|
    gate: Tensor | None  # (B, 1, T)   logits of "the last frame", in the order in which the last step generates
    attention: tuple[Tensor, ...]  # (B, T, N) a step
    log_attention: tuple[Tensor, ...]  # (B, T, N) a step
    mixture: Mixture | None  # prior of the latent where it is no standard Gaussian
    tokens: Tensor  # (B,)   of each item
    frames: Tensor  # (B,)
    frame_mask: Tensor  # (B, 1, T)


@dataclass(frozen=True)
class FlowtronSpeech:
    """What inference produced; zero in the padding."""

    mel: Tensor  # (B, M, T)
    frames: Tensor  # (B,)             frames of each item
    attention: tuple[Tensor, ...]  # (B, T, N) a step, in the order of `Flowtron.steps`, in real time
    ended: Tensor  # (B,)              whether the gate ended the item; false where the greatest length did


class Told(NamedTuple):
    """What the steps of flow are told in training, each its own."""

    # (B, T, N) attention weights that cumulative attention takes for its own past: all frames are then done at once.
    # Its own weights give the same again
    shown: Sequence[Tensor] | None = None
    forced: Sequence[Tensor] | None = None  # (B, T, N) attention weights to read along instead of the model's own
    rehearsals: Sequence[Rehearsal] | None = None  # frames of its own in the place of those before

    def to(self, number: int, memory: Memory) -> Memory:
        """What one step is told, beside the text."""
        return memory._replace(
            shown=None if self.shown is None else self.shown[number],
            forced=None if self.forced is None else self.forced[number],
            rehearsal=None if self.rehearsals is None else self.rehearsals[number],
        )


UNTOLD = Told()


class Flowtron(nn.Module):
    """Speech from text by maximum likelihood, frame after frame.

    vocabulary  number of token ids
    bands       mel bands
    speakers    number of voices, at least one
    """

    def __init__(self, config: FlowtronConfig, *, vocabulary: int, bands: int, speakers: int = 1) -> None:
        super().__init__()
        self.bands = bands
        self.shared_speaker = config.shared_speaker
        self.speaker_table = nn.Embedding(speakers, config.speaker_width)
        self.embedding = nn.Embedding(vocabulary, config.text)
        self.encoder = RecurrentEncoder(config.text, config.text, blocks=3, kernel=5, dropout=config.dropout)
        self.steps = nn.ModuleList(_make_step(config, number, bands) for number in range(config.flows))
        self.prior = MixturePrior(config.mixture, bands=bands) if config.mixture.components else None

    def forward(
        self,
        tokens: Tensor,
        token_lengths: Tensor,
        mel: Tensor,
        frames: Tensor,
        speaker: Tensor | None = None,
        prior: Tensor | None = None,
        told: Told = UNTOLD,
    ) -> FlowtronOutput:
        """Map recordings to the latent space while reading their texts.

        tokens         (B, N)
        token_lengths  (B,)
        mel            (B, M, T)      padding may hold anything
        frames         (B,)
        speaker        (B,) or None
        prior          (B, T, N) or None  of the alignment, from `AttentionPrior`
        told           beside that, in training
        """
        frame_mask = length_mask(frames, mel.shape[2], dtype=mel.dtype)
        memory = self.read(tokens, token_lengths, speaker)._replace(prior=prior)
        recording = mel * frame_mask
        x, log_det, gate = recording, mel.new_zeros(len(mel)), None
        looks, scores = [], []
        for number, step in enumerate(self._steps()):
            found = step.analyse(x, frame_mask, told.to(number, memory))
            x, gate = found.latent, found.gate
            log_det = log_det + found.log_scale.sum(dim=(1, 2))
            looks.append(found.attention)
            scores.append(found.log_attention)
        return FlowtronOutput(
            latent=x,
            log_det=log_det,
            gate=gate,
            attention=tuple(looks),
            log_attention=tuple(scores),
            mixture=None if self.prior is None else self.prior(recording, frame_mask),
            tokens=token_lengths,
            frames=frames,
            frame_mask=frame_mask,
        )

    def read(self, tokens: Tensor, token_lengths: Tensor, speaker: Tensor | None = None) -> Memory:
        """A text as the steps see it: encoded, with the speaker's vector beside every token.

        tokens         (B, N)
        token_lengths  (B,)
        speaker        (B,) or None
        raises         UsageError if one of several speakers is to be named and is not, or does not exist
        """
        mask = length_mask(token_lengths, tokens.shape[1], dtype=self.embedding.weight.dtype)
        encoded = self.encoder(self.embedding(tokens).transpose(1, 2), mask)
        voice = self.voice(speaker, len(tokens)).to(encoded.dtype)
        return Memory(torch.cat([encoded, voice.expand(-1, -1, encoded.shape[2])], dim=1), mask)

    def voice(self, speaker: Tensor | None, batch: int) -> Tensor:
        """Rows of the speaker table, or vectors as they are given.

        speaker  (B,) or None  numbers; or (B, S) vectors
        returns  (B, S, 1)
        """
        if speaker is not None and speaker.is_floating_point():
            return speaker[:, :, None]
        count = self.speaker_table.num_embeddings
        if speaker is None and (count == 1 or self.shared_speaker):
            speaker = torch.zeros(batch, dtype=torch.long, device=self.speaker_table.weight.device)
        if speaker is None or len(speaker) != batch:
            raise UsageError(f"this model has {count} speakers: name one for each item")
        if self.shared_speaker:
            speaker = torch.zeros_like(speaker)
        elif bool((speaker < 0).any()) or bool((speaker >= count).any()):
            raise UsageError(f"this model has speakers 0 to {count - 1}; {speaker.tolist()} were asked for")
        rows: Tensor = self.speaker_table(speaker)
        return rows[:, :, None]

    @torch.no_grad()
    def generate(
        self,
        tokens: Tensor,
        token_lengths: Tensor,
        sampling: Sampling,
        *,
        speaker: Tensor | None = None,
        noise: Sequence[Tensor] | int = 0,
        prior: Tensor | None = None,
        forced: Sequence[Tensor] | None = None,
    ) -> FlowtronSpeech:
        """Speak: noise around the centre of the prior, undone step by step until the gate says that all is said.

        At another speed than its own it reads the text twice: by itself, without the centre that was asked for, and
        then along that way, stretched.

        tokens         (B, N)
        token_lengths  (B,)            zero for an empty text, which has no frames
        speaker        (B,) or None
        noise          one (M, T) tensor of standard normal draws an item, in real time, which also sets its greatest
                       length; or a seed, from which every item draws its own, the same whatever the greatest length
        prior          (B, T, N) or None  of the alignment; rows in real time for T frames
        forced         a (B, T, N) tensor of attention weights a step, to use instead of its own
        raises         UsageError for values that cannot be
        """
        if sampling.speed != 1 and (forced is not None or not isinstance(noise, int)):
            raise UsageError("attention and noise that are given have a length of their own: speed must be 1")
        memory = self.read(tokens, token_lengths, speaker)._replace(prior=prior, temperature=sampling.temperature)
        last = len(self.steps) - 1
        own_pace = sampling.speed == 1
        drawn = self._drawn(sampling if own_pace else replace(sampling, centre=None), token_lengths, noise)
        made = self._undo(memory, drawn, sampling.gate, forced, until=0 if own_pace else last)
        if sampling.gate is not None and _gated(self._steps()[last]):
            _warn(made.frames, made.ended | (token_lengths == 0).to(made.ended.device))
        if own_pace:
            return made
        wanted = lasting(made.frames, sampling.speed)
        reading = stretched(made.attention[-1], made.frames, wanted)
        drawn = self._drawn(sampling, token_lengths, noise, wanted)
        return replace(self._undo(memory, drawn, None, [reading] * (last + 1)), ended=made.ended)

    def _drawn(
        self, sampling: Sampling, token_lengths: Tensor, noise: Sequence[Tensor] | int, lengths: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """What is to be undone, and the frames of each item."""
        return residuals(
            sampling,
            token_lengths,
            noise,
            bands=self.bands,
            backwards=isinstance(self._steps()[-1], TimeReversed),
            mixture=self._mixture(sampling),
            lengths=lengths,
        )

    def _undo(
        self,
        memory: Memory,
        drawn: tuple[Tensor, Tensor],
        threshold: float | None,
        forced: Sequence[Tensor] | None,
        *,
        until: int = 0,
    ) -> FlowtronSpeech:
        """Steps from the last to that of number `until`; the gate of the last says how long an item is."""
        steps = self._steps()
        x, frames = (values.to(memory.text.device) for values in drawn)
        x, ended = x.to(memory.text), torch.zeros_like(frames, dtype=torch.bool)
        looks = []
        for number in reversed(range(until, len(steps))):
            last = number == len(steps) - 1
            made = steps[number].generate(
                x,
                length_mask(frames, x.shape[2], dtype=x.dtype),
                memory._replace(forced=None if forced is None else forced[number]),
                threshold=threshold if last and _gated(steps[number]) else None,
            )
            x, frames = made.x, made.frames
            ended = made.fired if last else ended
            looks.append(made.attention)
        return FlowtronSpeech(x, frames, tuple(reversed(looks)), ended)

    def _mixture(self, sampling: Sampling) -> Mixture | None:
        if self.prior is None or sampling.centre is not None:
            return None
        return self.prior.even() if sampling.mixture is None else sampling.mixture

    def _steps(self) -> list[Step]:
        return [step for step in self.steps if isinstance(step, AutoregressiveStep | TimeReversed)]


def _make_step(config: FlowtronConfig, number: int, bands: int) -> Step:
    """Even steps go onward in time, odd ones backward; the last one has the gate."""
    step = AutoregressiveStep(
        bands,
        config.text + config.speaker_width,
        hidden=config.hidden,
        attention=config.attention,
        layers=config.layers,
        gate=config.gate and number == config.flows - 1,
        cumulative=config.cumulative_attention,
    )
    return TimeReversed(step) if number % 2 else step


def _gated(step: Step) -> bool:
    inner = step.step if isinstance(step, TimeReversed) else step
    return inner.gate is not None


def _warn(frames: Tensor, ended: Tensor) -> None:
    for item in (~ended).nonzero()[:, 0].tolist():
        log.warning(
            "item %d: reached the greatest length of %d frames before the gate said that the text was over; "
            "speech may repeat itself or break off",
            item,
            int(frames[item]),
        )
