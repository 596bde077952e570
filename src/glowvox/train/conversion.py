"""A run's voices turned into each other: recordings converted, texts spoken on the way between two speakers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from glowvox.audio.mel import log_mel
from glowvox.audio.read import read_audio
from glowvox.audio.wave import Audio
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.sound import at_level
from glowvox.errors import AudioError, TextError, UsageError
from glowvox.models.conversion import between_samples, between_speakers, convert
from glowvox.nn.masks import length_mask
from glowvox.text.frontend import token_names
from glowvox.train.sounding import SENTENCE_PAUSE, sounded, within_scale
from glowvox.train.speaker import Speaker

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class End:
    """One end of a way: a speaker (None: the first) and the seed of a reading."""

    speaker: str | None
    seed: int


def convert_recording(voice: Speaker, path: Path, *, source: str | None, target: str | None, seed: int = 0) -> Audio:
    """A recording in the voice of another speaker, in the same words and time.

    source  who speaks in the recording; None is the first speaker
    target  who shall; None is the first speaker
    seed    of what makes the sound
    raises  AudioError for a recording that cannot be used, UsageError for an unknown speaker
    """
    numbers = voice.number(source), voice.number(target)
    rate, usual = voice.mel.sample_rate, PrepareConfig(mel=voice.mel)
    samples = read_audio(path, rate).audio.samples
    if not float(np.abs(samples).max(initial=0.0)):
        raise AudioError(f"{path}: nothing but silence")
    # the level of the clips that the model learnt from
    mel = torch.from_numpy(log_mel(at_level(samples, rate, usual.speech_db, usual.peak_db), voice.mel))[None]
    factor = voice.model.decoder.factor
    if mel.shape[2] < factor:
        raise AudioError(f"{path}: {mel.shape[2]} frames of mel, expected at least {factor}")
    first, second = (_number(voice, number) for number in numbers)
    converted, _ = convert(voice.model, mel, torch.tensor([mel.shape[2]]), source=first, target=second)
    return Audio(within_scale(sounded(converted[0].numpy(), voice.mel, voice.vocoder, seed=seed)), rate)


def interpolate(
    voice: Speaker, text: str, first: End, second: End, *, steps: int, variation: float | None = None
) -> Iterator[Audio]:
    """A text spoken on the way from one end to the other: voices, readings and durations in equal steps.

    steps      at least 2: the ends are the first and the last
    variation  how far from the mean reading; None is the voice's own
    raises     UsageError for an unknown speaker or fewer steps, TextError for a text with nothing to speak
    """
    if steps < 2:
        raise UsageError(f"steps = {steps}: expected at least 2, the two ends")
    numbers = voice.number(first.speaker), voice.number(second.speaker)
    sentences = [sentence for sentence in voice.front_end(text) if sentence.tokens]
    if not sentences:
        raise TextError("the text holds nothing to speak")
    ids = [voice.symbols.encode(token_names([sentence], framed=voice.front_end.framed)) for sentence in sentences]
    pause = np.zeros(round(SENTENCE_PAUSE * voice.mel.sample_rate), np.float32)
    spread = voice.settings.variation if variation is None else variation
    for step in range(steps):
        weight = step / (steps - 1)
        pieces: list[Floats] = []
        for tokens in ids:
            mel = _between(voice, torch.tensor([tokens]), numbers, (first.seed, second.seed), weight, spread)
            pieces += [sounded(mel, voice.mel, voice.vocoder, seed=first.seed), pause]
        yield Audio(within_scale(np.concatenate(pieces[:-1])), voice.mel.sample_rate)


def _between(
    voice: Speaker, tokens: Tensor, numbers: tuple[int, int], seeds: tuple[int, int], weight: float, variation: float
) -> Floats:
    """One sentence at one place of the way, as a mel (M, T)."""
    model, count = voice.model, torch.tensor([tokens.shape[1]])
    first, second = (_number(voice, number) for number in numbers)
    durations = torch.exp((1 - weight) * _logarithm(voice, tokens, first) + weight * _logarithm(voice, tokens, second))
    durations = durations.ceil()
    room = int(durations.sum()) + model.decoder.factor
    draws = [
        np.random.Generator(np.random.Philox(seed)).standard_normal((room, model.bands), np.float32) for seed in seeds
    ]
    noise = draws[0] if seeds[0] == seeds[1] else _mixed(draws[0], draws[1], weight)
    speech = model.generate(
        tokens,
        count,
        speaker=None if first is None or second is None else between_speakers(model, first, second, weight),
        variation=variation,
        durations=durations,
        noise=[torch.from_numpy(noise).T],
    )
    mel: Floats = speech.mel[0].numpy()
    return mel


def _mixed(first: Floats, second: Floats, weight: float) -> Floats:
    mixed: Floats = between_samples(torch.from_numpy(first), torch.from_numpy(second), weight).numpy()
    return mixed


@torch.no_grad()
def _logarithm(voice: Speaker, tokens: Tensor, speaker: Tensor | None) -> Tensor:
    """Logarithm of the frames that a speaker gives each token (1, N)."""
    model = voice.model
    mask = length_mask(torch.tensor([tokens.shape[1]]), tokens.shape[1])
    encoded = model.encoder(tokens, mask, model.condition(speaker, 1))
    expected: Tensor = encoded.log_duration.exp() - model.duration_offset
    return expected.clamp(min=0.1).log()


def _number(voice: Speaker, number: int) -> Tensor | None:
    return torch.tensor([number]) if len(voice.speakers) > 1 else None
