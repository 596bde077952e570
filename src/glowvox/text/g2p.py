"""Phones of words no dictionary has: a small recurrent network of ours, run in NumPy.

Each letter gives no, one or two phones. A bidirectional GRU reads the letters; a second GRU goes through them once
more, hears what it has said so far, and chooses what each letter says. The best of `BEAM` hypotheses wins. The weights
are made by `scripts/train_g2p.py`; matrices are stored as int8 with one scale a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
BEAM = 4


@dataclass(frozen=True, eq=False)
class Gru:
    """Weights of one gated recurrent unit; the gates are stacked reset, update, candidate.

    from_input  (3 H, D)    from_state  (3 H, H)
    input_bias  (3 H,)      state_bias  (3 H,)
    """

    from_input: Floats
    from_state: Floats
    input_bias: Floats
    state_bias: Floats

    def advance(self, drive: Floats, state: Floats) -> Floats:
        """One step for a batch of states: `drive` (N, 3 H) is the input through `from_input`, state is (N, H)."""
        width = state.shape[-1]
        recall = state @ self.from_state.T + self.state_bias
        gates = _sigmoid(drive[..., : 2 * width] + recall[..., : 2 * width])
        reset, update = gates[..., :width], gates[..., width:]
        candidate = np.tanh(drive[..., 2 * width :] + reset * recall[..., 2 * width :])
        return (1 - update) * candidate + update * state

    def run(self, inputs: Floats) -> Floats:
        """States (T, H) along the inputs (T, D)."""
        drive = inputs @ self.from_input.T + self.input_bias
        state = np.zeros(self.from_state.shape[1], np.float32)
        states = np.empty((len(inputs), len(state)), np.float32)
        for step in range(len(inputs)):
            state = self.advance(drive[step], state)
            states[step] = state
        return states


@dataclass(frozen=True, eq=False)
class Network:
    """Letters to phones.

    letters        the letters it can read, in id order
    labels         what one letter may say, in id order
    letter_table   (letters, D)        label_table    (labels + 1, E), the last row opens a word
    encoder        pairs of forward and backward layers
    output         (labels, H + 2 C)   output_bias    (labels,)
    """

    letters: str
    labels: tuple[tuple[str, ...], ...]
    letter_table: Floats
    label_table: Floats
    encoder: tuple[tuple[Gru, Gru], ...]
    decoder: Gru
    output: Floats
    output_bias: Floats

    def phones(self, word: str) -> tuple[str, ...]:
        """Phones with stress of a lower-case word; letters the network cannot read are left out."""
        ids = [self.letters.index(letter) for letter in word if letter in self.letters]
        if not ids:
            return ()
        return self._spell(self._encode(ids))

    def _encode(self, ids: list[int]) -> Floats:
        states = self.letter_table[ids]
        for forward, backward in self.encoder:
            states = np.concatenate([forward.run(states), backward.run(states[::-1])[::-1]], axis=1)
        return states

    def _spell(self, encoded: Floats) -> tuple[str, ...]:
        """Beam search over labels, one a letter."""
        context = encoded.shape[1]
        drive = encoded @ self.decoder.from_input[:, :context].T + self.decoder.input_bias
        from_label = self.label_table @ self.decoder.from_input[:, context:].T
        wanted = encoded @ self.output[:, -context:].T + self.output_bias
        states = np.zeros((1, self.decoder.from_state.shape[1]), np.float32)
        chosen = np.full((1, 1), len(self.labels))
        scores = np.zeros((1, 1), np.float32)
        for step in range(len(encoded)):
            states = self.decoder.advance(drive[step] + from_label[chosen[:, -1]], states)
            options = scores + _log_softmax(states @ self.output[:, :-context].T + wanted[step])
            best = np.argsort(-options, axis=None, kind="stable")[:BEAM]
            rows, labels = np.divmod(best, len(self.labels))
            states, scores = states[rows], options.reshape(-1)[best][:, None]
            chosen = np.concatenate([chosen[rows], labels[:, None]], axis=1)
        return tuple(phone for label in chosen[0, 1:] for phone in self.labels[label])


def load(path: Path) -> Network:
    """The network in a file written by `scripts/train_g2p.py`."""
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)

    def weight(name: str) -> Floats:
        stored = arrays[name]
        scale = arrays.get(f"{name}.scale")
        return np.asarray(stored, np.float32) if scale is None else (stored * scale[:, None]).astype(np.float32)

    def gru(name: str) -> Gru:
        return Gru(*(weight(f"{name}.{part}") for part in ("from_input", "from_state", "input_bias", "state_bias")))

    layers = len({name.split(".")[1] for name in arrays if name.startswith("encoder.")})
    return Network(
        letters=str(arrays["letters"]),
        labels=tuple(tuple(label.split()) for label in str(arrays["labels"]).split(",")),
        letter_table=weight("letter_table"),
        label_table=weight("label_table"),
        encoder=tuple((gru(f"encoder.{n}.forward"), gru(f"encoder.{n}.backward")) for n in range(layers)),
        decoder=gru("decoder"),
        output=weight("output"),
        output_bias=weight("output_bias"),
    )


@cache
def shipped() -> Network:
    """The network that ships with the package."""
    return load(Path(__file__).parent / "g2p.npz")


def _sigmoid(x: Floats) -> Floats:
    half: Floats = np.float32(0.5) * (np.tanh(np.float32(0.5) * x) + np.float32(1))
    return half


def _log_softmax(x: Floats) -> Floats:
    x = x - x.max(axis=-1, keepdims=True)
    logs: Floats = x - np.log(np.exp(x).sum(axis=-1, keepdims=True))
    return logs
