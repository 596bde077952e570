"""What a speaker encoder hears in the clips of a corpus (d-vectors)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from glowvox.audio.read import read_audio
from glowvox.audio.wave import Audio
from glowvox.data.corpus import Corpus, join
from glowvox.data.prepared import Prepared
from glowvox.data.segments import FULL_SCALE
from glowvox.errors import AudioError, CorpusError

Floats = npt.NDArray[np.float32]


class SpeakerEncoder(Protocol):
    """Anything that gives a vector of who speaks."""

    identity: str

    def embedding(self, audio: Audio) -> Floats:
        """The vector of a clip (G,)."""
        ...


@dataclass(frozen=True)
class Recording:
    """A clip to listen to."""

    id: str
    speaker: str
    sound: Callable[[], Audio]


@dataclass(frozen=True)
class Embedded:
    """Vectors by clip, each with its speaker's name, and why other clips have none."""

    clips: dict[str, tuple[str, Floats]]
    left_out: dict[str, str]


def recordings_of(corpora: Sequence[Corpus]) -> list[Recording]:
    """The clips of corpora, all of their lists."""
    return [
        Recording(u.id, u.speaker, lambda path=u.audio: read_audio(path).audio)  # type: ignore[misc]
        for u in join(corpora).utterances
    ]


def recordings_in(folder: Path) -> list[Recording]:
    """The clips of a prepared folder.

    raises  CorpusError where it was prepared without its recordings
    """
    prepared = Prepared.load(folder)
    if not prepared.sound:
        raise CorpusError(
            f"{folder}: the recordings were not kept", hint="give the corpus itself, or prepare it again with --sound"
        )
    rate = prepared.mel.sample_rate

    def sound(wave: Callable[[], npt.NDArray[np.int16]]) -> Audio:
        return Audio(np.asarray(wave(), np.float32) / np.float32(FULL_SCALE), rate)

    return [
        Recording(clip.id, prepared.speakers[clip.speaker], lambda clip=clip: sound(clip.wave))  # type: ignore[misc]
        for split in ("train", "val", "test")
        for clip in prepared.clips(split)
    ]


def embed(
    recordings: Sequence[Recording],
    encoder: SpeakerEncoder,
    *,
    most: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Embedded:
    """The vector of each clip.

    most    clips of each speaker, evenly spread over what there is; None takes all
    raises  CorpusError where no clip can be used
    """
    chosen = list(_spread(recordings, most)) if most else list(recordings)
    clips: dict[str, tuple[str, Floats]] = {}
    left_out: dict[str, str] = {}
    for done, recording in enumerate(chosen, start=1):
        try:
            vector = encoder.embedding(recording.sound())
        except AudioError as error:
            left_out[recording.id] = error.message
        else:
            if np.isfinite(vector).all() and vector.any():
                clips[recording.id] = (recording.speaker, vector)
            else:
                left_out[recording.id] = f"{encoder.identity} hears no speech in it"
        progress(done, len(chosen))
    if not clips:
        reason = next(iter(left_out.values()), "there is none")
        raise CorpusError(f"no clip can be heard: {reason}")
    return Embedded(clips, left_out)


def _spread(recordings: Sequence[Recording], most: int) -> Iterator[Recording]:
    by_speaker: dict[str, list[Recording]] = {}
    for recording in recordings:
        by_speaker.setdefault(recording.speaker, []).append(recording)
    for own in by_speaker.values():
        places = np.linspace(0, len(own) - 1, min(most, len(own)))
        yield from (own[round(place)] for place in places)
