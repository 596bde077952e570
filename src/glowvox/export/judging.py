"""Trying graphs in eight bits on sentences, one graph at a time with the others in full."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from glowvox.audio.mel import log_mel
from glowvox.audio.wave import Audio
from glowvox.evaluate.words import Errors, total, word_errors
from glowvox.export.flowtron_judging import FlowtronReadings
from glowvox.export.gate import Verdict, frame_distortion, mean_shift
from glowvox.runtime.acoustic import Acoustic, Encoded, Reading
from glowvox.runtime.bundle import DECODER, ENCODER, VOCODER, VoiceSettings
from glowvox.runtime.istft import Istft
from glowvox.runtime.phrases import phrases
from glowvox.runtime.session import Floats, Session
from glowvox.runtime.voice import Voice
from glowvox.text.frontend import FrontEnd
from glowvox.text.symbols import Symbols

Blobs = Mapping[str, bytes]


@dataclass(frozen=True)
class Listener:
    """Somebody who writes down what a voice says; `normalise` brings two spellings of the same words together."""

    hear: Callable[[Audio], str]
    normalise: Callable[[str], str]


@dataclass(frozen=True)
class _Said:
    """A phrase as the voice in full reads it."""

    ids: list[int]
    reading: Reading
    encoded: Encoded
    mel: Floats


class GlowTTSReadings:
    """Phrases said by a Glow-TTS in full, to hold others against.

    files  of the voice, its graphs in full
    asked  ids of each phrase and how to read it
    """

    def __init__(self, settings: VoiceSettings, files: Blobs, asked: Iterable[tuple[list[int], Reading]]) -> None:
        self._settings = settings
        self._sessions = {name: Session(files[name], name=name) for name in (ENCODER, DECODER)}
        acoustic = self._acoustic(self._sessions)
        self._said = []
        for ids, reading in asked:
            encoded = acoustic.encode(ids, reading)
            mel = acoustic.decode(encoded, acoustic.fit(encoded.frames), reading)
            self._said.append(_Said(ids, reading, encoded, mel))

    @property
    def mels(self) -> list[Floats]:
        """What the voice in full makes of the phrases, (T, M) each."""
        return [said.mel for said in self._said]

    def apart(self, graph: str, blob: bytes) -> tuple[float, float]:
        """Distortion at the durations of the voice in full, and by how much the durations themselves change."""
        acoustic = self._acoustic({**self._sessions, graph: Session(blob, name=graph)})
        distortions, before, after = [], [], []
        for said in self._said:
            encoded = acoustic.encode(said.ids, said.reading)
            mel = acoustic.decode(encoded, acoustic.fit(said.encoded.frames), said.reading)
            distortions.append(frame_distortion(said.mel, mel, self._settings.mel))
            before.append(said.encoded.frames)
            after.append(encoded.frames)
        return float(np.mean(distortions)), mean_shift(before, after)

    def _acoustic(self, sessions: Mapping[str, Session]) -> Acoustic:
        return Acoustic(
            sessions[ENCODER],
            sessions[DECODER],
            squeeze=self._settings.squeeze,
            duration_offset=self._settings.duration_offset,
        )


class Readings(Protocol):
    """Phrases as an acoustic model in full reads them."""

    @property
    def mels(self) -> list[Floats]:
        """What it makes of the phrases, (T, M) each."""
        ...

    def apart(self, graph: str, blob: bytes) -> tuple[float, float]:
        """Distortion (dB) with one graph in eight bits, and by how much lengths change."""
        ...


class Jury:
    """Sentences spoken by a voice in full, to hold others against.

    files  of the voice, its graphs in full
    texts  to speak
    """

    def __init__(
        self,
        settings: VoiceSettings,
        files: Blobs,
        front_end: FrontEnd,
        texts: Sequence[str],
        *,
        listener: Listener | None,
    ) -> None:
        self._settings, self._files, self._front_end = settings, files, front_end
        self._texts, self._listener = texts, listener
        self._voice = Voice.assemble(settings, files, front_end)
        kind = GlowTTSReadings if settings.flowtron is None else FlowtronReadings
        self._readings: Readings = kind(settings, files, self._asked())
        self._errors = None if listener is None else self._heard(self._voice, listener)

    @property
    def mels(self) -> list[Floats]:
        """What the voice in full makes of the sentences, (T, M) each."""
        return self._readings.mels

    def judge(self, graph: str, blob: bytes) -> Verdict:
        """Hold one graph in eight bits against itself in full."""
        after = None
        if self._listener is not None:
            voice = Voice.assemble(self._settings, {**self._files, graph: blob}, self._front_end)
            after = self._heard(voice, self._listener)
        if graph == VOCODER:
            distortion, chance = self._sounds_apart(blob)
            return Verdict(graph, distortion, chance=chance, before=self._errors, after=after)
        distortion, shift = self._readings.apart(graph, blob)
        return Verdict(graph, distortion, shift, before=self._errors, after=after)

    def _asked(self) -> Iterator[tuple[list[int], Reading]]:
        """Ids of each phrase, and who reads it."""
        symbols = Symbols(self._settings.symbols)
        for number, text in enumerate(self._texts):
            vector = self._voice.vector(self._settings.speakers[number % len(self._settings.speakers)])
            reading = Reading(vector, variation=self._settings.variation)
            for phrase in phrases(text, self._front_end, sentence_pause=0):
                if phrase.symbols:
                    yield symbols.encode(phrase.symbols), reading

    def _sounds_apart(self, blob: bytes) -> tuple[float, float]:
        """Distortion of the sound with the same noise, and that of the graph in full with other noise."""
        config = self._settings.mel
        full, small = (
            Istft(Session(content, name=VOCODER), config, self._settings.vocoder)
            for content in (self._files[VOCODER], blob)
        )

        def heard(vocoder: Istft, mel: Floats, seed: int) -> Floats:
            return log_mel(np.concatenate(list(vocoder.stream(mel, seed=seed))), config).T

        distortions, chances = [], []
        for mel in self.mels:
            exact = heard(full, mel, 0)
            distortions.append(frame_distortion(exact, heard(small, mel, 0), config))
            chances.append(frame_distortion(exact, heard(full, mel, 1), config))
        return float(np.mean(distortions)), float(np.mean(chances))

    def _heard(self, voice: Voice, listener: Listener) -> Errors:
        return total(
            word_errors(listener.normalise(text), listener.normalise(listener.hear(voice.say(text))))
            for text in self._texts
        )
