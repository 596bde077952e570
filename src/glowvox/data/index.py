"""The files of a prepared folder, each written whole or not at all, and the same bytes for the same content."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from glowvox.config import dumps
from glowvox.data.clip import Features, mel_path
from glowvox.data.corpus import Corpus
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.prepared import Row, Settled
from glowvox.data.problem import LeftOut
from glowvox.data.splits import SPLITS
from glowvox.data.utterance import Utterance
from glowvox.files import replacing
from glowvox.text.symbols import Symbols

if TYPE_CHECKING:
    from glowvox.text.frontend import FrontEnd


@dataclass(frozen=True, slots=True)
class Summary:
    """What a prepared folder holds.

    clips, minutes  by split
    cut_frames      dropped from clips of odd length
    cut_clips       clips that lost a frame
    left_out        clips that are not used, by kind of reason
    """

    clips: dict[str, int]
    minutes: dict[str, float]
    speakers: tuple[str, ...]
    symbols: int
    cut_frames: int
    cut_clips: int
    left_out: dict[str, int]


def write_index(
    out: Path,
    corpus: Corpus,
    utterances: Sequence[Utterance],
    features: Mapping[str, Features],
    left_out: Sequence[LeftOut],
    config: PrepareConfig,
    front_end: FrontEnd,
) -> Summary:
    """Write `left_out.jsonl`, `prepared.toml` and, last, `index.jsonl`."""
    symbols = _inventory(front_end.symbols, [features[u.id].symbols for u in utterances])
    split_of = corpus.split_of
    rows = [_row(u, features[u.id], split_of[u.id], symbols, config) for u in utterances]
    settled = Settled(
        front_end=front_end.name,
        front_end_version=front_end.version,
        symbols=symbols.names,
        speakers=tuple(dict.fromkeys(utterance.speaker for utterance in corpus.utterances)),
        frame_multiple=config.frame_multiple,
        mel=config.mel,
        sound=config.sound,
    )
    _write(out / "left_out.jsonl", _lines(entry.plain() for entry in left_out))
    _write(out / "prepared.toml", dumps(settled).encode())
    _write(out / "index.jsonl", _lines(rows))
    cuts = [features[u.id].cut for u in utterances]
    by_split = {split: [row.seconds for row in rows if row.split == split] for split in SPLITS}
    return Summary(
        clips={split: len(seconds) for split, seconds in by_split.items()},
        minutes={split: round(sum(seconds) / 60, 2) for split, seconds in by_split.items()},
        speakers=settled.speakers,
        symbols=len(symbols),
        cut_frames=sum(cuts),
        cut_clips=sum(cut > 0 for cut in cuts),
        left_out=dict(Counter(entry.kind for entry in left_out).most_common()),
    )


def _inventory(symbols: Symbols, sequences: Sequence[Sequence[str]]) -> Symbols:
    """The front end's symbols and, where its inventory comes from the corpus, those the clips brought, in order."""
    used = {name for names in sequences for name in names}
    return Symbols((*symbols.names, *sorted(used.difference(symbols.names))))


def _row(utterance: Utterance, features: Features, split: str, symbols: Symbols, config: PrepareConfig) -> Row:
    return Row(
        id=utterance.id,
        speaker=utterance.speaker,
        language=utterance.language,
        split=split,
        text=utterance.text,
        symbols=features.symbols,
        ids=symbols.encode(features.symbols),
        frames=features.frames,
        seconds=round(features.frames * config.mel.hop / config.mel.sample_rate, 3),
        mel=mel_path(features.sound),
    )


def _lines(entries: Iterable[Row | dict[str, str | int | None]]) -> bytes:
    return msgspec.json.Encoder().encode_lines(entries)


def _write(path: Path, content: bytes) -> None:
    with replacing(path) as stream:
        stream.write(content)
