"""How fast something speaks, measured side by side on a machine that may be busy.

Rounds are interleaved, so that whatever else runs hits all alike, and the processor time of this process is counted,
not the clock. Medians are told, and the least, which a busy neighbour disturbs least.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from glowvox.audio.wave import Audio
from glowvox.errors import UsageError

_PARAGRAPH = (
    "The lighthouse keeper counted seven ships before breakfast. By noon the fog had come down over the harbour, and "
    "nobody could see the end of the pier. He lit the lamp early, wound the great clock, and wrote a few lines in the "
    "book that lay open on the table. When the wind turned, he heard a bell far out on the water, then a second one, "
    "closer than the first. He put on his coat and went down the ninety steps with a lantern in his hand. On the beach "
    "two boys were pulling a small boat over the stones. They said that the ferry had missed the channel, and that its "
    "captain was asking for a light. So he walked out along the wall, as far as it goes, and held the lantern up until "
    "the grey shape of the ship came slowly past him and found the way in. Afterwards the captain sent him a basket of "
    "oranges, and a letter that he kept for many years."
)

PASSAGES: Mapping[str, str] = {
    "1 s": "Good morning to you.",
    "2 s": "The tide turned a little before noon.",
    "6 s": "The lighthouse keeper counted seven ships before breakfast, and then he went back to his book.",
    "20 s": _PARAGRAPH[: _PARAGRAPH.index(" He put on his coat")],
    "1 min": _PARAGRAPH,
    "5 min": "\n\n".join([_PARAGRAPH] * 6),
}
QUICK = ("2 s", "6 s", "20 s")
UNIT = "6 s"  # that the others are held against


class Pace(msgspec.Struct, frozen=True):
    """What one passage cost one speaker; times in seconds.

    seconds  of audio that came out
    cpu_s    processor time of the process, median of the rounds
    least_s  the least of them
    wall_s   time on the clock, median
    """

    speaker: str
    passage: str
    characters: int
    seconds: float
    cpu_s: float
    least_s: float
    wall_s: float
    rounds: int

    @property
    def rtf(self) -> float:
        """Real-time factor: processor seconds a second of audio."""
        return self.cpu_s / self.seconds

    @property
    def least_rtf(self) -> float:
        """The real-time factor of the best round."""
        return self.least_s / self.seconds


Say = Callable[[str], Audio]


def paces(
    speakers: Mapping[str, Say], passages: Mapping[str, str], *, rounds: int
) -> tuple[list[Pace], dict[tuple[str, str], Audio]]:
    """Let every speaker say every passage `rounds` times, in turn, after once that does not count.

    returns  a row for each passage and speaker; and the sound that was counted, by (speaker, passage)
    raises   UsageError where a speaker says nothing, which has no pace
    """
    cpu: dict[tuple[str, str], list[float]] = {}
    wall: dict[tuple[str, str], list[float]] = {}
    sound: dict[tuple[str, str], Audio] = {}
    for turn in range(rounds + 1):
        for passage, text in passages.items():
            for name, say in speakers.items():
                began, ticks = time.perf_counter(), time.process_time()
                sound[name, passage] = say(text)
                if turn:
                    cpu.setdefault((name, passage), []).append(time.process_time() - ticks)
                    wall.setdefault((name, passage), []).append(time.perf_counter() - began)
    rows = []
    for (name, passage), audio in sound.items():
        if not len(audio):
            raise UsageError(f"{name} said nothing for '{passages[passage]}'")
        spent = cpu[name, passage]
        middle, clock = statistics.median(spent), statistics.median(wall[name, passage])
        length = len(passages[passage])
        rows.append(Pace(name, passage, length, audio.seconds, middle, min(spent), clock, rounds))
    return rows, sound


def first_piece_s(
    stream: Callable[[str], Iterable[Audio]],
    text: str,
    *,
    rounds: int,
    clock: Callable[[], float] = time.perf_counter,
) -> list[float]:
    """Time until the first sound is there, warm; one value a round.

    clock  what tells it; `time.process_time` for that of the processor
    """
    found = []
    for turn in range(rounds + 1):
        began = clock()
        pieces = iter(stream(text))
        next(piece for piece in pieces if len(piece))
        if turn:
            found.append(clock() - began)
        close = getattr(pieces, "close", None)
        if close is not None:
            close()
    return found


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Lines of cells side by side; the first column to the left, the others to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = []
    for row in rows:
        first, *others = row
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
