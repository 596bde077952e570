"""What has been spoken so far, counted as it goes by."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

import click

from glowvox.errors import TextError

if TYPE_CHECKING:
    from glowvox.audio.pcm import Samples
    from glowvox.audio.timing import Timed
    from glowvox.audio.wave import Audio


EVERY_S = 10.0  # between two lines of how far a long text is


class Heard:
    """Counts pieces of speech, and keeps their times where they are wanted.

    times   whether words and phonemes are kept: a long text has many
    length  of the text (characters); where it is given, standard error is told now and then how far things are
    """

    def __init__(self, *, times: bool, length: int = 0) -> None:
        self.times = times
        self.length = length
        self.samples = 0
        self.sample_rate = 0
        self.words: list[Timed] = []
        self.phonemes: list[Timed] = []
        self._began = self._told = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Of speech so far."""
        return self.samples / self.sample_rate if self.sample_rate else 0.0

    @property
    def pace(self) -> float:
        """How many times faster than speaking this went."""
        return self.seconds / max(time.perf_counter() - self._began, 1e-6)

    def listen(self, pieces: Iterable[Audio]) -> Iterator[Samples]:
        """The samples of the pieces, while these are counted."""
        for piece in pieces:
            if self.times:
                start = self.seconds
                self.words += [word.later(start) for word in piece.words]
                self.phonemes += [phoneme.later(start) for phoneme in piece.phonemes]
            self.samples += len(piece.samples)
            self.sample_rate = piece.sample_rate
            if self.length and piece.words:
                self._tell(piece.words[-1].span[1])
            yield piece.samples

    def _tell(self, place: int) -> None:
        """Say how far things are, if it has not been said for a while."""
        if time.perf_counter() - self._told >= EVERY_S:
            self._told = time.perf_counter()
            share = 100 * place / self.length
            click.echo(
                f"{share:.0f} % of the text, {self.seconds:.0f} s of speech, {self.pace:.0f} × real time", err=True
            )

    def record(self) -> dict[str, object]:
        """Length, rate and times as plain values."""
        from glowvox.audio.captions import times

        return {
            "seconds": round(self.seconds, 4),
            "sample_rate": self.sample_rate,
            "words": times(self.words),
            "phonemes": times(self.phonemes),
        }


def something(pieces: Iterator[Audio]) -> Iterator[Audio]:
    """The same pieces, once it is certain that there is a sound among them; asks for no more than it needs.

    raises  TextError where there is nothing
    """
    held: list[Audio] = []
    for piece in pieces:
        held.append(piece)
        if len(piece.samples):
            return chain(held, pieces)
    raise TextError("there is nothing to speak in this text", hint="see what became of it: glowvox explain TEXT")
