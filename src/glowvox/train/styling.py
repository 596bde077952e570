"""The style of some recordings: what a model's latents of them have in common, beyond their texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from glowvox.audio.mel import log_mel
from glowvox.data.corpus import read_corpus
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.prepared import Prepared
from glowvox.data.sound import clean
from glowvox.data.splits import SPLITS
from glowvox.errors import CorpusError, UsageError
from glowvox.flows.autoregressive import Rehearsal
from glowvox.models.flowtron import Told
from glowvox.models.flowtron_sampling import Sampling
from glowvox.models.style import Aggregation, style_mean
from glowvox.nn.alignment import require_room
from glowvox.runtime.style import FASTEST, SLOWEST, Kind, Style, StyleSettings
from glowvox.text.frontend import token_names
from glowvox.train.flowtron_speaker import TOGETHER, FlowtronSpeaker, side_by_side
from glowvox.train.speakers import AnySpeaker

THEIR_OWN = "their own"


@dataclass(frozen=True)
class Posterior:
    """How recordings become one style.

    aggregation  "time-and-batch": one mean; "batch": a mean a frame, recordings repeated to `frames`
    strength     λ: small follows the recordings, large stays with the average reading
    passes       times that a Flowtron says the frames before by itself to hear how far a recording is from it; None: as
                 often as it rehearsed in training. The frames of a recording tell so much of the next ones that little
                 is left of who speaks and how; against what it says itself that stands out
    """

    aggregation: Aggregation = "time-and-batch"
    strength: float = 1e-4
    frames: int = 300
    passes: int | None = None


@dataclass(frozen=True)
class Reference:
    """A recording with its text."""

    id: str
    speaker: str
    symbols: tuple[str, ...]
    mel: Tensor  # (M, T)


def kind_of(voice: AnySpeaker) -> Kind:
    """What kind of model a voice is, as styles call it."""
    return "flowtron" if isinstance(voice, FlowtronSpeaker) else "glow-tts"


def find_style(
    voice: AnySpeaker, references: Sequence[Reference], how: Posterior, *, heard_as: str | None = None
) -> Style:
    """The posterior's mean of the style of some recordings (Valle et al. 2020, section 3.2).

    heard_as  speaker of the voice to hear all of them as: for people it does not know; None takes their own names
    raises    UsageError without recordings, for a speaker that the voice does not know, or where it reads the texts
              more than ten times as fast or slow as the recordings
    """
    heard = [_hear(voice, reference, heard_as, passes=how.passes) for reference in references]
    latents = [item.residual for item in heard]
    mean = style_mean(latents, how.aggregation, strength=how.strength, frames=how.frames)
    frames = sum(latent.shape[1] for latent in latents)
    expected = _spoken(voice, heard) if isinstance(voice, FlowtronSpeaker) else sum(one.expected for one in heard)
    if not SLOWEST <= expected / frames <= FASTEST:
        raise UsageError(
            f"the voice gives these texts {expected:.0f} frames, the recordings have {frames}: no pace to follow",
            hint="it does not read them yet, or the texts are of other recordings",
        )
    followed = len(heard) / (len(heard) + how.strength)  # as far as the mean follows them
    settings = StyleSettings(
        kind=kind_of(voice),
        mel_fingerprint=voice.mel.fingerprint(),
        aggregation=how.aggregation,
        strength=how.strength,
        recordings=len(latents),
        frames=frames,
        heard_as=heard_as or THEIR_OWN,
        pace=(expected / frames) ** followed,
    )
    return Style(settings, np.ascontiguousarray(mean.float().numpy()))


class _Heard(NamedTuple):
    """A recording as a voice hears it."""

    residual: Tensor  # (M, T)
    expected: float  # frames that the voice would give its text; T of a Flowtron, which only tells by speaking
    ids: list[int]
    number: int  # of the speaker


def residual(voice: AnySpeaker, reference: Reference, heard_as: str | None = None) -> Tensor:
    """What of a recording its text and speaker do not explain, in units of the noise that the voice speaks from.

    A Flowtron's latent is that already; of a Glow-TTS's the mean of each frame's symbol is taken off.

    returns  (M, T)
    """
    return _hear(voice, reference, heard_as, passes=0).residual


@torch.no_grad()
def _hear(voice: AnySpeaker, reference: Reference, heard_as: str | None, *, passes: int | None) -> _Heard:
    spelt = voice.symbols.encode(reference.symbols)
    ids, count = torch.tensor([spelt]), torch.tensor([len(spelt)])
    mel, frames = reference.mel[None], torch.tensor([reference.mel.shape[1]])
    number = torch.tensor([voice.number(_known(voice, reference.speaker) if heard_as is None else heard_as)])
    if isinstance(voice, FlowtronSpeaker):
        found = voice.model(ids, count, mel, frames, number)
        latent = found.latent[0]
        if times := voice.passes if passes is None else passes:
            rehearsals = [Rehearsal(weight, times, sigma=0.0) for weight in found.attention]
            told = Told(forced=found.attention, rehearsals=rehearsals)
            level = voice.model(ids, count, mel, frames, number, told=told).latent[0].mean(dim=1, keepdim=True)
            latent = latent - latent.mean(dim=1, keepdim=True) + level
        return _Heard(latent, float(frames), spelt, int(number))
    require_room(count, voice.model.whole(mel, frames)[1], (reference.id,))
    out = voice.model(ids, count, mel, frames, number if len(voice.speakers) > 1 else None)
    expected = (out.log_duration.exp() - voice.model.duration_offset).ceil().clamp(min=voice.model.duration_offset)
    return _Heard(((out.latent - out.mean) * torch.exp(-out.log_scale))[0], float(expected.sum()), spelt, int(number))


def _spoken(voice: FlowtronSpeaker, heard: Sequence[_Heard]) -> float:
    """Frames that a Flowtron gives the texts by itself; those of the recording where it finds no end."""
    total = 0.0
    for start in range(0, len(heard), TOGETHER):
        some = heard[start : start + TOGETHER]
        tokens, counts = side_by_side([item.ids for item in some])
        numbers = torch.tensor([item.number for item in some])
        speech = voice.model.generate(tokens, counts, Sampling(sigma=0.0), speaker=numbers)
        recorded = torch.tensor([item.expected for item in some])
        total += float(torch.where(speech.ended, speech.frames, recorded).sum())
    return total


def _known(voice: AnySpeaker, name: str) -> str:
    """A reference's own speaker, if the voice knows it; of a voice of one speaker that one."""
    if len(voice.speakers) == 1:
        return voice.speakers[0]
    if name not in voice.speakers:
        raise UsageError(
            f"the voice does not know the speaker '{name}'",
            hint=f"say whose voice is nearest: --hear-as {' or '.join(voice.speakers)}",
        )
    return name


def references(
    voice: AnySpeaker, data: Path, *, speaker: str | None = None, match: str = "*", splits: Sequence[str] = SPLITS
) -> Iterator[Reference]:
    """The recordings of a corpus or prepared folder, in its order.

    speaker  only those of one
    match    only those whose id fits, with * and ?
    splits   of a prepared folder
    raises   CorpusError if it cannot be read or was prepared for other mels, AudioError for a bad recording
    """
    if (data / "prepared.toml").is_file():
        folder = Prepared.load(data)
        folder.mel.require_same(voice.mel, own=str(data), others="the voice")
        for clip in (clip for split in splits for clip in folder.clips(split)):
            name = folder.speakers[clip.speaker]
            if speaker in (None, name) and fnmatchcase(clip.id, match):
                yield Reference(clip.id, name, _symbols(voice, clip.text), torch.from_numpy(np.array(clip.mel().T)))
        return
    config = PrepareConfig(mel=voice.mel)
    for utterance in read_corpus(data).utterances:
        if speaker in (None, utterance.speaker) and fnmatchcase(utterance.id, match):
            yield recording(voice, utterance.audio, utterance.text, speaker=utterance.speaker, config=config)


def recording(
    voice: AnySpeaker, path: Path, text: str, *, speaker: str = "", config: PrepareConfig | None = None
) -> Reference:
    """One recording with its text.

    raises  AudioError for a recording that cannot be used, UsageError for a text with nothing in it
    """
    sound = clean(path, config or PrepareConfig(mel=voice.mel))
    return Reference(path.stem, speaker, _symbols(voice, text), torch.from_numpy(log_mel(sound.samples, voice.mel)))


def some(found: Iterator[Reference], *, most: int | None, where: Path) -> list[Reference]:
    """The first of them.

    raises  CorpusError where there is none
    """
    kept = [reference for _, reference in zip(range(most), found, strict=False)] if most else list(found)
    if not kept:
        raise CorpusError(f"{where}: no recording fits", hint="--speaker and --match choose among them")
    return kept


def _symbols(voice: AnySpeaker, text: str) -> tuple[str, ...]:
    sentences = [sentence for sentence in voice.front_end(text) if sentence.tokens]
    if not sentences:
        raise UsageError(f"the text '{text}' holds nothing to speak")
    return tuple(token_names(sentences, framed=voice.front_end.framed))
