"""The voice: text in, speech out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Unpack

import numpy as np
import numpy.typing as npt

from glowvox.audio.wave import Audio, join
from glowvox.errors import CheckpointError, UsageError
from glowvox.runtime.acoustic import Acoustic, Reading
from glowvox.runtime.bundle import (
    DECODER,
    ENCODER,
    LEXICON,
    PRIOR,
    VECTORS,
    VOCODER,
    Bundle,
    VoiceSettings,
    step_name,
)
from glowvox.runtime.flowtron import Flowtron
from glowvox.runtime.istft import Istft
from glowvox.runtime.manner import Manner, Options
from glowvox.runtime.phrases import Phrase, phrases
from glowvox.runtime.pool import available_cores, in_order
from glowvox.runtime.rendering import Rendered
from glowvox.runtime.session import Session
from glowvox.runtime.speakers import Speakers, read_vectors
from glowvox.runtime.timing import times, with_wanted
from glowvox.runtime.vocoder import GriffinLim, Vocoder
from glowvox.text.frontend import FrontEnd, make_front_end
from glowvox.text.symbols import Symbols

_KNEE, _ROOM = 0.9, 0.09  # where loud samples begin to be bent, and how far above that they can come
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class _Made:
    """How to make a voice again in another process."""

    place: Path
    lexicon: Path | None
    threads: int

    def __call__(self) -> Voice:
        return Voice.load(self.place, lexicon=self.lexicon, threads=self.threads)


class Voice:
    """Speaks. Safe to use from many threads at once; the same text, manner and seed give the same bytes everywhere.

    front_end  what turns text into sentences
    """

    def __init__(
        self,
        settings: VoiceSettings,
        front_end: FrontEnd,
        speakers: Speakers,
        acoustic: Acoustic | Flowtron,
        vocoder: Vocoder,
    ) -> None:
        self.settings = settings
        self.front_end = front_end
        self._speakers, self._acoustic, self._vocoder = speakers, acoustic, vocoder
        self._symbols = Symbols(settings.symbols)
        self._made: _Made | None = None

    @classmethod
    def load(cls, place: str | Path, *, lexicon: Path | None = None, threads: int = 1) -> Voice:
        """From a voice folder or a `.glowvox` file; every file is checked.

        lexicon  pronunciations to use instead of the voice's own
        threads  for one sentence; 1 is best unless the machine is idle otherwise
        raises   CheckpointError for a voice that is incomplete, changed, or of a later version
        """
        if threads < 1:
            raise UsageError(f"threads = {threads}: expected at least 1")
        bundle = Bundle(Path(place))
        files = bundle.read_all()
        front_end = _front_end(bundle.settings, lexicon, files.get(LEXICON))
        voice = cls.assemble(bundle.settings, files, front_end, threads=threads)
        voice._made = _Made(Path(place).resolve(), lexicon and lexicon.resolve(), threads)
        return voice

    @classmethod
    def assemble(
        cls, settings: VoiceSettings, files: Mapping[str, bytes], front_end: FrontEnd, *, threads: int = 1
    ) -> Voice:
        """From files in memory, by the names they have on disk; nothing is checked but that they load."""
        acoustic = acoustic_of(settings, files, threads=threads)
        vectors = read_vectors(files[VECTORS]) if VECTORS in files else None
        speakers = Speakers(settings.speakers, vectors, unit=settings.flowtron is None)
        return cls(settings, front_end, speakers, acoustic, _vocoder(settings, files, threads))

    def __reduce__(self) -> tuple[_Made, tuple[()]]:
        if self._made is None:
            raise UsageError("only a voice that was loaded from a folder or file can be sent to another process")
        return self._made, ()

    @property
    def name(self) -> str:
        """What the voice is called."""
        return self.settings.name

    @property
    def speakers(self) -> tuple[str, ...]:
        """Who can speak; the first does unless another is asked for."""
        return self.settings.speakers

    @property
    def sample_rate(self) -> int:
        """Samples a second (Hz)."""
        return self.settings.mel.sample_rate

    @property
    def variation(self) -> float:
        """The variation that the voice speaks with unless asked otherwise."""
        return self.settings.variation

    def vector(self, speaker: str | None) -> Floats | None:
        """What the graphs know a speaker or a blend by (1, G), None where there is one speaker; raises UsageError."""
        return self._speakers.vector(speaker)

    def describe(self) -> dict[str, object]:
        """What the voice is, for people and programs: plain values only."""
        return _described(self.settings)

    def say(self, text: str, **options: Unpack[Options]) -> Audio:
        """Speak a text.

        options  speed, variation, seed, speaker, volume, sentence_pause, durations: see `Manner`
        returns  the sound, with the time of every word and phoneme; silence of no length for a text with nothing in it
        raises   UsageError for an option that cannot be, TextError for markup that cannot be read
        """
        pieces = list(self.stream(text, **options))
        if not pieces:
            return Audio(np.zeros(0, np.float32), self.sample_rate, text, options.get("seed", 0))
        return join(pieces)

    def stream(self, text: str, **options: Unpack[Options]) -> Iterator[Audio]:
        """Speak a text piece by piece, each as soon as it is ready; joined they are what `say` gives.

        The first piece of a sentence carries the times of its words and phonemes, from the start of that piece.

        options  as in `say`
        raises   as `say` does; what is wrong with the options at once
        """
        manner = Manner(**options)
        self._require(manner)
        reading = Reading(
            vector=self._speakers.vector(manner.speaker),
            speed=manner.speed * (1.0 if manner.style is None else manner.style.settings.pace),
            variation=self.variation if manner.variation is None else manner.variation,
            seed=manner.seed,
            style=None if manner.style is None else manner.style.mean,
            gate=manner.gate,
            temperature=1.0 if manner.attention_temperature is None else manner.attention_temperature,
        )
        return self._pieces(text, manner, reading)

    def _require(self, manner: Manner) -> None:
        """Refuse what the acoustic model cannot do; raises UsageError."""
        settings = self.settings
        if manner.style is not None:
            manner.style.require("flowtron" if settings.flowtron else "glow-tts", settings.mel_fingerprint)
        if isinstance(self._acoustic, Flowtron):
            self._acoustic.require(manner)
        elif manner.gate is not None or manner.attention_temperature is not None:
            raise UsageError("gate and attention_temperature are of a Flowtron; this voice is a Glow-TTS")

    def say_many(self, texts: Iterable[str], *, workers: int = 1, **options: Unpack[Options]) -> Iterator[Audio]:
        """Speak many texts, in their order; few of them are in memory at once.

        workers  texts spoken at the same time, one core each; 0 takes every core this process may use
        options  as in `say`, the same for all
        raises   as `say` does
        """
        if workers < 0:
            raise UsageError(f"workers = {workers}: expected 1 or more, or 0 for every core")
        self._require(Manner(**options))
        self._speakers.vector(options.get("speaker"))
        return in_order(lambda text: self.say(text, **options), texts, workers=workers or available_cores())

    def _pieces(self, text: str, manner: Manner, reading: Reading) -> Iterator[Audio]:
        pause = self.settings.sentence_pause if manner.sentence_pause is None else manner.sentence_pause
        for phrase in phrases(text, self.front_end, sentence_pause=pause):
            if phrase.symbols:
                yield from self._phrase(text, phrase, manner, reading)
            silence = round(phrase.pause_s * self.sample_rate)
            if silence:
                yield Audio(np.zeros(silence, np.float32), self.sample_rate, text, manner.seed)

    def _phrase(self, text: str, phrase: Phrase, manner: Manner, reading: Reading) -> Iterator[Audio]:
        rendered = self._rendered(phrase, manner, reading)
        words, phonemes = times(phrase, rendered.frames, self._frame_s)
        for samples in self._vocoder.stream(rendered.mel, seed=manner.seed):
            yield Audio(loud(samples, manner.volume), self.sample_rate, text, manner.seed, words, phonemes)
            words = phonemes = ()

    def _rendered(self, phrase: Phrase, manner: Manner, reading: Reading) -> Rendered:
        ids, wanted = self._symbols.encode(phrase.symbols), manner.durations
        lasting = None if wanted is None else partial(with_wanted, phrase, durations=wanted, frame_s=self._frame_s)
        if isinstance(self._acoustic, Flowtron):
            return self._acoustic.render(ids, reading, lasting)
        encoded = self._acoustic.encode(ids, reading)
        frames = self._acoustic.fit(encoded.frames if lasting is None else lasting(encoded.frames))
        return Rendered(frames, self._acoustic.decode(encoded, frames, reading))

    @property
    def _frame_s(self) -> float:
        return self.settings.mel.hop / self.sample_rate


def loud(samples: Floats, volume: float) -> Floats:
    """Samples (S,) times the volume; what would pass full scale is bent below it, each sample by itself."""
    scaled = samples * np.float32(volume)
    size = np.abs(scaled)
    above = size > _KNEE
    if above.any():
        bent = _KNEE + _ROOM * np.tanh((size[above] - _KNEE) / _ROOM)
        scaled[above] = np.copysign(bent, scaled[above])
    return scaled


def acoustic_of(settings: VoiceSettings, files: Mapping[str, bytes], *, threads: int = 1) -> Acoustic | Flowtron:
    """The graphs that make mels of symbols.

    raises  CheckpointError where one is missing or cannot be loaded
    """

    def session(name: str) -> Session:
        # weights in halves would be widened in every call; a Flowtron calls its graphs for every frame
        as_is = settings.flowtron is None and settings.precision.get(name) in ("fp32", "int8")
        return Session(_required(files, name), name=f"{settings.name}: {name}", threads=threads, as_is=as_is)

    if settings.flowtron is None:
        return Acoustic(
            session(ENCODER), session(DECODER), squeeze=settings.squeeze, duration_offset=settings.duration_offset
        )
    steps = [session(step_name(number)) for number in range(settings.flowtron.flows)]
    prior = read_vectors(files[PRIOR], name=PRIOR) if PRIOR in files else None
    return Flowtron(session(ENCODER), steps, settings.flowtron, bands=settings.mel.bands, prior=prior)


def _vocoder(settings: VoiceSettings, files: Mapping[str, bytes], threads: int) -> Vocoder:
    if settings.vocoder.kind == "griffin-lim":
        return GriffinLim(settings.mel)
    session = Session(_required(files, VOCODER), name=f"{settings.name}: {VOCODER}", threads=threads)
    return Istft(session, settings.mel, settings.vocoder)


def _required(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise CheckpointError(f"voice.json names no {name}", hint="the voice is incomplete: get it again")
    return files[name]


def _front_end(settings: VoiceSettings, lexicon: Path | None, own: bytes | None) -> FrontEnd:
    """The front end with the lexicon asked for, else the voice's own, else none."""
    symbols = Symbols(settings.symbols)
    if lexicon is not None or own is None:
        return make_front_end(settings.front_end, symbols=symbols, lexicon=lexicon)
    import tempfile

    with tempfile.TemporaryDirectory(prefix="glowvox-") as folder:
        path = Path(folder) / LEXICON
        path.write_bytes(own)
        return make_front_end(settings.front_end, symbols=symbols, lexicon=path)


def _described(settings: VoiceSettings) -> dict[str, object]:
    return {
        "name": settings.name,
        "model": "Glow-TTS" if settings.flowtron is None else "Flowtron",
        "language": settings.language,
        "speakers": list(settings.speakers),
        "sample_rate": settings.mel.sample_rate,
        "mel": settings.mel_fingerprint,
        "front_end": f"{settings.front_end} {settings.front_end_version}",
        "symbols": len(settings.symbols),
        "variation": settings.variation,
        "sentence_pause": settings.sentence_pause,
        "vocoder": settings.vocoder.kind,
        "precision": dict(settings.precision),
        "bytes": sum(record.bytes for record in settings.files.values()),
        "licence": settings.licence,
        "experimental": list(settings.experimental),
        "data": settings.data,
        "consent": settings.consent,
        "made_with": settings.made_with,
    }
