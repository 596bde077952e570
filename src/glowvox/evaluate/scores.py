"""The one record of scores: rows per clip, totals of the set, and the table of what each score is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from glowvox.evaluate.bootstrap import Estimate, Parts, difference, estimate
from glowvox.evaluate.words import Errors


class Column(NamedTuple):
    """How a score is called and printed: `scale` times the value, with `digits` after the point."""

    key: str
    heading: str
    group: Literal["words", "ratings", "speech", "against the recording"]
    scale: float = 1.0
    digits: int = 2


COLUMNS = (
    Column("whisper.wer", "WER %", "words", 100, 1),
    Column("whisper.cer", "CER %", "words", 100, 1),
    Column("pocketsphinx.wer", "WER %, pocketsphinx (smoke test)", "words", 100, 0),
    Column("dnsmos", "DNSMOS", "ratings"),
    Column("dnsmos_sig", "signal", "ratings"),
    Column("dnsmos_bak", "background", "ratings"),
    Column("dnsmos_p808", "P.808", "ratings"),
    Column("distillmos", "DistillMOS", "ratings"),
    Column("words_per_s", "words a second", "speech"),
    Column("f0_spread_st", "F0 spread, semitones", "speech"),
    Column("mcd_db", "MCD dB", "against the recording"),
    Column("f0_rmse_cents", "F0 error, cents", "against the recording", 1, 0),
    Column("voicing_error", "voicing error %", "against the recording", 100, 1),
    Column("f0_spread_ratio", "F0 spread ratio", "against the recording"),
    Column("duration_error", "duration error %", "against the recording", 100, 1),
    Column("duration_ratio", "duration ratio", "against the recording"),
    Column("likeness", "speaker likeness", "against the recording"),
)
INTERVALS = frozenset({"whisper.wer", "dnsmos", "distillmos"})  # printed with their 95 % interval


class Heard(msgspec.Struct, frozen=True):
    """What one recogniser heard, normalised, and its errors."""

    text: str
    words: Errors
    characters: Errors


class ClipScore(msgspec.Struct, frozen=True):
    """Everything measured on one clip.

    text    what was to be said, as given
    said    the same, normalised; empty where no recogniser listened
    heard   by recogniser
    values  by column key; a measure that the clip does not allow is absent
    """

    id: str
    text: str
    seconds: float
    said: str = ""
    heard: dict[str, Heard] = {}
    values: dict[str, float] = {}

    def parts(self, key: str) -> tuple[float, float] | None:
        """What the clip adds above and below the fraction of that score."""
        name, _, kind = key.partition(".")
        if kind:
            if name not in self.heard:
                return None
            errors = self.heard[name].words if kind == "wer" else self.heard[name].characters
            return errors.errors, errors.total
        return (self.values[key], 1.0) if key in self.values else None


class Scores(msgspec.Struct, frozen=True):
    """Scores of one set of clips: real recordings, copies of them, or what a voice said."""

    name: str
    clips: tuple[ClipScore, ...]
    totals: dict[str, Estimate]
    notes: tuple[str, ...] = ()


class Difference(msgspec.Struct, frozen=True):
    """One set minus another on the clips that both have, with paired intervals; by column key."""

    name: str
    minus: str
    values: dict[str, Estimate]


def scores_of(name: str, clips: Sequence[ClipScore], notes: Sequence[str] = ()) -> Scores:
    """Sum a set up: errors are summed before they are divided, all else is a mean over clips."""
    totals = {column.key: estimate(_parts(clips, column.key)) for column in COLUMNS}
    kept = {key: total for key, total in totals.items() if total is not None}
    return Scores(name, tuple(clips), kept, tuple(notes))


def compare_scores(one: Scores, other: Scores) -> Difference:
    """`one` minus `other`, clip by clip."""
    values = {c.key: difference(_parts(one.clips, c.key), _parts(other.clips, c.key)) for c in COLUMNS}
    return Difference(one.name, other.name, {key: value for key, value in values.items() if value is not None})


def _parts(clips: Sequence[ClipScore], key: str) -> Parts:
    parts = ((clip.id, clip.parts(key)) for clip in clips)
    return {id: part for id, part in parts if part is not None}
