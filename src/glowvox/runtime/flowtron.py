"""Symbols → mel by a Flowtron: the encoder graph once, then a graph a frame for each step of flow (Valle et al. 2020).

The last step of flow is undone first. It has the gate, so it decides how long the phrase is; with two steps it goes
from the end of the phrase to its start. The first step is undone last and goes onward in time: its frames can be heard
while it runs.

Faster or slower than by itself, it reads the phrase twice: once to find its way, without a style, then along that way,
stretched.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from glowvox.audio.noise import draw_from, stream_of
from glowvox.errors import UsageError
from glowvox.runtime.acoustic import Reading
from glowvox.runtime.bundle import FlowtronVoice
from glowvox.runtime.manner import Manner
from glowvox.runtime.reading_order import frames_read
from glowvox.runtime.rendering import Rendered
from glowvox.runtime.retiming import Counts, at_speed, even_places, places_between, stretched
from glowvox.runtime.session import Floats, Session
from glowvox.runtime.style import centres

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Undone:
    """One frame behind one step of flow."""

    x: Floats  # (1, M)
    attention: Floats  # (1, N)
    gate: float  # probability that this is the last frame; 0 where the step has no gate


class StepLoop:
    """One step of flow on its way through a phrase.

    given  what it sees of the text
    """

    def __init__(self, graph: Session, given: dict[str, Floats], settings: FlowtronVoice) -> None:
        self._graph, self._given = graph, given
        self._hidden = self._cell = np.zeros((settings.states, settings.hidden), np.float32)
        self._seen = np.zeros((2, len(given["value"])), np.float32)
        self._untold = {"told": np.zeros((1, len(given["value"])), np.float32)} if settings.told else {}

    def frame(self, previous: Floats, residual: Floats, told: Floats | None = None) -> Undone:
        """The next frame.

        previous  (1, M)  the frame before; zeros in front of the first
        residual  (1, M)  what is to be undone
        told      (1, N)  attention to read along; None lets it find its own
        """
        state = {"hidden": self._hidden, "cell": self._cell, "seen": self._seen}
        state |= self._untold if told is None else {"told": told}
        found = self._graph.run({"previous": previous, "residual": residual, **self._given, **state})
        attention = found["attention"]
        self._hidden, self._cell = found["next_hidden"], found["next_cell"]
        self._seen = np.concatenate([self._seen[:1] + attention, attention])
        return Undone(found["x"], attention, float(found["gate"][0, 0]) if "gate" in found else 0.0)


class Flowtron:
    """The graphs of a Flowtron.

    steps     a graph for each step of flow, in their order from mel to noise
    bands     mel bands M
    prior     (2, K, M)  means and standard deviations of K Gaussians of equal weight, or None for the standard one
    """

    def __init__(
        self, encoder: Session, steps: Sequence[Session], settings: FlowtronVoice, *, bands: int, prior: Floats | None
    ) -> None:
        self._encoder, self._steps, self._settings = encoder, steps, settings
        self._bands, self._prior = bands, prior
        self.flows = len(steps)

    def require(self, manner: Manner) -> None:
        """Refuse what these graphs cannot do.

        raises  UsageError
        """
        pace = 1.0 if manner.style is None else manner.style.settings.pace
        if not self._settings.told and (manner.durations is not None or manner.speed * pace != 1):
            raise UsageError(
                f"speed = {manner.speed * pace:.3g}, or durations: the graphs of this voice find their own pace only",
                hint="they were exported by an earlier glowvox; export the voice again",
            )

    def render(self, ids: list[int], reading: Reading, lasting: Callable[[Counts], Counts] | None = None) -> Rendered:
        """A phrase whose last pass is made as far as its frames are looked at.

        ids      of its symbols, at least one
        lasting  gives the frames that each symbol is to have (N,), of those it would have (N,)
        """
        memory, retold = self.read(ids, reading), lasting is not None or reading.speed != 1
        y, attention = self.begin(memory, replace(reading, style=None) if retold else reading)
        frames, told = _retold(attention, reading.speed, lasting) if retold else (frames_read(attention), None)
        if told is not None:
            y = self.noise(len(ids), reading, frames=len(told))[:: -1 if self.flows % 2 == 0 else 1]
            y = self.whole(self.flows - 1, y, memory, told)
        for number in range(self.flows - 2, 0, -1):
            y = self.whole(number, y, memory, told)
        if self.flows == 1:
            return Rendered(frames, y)
        return Rendered(frames, _Unfolding((made.x for made in self.undo(0, y, memory, told)), y))

    def read(self, ids: list[int], reading: Reading) -> dict[str, Floats]:
        """The text as the steps see it: keys and values of each by name."""
        speaker = {} if reading.vector is None else {"speaker": reading.vector}
        found = self._encoder.run({"ids": np.array([ids], np.int64), **speaker})
        return {**found, "temperature": np.array([reading.temperature], np.float32)}

    def begin(self, memory: dict[str, Floats], reading: Reading) -> tuple[Floats, Floats]:
        """Undo the last step of flow until its gate says that all is said, or there is no more room.

        returns  (T, M) and attention (T, N), in real time
        """
        number = self.flows - 1
        gate = self._settings.gate if reading.gate is None or self._settings.gate is None else reading.gate
        tokens = len(memory["value0"])
        rows, looks = [], []
        ended = gate is None
        for made in self.undo(number, self.noise(tokens, reading), memory, onward=True):
            rows.append(made.x)
            looks.append(made.attention)
            if gate is not None and made.gate > gate:
                ended = True
                break
        if not ended:
            log.warning(
                "reached the greatest length of %d frames for %d symbols before the gate said that the text was over; "
                "speech may repeat itself or break off",
                len(rows),
                tokens,
            )
        turn = -1 if number % 2 else 1
        return np.concatenate(rows)[::turn], np.concatenate(looks)[::turn]

    def undo(
        self,
        number: int,
        y: Floats,
        memory: dict[str, Floats],
        told: Floats | None = None,
        *,
        onward: bool = False,
    ) -> Iterator[Undone]:
        """Frames behind one step of flow as they are made, in its own order.

        y       (T, M)  in real time; in the step's own order where it is `onward`
        told    (T, N)  attention to read along, likewise; None lets it find its own
        """
        turn = 1 if onward or number % 2 == 0 else -1
        loop = self.loop(number, memory)
        previous = np.zeros((1, self._bands), np.float32)
        looks = [None] * len(y) if told is None else [row[None] for row in told[::turn]]
        for row, look in zip(y[::turn], looks, strict=True):
            made = loop.frame(previous, row[None], look)
            previous = made.x
            yield made

    def loop(self, number: int, memory: dict[str, Floats]) -> StepLoop:
        """One step of flow before its first frame."""
        return StepLoop(self._steps[number], _of(number, memory), self._settings)

    def whole(self, number: int, y: Floats, memory: dict[str, Floats], told: Floats | None = None) -> Floats:
        """All frames behind a step, (T, M) in real time."""
        rows = np.concatenate([made.x for made in self.undo(number, y, memory, told)])
        return rows[::-1] if number % 2 else rows

    def noise(self, tokens: int, reading: Reading, *, frames: int | None = None) -> Floats:
        """What the last step begins with, in its own order (T, M): the first draw is of the first frame it makes.

        frames  T; None is the room that a phrase of so many tokens has
        """
        frames = self._settings.room + self._settings.room_per_token * tokens if frames is None else frames
        stream = stream_of(reading.seed)
        turn = -1 if self.flows % 2 == 0 else 1
        mean, spread = centres(reading.style, frames, self._bands)[::turn], np.float32(reading.variation)
        if self._prior is not None and reading.style is None:
            count = self._prior.shape[1]
            number = int(stream.choice(count, p=np.full(count, 1 / count)))
            mean, spread = self._prior[0, number], spread * self._prior[1, number]
        noise: Floats = mean + spread * draw_from(stream, (frames, self._bands))
        return noise


class _Unfolding:
    """Frames that are made when somebody looks at them.

    rows   the frames in order
    like   (T, M)  as many
    """

    def __init__(self, rows: Iterator[Floats], like: Floats) -> None:
        self._rows, self._made = rows, np.empty_like(like)
        self._done = 0

    def __len__(self) -> int:
        return len(self._made)

    def __getitem__(self, wanted: slice, /) -> Floats:
        stop = wanted.indices(len(self))[1]
        while self._done < stop:
            self._made[self._done] = next(self._rows)[0]
            self._done += 1
        return self._made[wanted]


def _retold(attention: Floats, speed: float, lasting: Callable[[Counts], Counts] | None) -> tuple[Counts, Floats]:
    """Frames of each symbol in the time that is wanted (N,), and the attention (T', N) that keeps to it.

    attention  (T, N)
    """
    if lasting is not None:
        counts = frames_read(attention)
        wanted = lasting(at_speed(counts, speed))
        if not wanted.sum():
            wanted[-1] = 1
        return wanted, stretched(attention, places_between(counts, wanted))
    told = stretched(attention, even_places(len(attention), max(1, round(len(attention) / speed))))
    return frames_read(told), told


def _of(number: int, memory: dict[str, Floats]) -> dict[str, Floats]:
    """What one step is given of the text."""
    names = {f"key{number}": "key", f"value{number}": "value", "text": "text", "temperature": "temperature"}
    return {names[name]: values for name, values in memory.items() if name in names}
