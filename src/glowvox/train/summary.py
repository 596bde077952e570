"""What a run trains on, in numbers; kept in its folder so that the report needs no other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from glowvox.data.prepared import Clip, Prepared
from glowvox.errors import GlowvoxError
from glowvox.files import write_text
from glowvox.train.run import Run


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """The clips of one speaker in one list."""

    speaker: str
    split: str  # "train" or "val"
    clips: int
    minutes: float
    tokens: int


class DataSummary(msgspec.Struct, frozen=True, kw_only=True):
    """`data.json`."""

    prepared: str
    front_end: str
    symbols: int
    shares: tuple[Share, ...]


def summarise(prepared: Prepared, train: Sequence[Clip], held_out: Sequence[Clip]) -> DataSummary:
    """Count the clips a run trains on and validates with."""
    seconds = prepared.mel.hop / prepared.mel.sample_rate
    shares = []
    for split, clips in (("train", train), ("val", held_out)):
        for number, speaker in enumerate(prepared.speakers):
            own = [clip for clip in clips if clip.speaker == number]
            if own:
                minutes = round(sum(clip.frames for clip in own) * seconds / 60, 2)
                tokens = sum(len(clip.ids) for clip in own)
                shares.append(Share(speaker=speaker, split=split, clips=len(own), minutes=minutes, tokens=tokens))
    return DataSummary(
        prepared=str(prepared.folder), front_end=prepared.front_end, symbols=len(prepared.symbols), shares=tuple(shares)
    )


def write_summary(run: Run, summary: DataSummary) -> None:
    """Keep a summary in the run's folder."""
    write_text(_place(run), msgspec.json.format(msgspec.json.encode(summary), indent=1).decode())


def read_summary(run: Run) -> DataSummary | None:
    """The summary kept, else one counted from the prepared folder, else None where that is gone."""
    try:
        return msgspec.json.decode(_place(run).read_bytes(), type=DataSummary)
    except (OSError, msgspec.MsgspecError):
        pass
    try:
        prepared = Prepared.load(run.settings.train.prepared)
    except GlowvoxError:
        return None
    return summarise(prepared, prepared.clips("train"), prepared.clips("val"))


def _place(run: Run) -> Path:
    return run.folder / "data.json"
