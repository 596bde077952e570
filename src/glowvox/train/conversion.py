"""A run's voices turned into each other: recordings converted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from glowvox.audio.mel import log_mel
from glowvox.audio.read import read_audio
from glowvox.audio.wave import Audio
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.sound import at_level
from glowvox.errors import AudioError
from glowvox.models.conversion import convert
from glowvox.models.flowtron_sampling import Sampling
from glowvox.train.flowtron_speaker import FlowtronSpeaker
from glowvox.train.sounding import sounded, within_scale
from glowvox.train.speaker import Speaker
from glowvox.train.styling import recording


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


@torch.no_grad()
def convert_reading(
    voice: FlowtronSpeaker, path: Path, text: str, *, source: str | None, target: str | None, seed: int = 0
) -> Audio:
    """A recording in the voice of another speaker of a Flowtron: its latent undone along its own attention.

    text    what is said in it
    source  who speaks in the recording; None is the first speaker
    target  who shall; None is the first speaker
    raises  AudioError for a recording that cannot be used, UsageError for an unknown speaker or an empty text
    """
    numbers = [torch.tensor([voice.number(name)]) for name in (source, target)]
    heard = recording(voice, path, text)
    tokens, count = torch.tensor([voice.symbols.encode(heard.symbols)]), torch.tensor([len(heard.symbols)])
    found = voice.model(tokens, count, heard.mel[None], torch.tensor([heard.mel.shape[1]]), numbers[0])
    spoken = voice.model.generate(
        tokens,
        count,
        Sampling(sigma=1.0, gate=None, centre=torch.zeros(voice.mel.bands, 1)),
        speaker=numbers[1],
        noise=[found.latent[0]],
        forced=found.attention,
    )
    return Audio(
        within_scale(sounded(spoken.mel[0].numpy(), voice.mel, voice.vocoder, seed=seed)), voice.mel.sample_rate
    )


def _number(voice: Speaker, number: int) -> Tensor | None:
    return torch.tensor([number]) if len(voice.speakers) > 1 else None
