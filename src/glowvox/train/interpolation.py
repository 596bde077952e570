"""Texts spoken on the way from one speaker, reading or style to another; step by step, or within one utterance."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from glowvox.audio.noise import draw
from glowvox.audio.wave import Audio
from glowvox.errors import TextError, UsageError
from glowvox.models.conversion import between_samples, between_speakers
from glowvox.models.flowtron_sampling import Sampling, greatest_length
from glowvox.nn.masks import length_mask
from glowvox.runtime.style import Style, centres
from glowvox.text.frontend import token_names
from glowvox.train.flowtron_speaker import FlowtronSpeaker
from glowvox.train.sounding import SENTENCE_PAUSE, sounded, within_scale
from glowvox.train.speaker import Speaker
from glowvox.train.speakers import AnySpeaker
from glowvox.train.styling import kind_of

Floats = npt.NDArray[np.float32]
_HALF = np.array([[0.5]], np.float32)


@dataclass(frozen=True)
class End:
    """One end of a way: a speaker (None: the first), the seed of a reading, and a style it strays around."""

    speaker: str | None
    seed: int
    style: Style | None = None


def interpolate(
    voice: AnySpeaker, text: str, first: End, second: End, *, steps: int, variation: float | None = None
) -> Iterator[Audio]:
    """A text spoken on the way from one end to the other, in equal steps.

    steps      at least 2: the ends are the first and the last
    variation  how far from the mean reading; None is the voice's own
    raises     UsageError for an unknown speaker, a style of another model or fewer steps, TextError for a text with
               nothing to speak
    """
    if steps < 2:
        raise UsageError(f"steps = {steps}: expected at least 2, the two ends")
    way = _way(voice, first, second, variation)
    ids = _ids(voice, text)
    for step in range(steps):
        weight = np.array([[step / (steps - 1)]], np.float32)
        yield _joined(voice, [way.mel(tokens, weight) for tokens in ids], seed=first.seed)


def over_time(voice: AnySpeaker, text: str, first: End, second: End, *, variation: float | None = None) -> Audio:
    """A text that begins as the one end and ends as the other, frame by frame; every sentence anew.

    raises  as `interpolate`, and UsageError for two speakers: who speaks is decided for a sentence as a whole
    """
    way = _way(voice, first, second, variation)
    if way.numbers[0] != way.numbers[1]:
        raise UsageError(
            "over time two readings or two styles can be joined, not two speakers",
            hint="leave out --over-time for the way between speakers in steps",
        )
    mels = []
    for tokens in _ids(voice, text):
        length = way.mel(tokens, _HALF).shape[1]
        mels.append(way.mel(tokens, np.linspace(0, 1, length, dtype=np.float32)[:, None]))
    return _joined(voice, mels, seed=first.seed)


@dataclass(frozen=True)
class _Way:
    """What lies between two ends; `weight` is (1, 1), or (T, 1) in real time."""

    numbers: tuple[int, int]
    ends: tuple[End, End]
    variation: float

    def mel(self, tokens: Tensor, weight: Floats) -> Floats:
        """A sentence at a weight, (M, T)."""
        raise NotImplementedError

    def noise(self, weight: Floats, frames: int, bands: int, *, backwards: bool = False) -> Floats:
        """What the model speaks from (T, M), of unit variance times the variation everywhere on the way.

        Where it is drawn backwards, the first draw belongs to the last frame, and a weight that is shorter than the
        noise to the frames at its end.
        """
        turn = -1 if backwards else 1
        places = np.clip(np.arange(frames) + (len(weight) - frames if backwards else 0), 0, len(weight) - 1)
        shares = (1 - weight[places], weight[places])
        means = [centres(None if end.style is None else end.style.mean, frames, bands) for end in self.ends]
        draws = [draw(end.seed, (frames, bands))[::turn] for end in self.ends]
        if self.ends[0].seed != self.ends[1].seed:
            first, second, share = (torch.from_numpy(values.copy()) for values in (*draws, shares[1]))
            draws[0] = between_samples(first, second, share).numpy()
        mixed: Floats = shares[0] * means[0] + shares[1] * means[1] + np.float32(self.variation) * draws[0]
        return mixed


@dataclass(frozen=True)
class _GlowTTSWay(_Way):
    """Voices on the arc between the speakers' vectors, durations between their logarithms."""

    voice: Speaker

    def mel(self, tokens: Tensor, weight: Floats) -> Floats:
        model, share = self.voice.model, float(weight.mean())
        several = len(self.voice.speakers) > 1
        first, second = (torch.tensor([number]) if several else None for number in self.numbers)
        lasting = [
            _logarithm(self.voice, tokens, who) - math.log(1.0 if end.style is None else end.style.settings.pace)
            for who, end in zip((first, second), self.ends, strict=True)
        ]
        durations = torch.exp((1 - share) * lasting[0] + share * lasting[1]).ceil()
        room = int(durations.sum()) + model.decoder.factor
        speech = model.generate(
            tokens,
            torch.tensor([tokens.shape[1]]),
            speaker=None if first is None or second is None else between_speakers(model, first, second, share),
            variation=1.0,
            durations=durations,
            noise=[torch.from_numpy(self.noise(weight, room, model.bands)).T],
        )
        mel: Floats = speech.mel[0].numpy()
        return mel


@dataclass(frozen=True)
class _FlowtronWay(_Way):
    """Voices on the line between the rows of the speaker table; the gate decides how long they speak."""

    voice: FlowtronSpeaker

    @torch.no_grad()
    def mel(self, tokens: Tensor, weight: Floats) -> Floats:
        model, count = self.voice.model, tokens.shape[1]
        share = float(weight.mean())
        rows = [model.voice(torch.tensor([number]), 1)[:, :, 0] for number in self.numbers]
        room = greatest_length(count)
        noise = self.noise(weight, room, model.bands, backwards=len(model.steps) % 2 == 0)
        speech = model.generate(
            tokens,
            torch.tensor([count]),
            Sampling(sigma=1.0, centre=torch.zeros(model.bands, 1)),
            speaker=(1 - share) * rows[0] + share * rows[1],
            noise=[torch.from_numpy(np.ascontiguousarray(noise)).T],
        )
        mel: Floats = speech.mel[0].numpy()
        return mel


def _way(voice: AnySpeaker, first: End, second: End, variation: float | None) -> _Way:
    for end in (first, second):
        if end.style is not None:
            end.style.require(kind_of(voice), voice.mel.fingerprint())
    numbers = voice.number(first.speaker), voice.number(second.speaker)
    if isinstance(voice, FlowtronSpeaker):
        spread = voice.variation if variation is None else variation
        return _FlowtronWay(numbers, (first, second), spread, voice)
    return _GlowTTSWay(numbers, (first, second), voice.settings.variation if variation is None else variation, voice)


def _ids(voice: AnySpeaker, text: str) -> list[Tensor]:
    sentences = [sentence for sentence in voice.front_end(text) if sentence.tokens]
    if not sentences:
        raise TextError("the text holds nothing to speak")
    framed = voice.front_end.framed
    return [torch.tensor([voice.symbols.encode(token_names([sentence], framed=framed))]) for sentence in sentences]


def _joined(voice: AnySpeaker, mels: list[Floats], *, seed: int) -> Audio:
    pause = np.zeros(round(SENTENCE_PAUSE * voice.mel.sample_rate), np.float32)
    pieces: list[Floats] = []
    for mel in mels:
        pieces += [sounded(mel, voice.mel, voice.vocoder, seed=seed), pause]
    return Audio(within_scale(np.concatenate(pieces[:-1])), voice.mel.sample_rate)


@torch.no_grad()
def _logarithm(voice: Speaker, tokens: Tensor, speaker: Tensor | None) -> Tensor:
    """Logarithm of the frames that a speaker gives each token (1, N)."""
    model = voice.model
    mask = length_mask(torch.tensor([tokens.shape[1]]), tokens.shape[1])
    encoded = model.encoder(tokens, mask, model.condition(speaker, 1))
    expected: Tensor = encoded.log_duration.exp() - model.duration_offset
    return expected.clamp(min=0.1).log()
