"""Letters aligned with phones by expectation maximisation: which phones each letter of a word stands for.

Each letter gives no, one or two phones, in order (the many-to-many aligner of Jiampojamarn et al. 2007, with one letter
on the left). Words of equal letter and phone counts are worked on together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST = 2  # phones of one letter


class Aligner:
    """Log-probabilities of the phones a letter gives, learned from pairs of letter ids and phone ids."""

    def __init__(self, letters: int, phones: int) -> None:
        self._phones = phones
        # one table for all chunk sizes: chunk 0 is silence, then single phones, then pairs
        self._log = np.zeros((letters, 1 + phones + phones * phones))
        self._log[:, 0] -= 2.0
        self._log[:, 1 + phones :] -= 6.0

    def fit(self, pairs: Sequence[tuple[Ints, Ints]], *, rounds: int) -> None:
        """Improve the tables by `rounds` passes of expectation maximisation."""
        groups = _groups(pairs)
        for _ in range(rounds):
            counts = np.full_like(self._log, 1e-3)
            for words, spoken, _ in groups:
                self._expect(words, spoken, counts)
            self._log = np.log(counts / counts.sum(axis=1, keepdims=True))

    def align(self, pairs: Sequence[tuple[Ints, Ints]]) -> list[list[int] | None]:
        """Number of phones of each letter in the likeliest alignment; None where a word has too many phones."""
        sizes: list[list[int] | None] = [None] * len(pairs)
        for words, spoken, places in _groups(pairs):
            for place, row in zip(places, self._best(words, spoken), strict=True):
                sizes[place] = row.tolist()
        return sizes

    def _scores(self, words: Ints, spoken: Ints) -> list[Floats]:
        """(N, L, P + 1 - k) log-probability that a letter gives the k phones starting at a place; k = 0, 1, 2."""
        letters = words[:, :, None]
        single = 1 + spoken
        pair = 1 + self._phones + spoken[:, :-1] * self._phones + spoken[:, 1:]
        none = np.zeros((len(words), spoken.shape[1] + 1), dtype=np.int64)
        return [self._log[letters, chunk[:, None, :]] for chunk in (none, single, pair)]

    def _expect(self, words: Ints, spoken: Ints, counts: Floats) -> None:
        scores = self._scores(words, spoken)
        count, letters = words.shape
        phones = spoken.shape[1]
        forward = np.full((letters + 1, count, phones + 1), -np.inf)
        backward = np.full_like(forward, -np.inf)
        forward[0, :, 0] = 0.0
        backward[letters, :, phones] = 0.0
        for place in range(letters):
            for size in range(min(MOST, phones) + 1):
                reach = forward[place, :, : phones + 1 - size] + scores[size][:, place]
                forward[place + 1, :, size:] = np.logaddexp(forward[place + 1, :, size:], reach)
        for place in range(letters - 1, -1, -1):
            for size in range(min(MOST, phones) + 1):
                reach = backward[place + 1, :, size:] + scores[size][:, place]
                backward[place, :, : phones + 1 - size] = np.logaddexp(backward[place, :, : phones + 1 - size], reach)
        total = forward[letters, :, phones][:, None]
        chunks = (
            np.zeros((count, phones + 1), dtype=np.int64),
            1 + spoken,
            1 + self._phones + spoken[:, :-1] * self._phones + spoken[:, 1:],
        )
        for place in range(letters):
            for size in range(min(MOST, phones) + 1):
                share = np.exp(
                    forward[place, :, : phones + 1 - size]
                    + scores[size][:, place]
                    + backward[place + 1, :, size:]
                    - total
                )
                where = np.broadcast_to(words[:, place, None], share.shape)
                np.add.at(counts, (where, chunks[size]), share)

    def _best(self, words: Ints, spoken: Ints) -> Ints:
        scores = self._scores(words, spoken)
        count, letters = words.shape
        phones = spoken.shape[1]
        best = np.full((count, phones + 1), -np.inf)
        best[:, 0] = 0.0
        sizes = np.zeros((letters, count, phones + 1), dtype=np.int64)
        for place in range(letters):
            reached = np.full((MOST + 1, count, phones + 1), -np.inf)
            for size in range(min(MOST, phones) + 1):
                reached[size, :, size:] = best[:, : phones + 1 - size] + scores[size][:, place]
            sizes[place] = reached.argmax(axis=0)
            best = reached.max(axis=0)
        path = np.zeros((count, letters), dtype=np.int64)
        at = np.full(count, phones)
        rows = np.arange(count)
        for place in range(letters - 1, -1, -1):
            path[:, place] = sizes[place, rows, at]
            at = at - path[:, place]
        return path


def _groups(pairs: Sequence[tuple[Ints, Ints]]) -> list[tuple[Ints, Ints, list[int]]]:
    """Words with equal counts of letters and of phones as matrices, with their places; those that cannot align go."""
    places = defaultdict(list)
    for place, (word, spoken) in enumerate(pairs):
        if 0 < len(spoken) <= MOST * len(word):
            places[len(word), len(spoken)].append(place)
    return [
        (np.stack([pairs[p][0] for p in group]), np.stack([pairs[p][1] for p in group]), group)
        for group in places.values()
    ]
