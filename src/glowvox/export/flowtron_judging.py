"""What eight bits do to a Flowtron: sentences followed frame by frame, one graph at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from glowvox.export.gate import frame_distortion, mean_shift
from glowvox.runtime.acoustic import Reading
from glowvox.runtime.bundle import ENCODER, VoiceSettings, step_name
from glowvox.runtime.flowtron import Flowtron
from glowvox.runtime.session import Floats
from glowvox.runtime.voice import acoustic_of


@dataclass(frozen=True)
class _Said:
    """A phrase as the voice in full says it, all in real time."""

    ids: list[int]
    reading: Reading
    between: tuple[Floats, ...]  # (T, M) each: the mel, what lies between two steps, the noise


class FlowtronReadings:
    """Phrases said by a Flowtron in full, to hold others against.

    files  of the voice, its graphs in full
    asked  ids of each phrase and how to read it
    """

    def __init__(
        self, settings: VoiceSettings, files: Mapping[str, bytes], asked: Iterable[tuple[list[int], Reading]]
    ) -> None:
        self._settings, self._files = settings, files
        full = self._model(files)
        self._said = [_Said(ids, reading, _through(full, ids, reading)) for ids, reading in asked]

    @property
    def mels(self) -> list[Floats]:
        """What the voice in full makes of the phrases, (T, M) each."""
        return [said.between[0] for said in self._said]

    def apart(self, graph: str, blob: bytes) -> tuple[float, float]:
        """Distortion at the frames of the voice in full, and by how much the lengths themselves change.

        Every frame is told what was said in full before it: left to themselves two readings of the same noise drift
        apart, and nothing would be learnt of the graph.
        """
        changed = self._model({**self._files, graph: blob})
        distortions, before, after = [], [], []
        for said in self._said:
            mel = _followed(changed, said)
            distortions.append(frame_distortion(said.between[0], mel, self._settings.mel))
            if graph in (ENCODER, step_name(changed.flows - 1)):
                before.append(np.array([len(mel)]))
                after.append(np.array([len(changed.begin(changed.read(said.ids, said.reading), said.reading)[0])]))
        return float(np.mean(distortions)), mean_shift(before, after)

    def _model(self, files: Mapping[str, bytes]) -> Flowtron:
        model = acoustic_of(self._settings, files)
        assert isinstance(model, Flowtron)
        return model


def _through(model: Flowtron, ids: list[int], reading: Reading) -> tuple[Floats, ...]:
    """A phrase from noise to mel, with all that lies between, (T, M) each; the mel comes first."""
    memory = model.read(ids, reading)
    y, _ = model.begin(memory, reading)
    turn = -1 if model.flows % 2 == 0 else 1
    found = [y, model.noise(len(memory["value0"]), reading)[: len(y)][::turn]]
    for number in range(model.flows - 2, -1, -1):
        found.insert(0, model.whole(number, found[0], memory))
    return tuple(found)


def _followed(model: Flowtron, said: _Said) -> Floats:
    """The mel of a phrase where every frame knows what the voice in full said before it (T, M)."""
    memory = model.read(said.ids, said.reading)
    y = said.between[-1]
    for number in range(model.flows - 1, -1, -1):
        turn = -1 if number % 2 else 1
        told = np.concatenate([np.zeros_like(y[:1]), said.between[number][::turn][:-1]])
        loop = model.loop(number, memory)
        rows = [loop.frame(before[None], row[None]).x for before, row in zip(told, y[::turn], strict=True)]
        y = np.concatenate(rows)[::turn]
    return y
