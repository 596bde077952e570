"""Who speaks: a name, or several names and how much of each."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt

from glowvox.config import near
from glowvox.errors import CheckpointError, UsageError

Floats = npt.NDArray[np.float32]


class Speakers:
    """The speakers of a voice by name, and the vectors that its graphs know them by.

    vectors  (S, G), or None where there is one speaker and the graphs ask for none
    unit     whether vectors are of unit length, and blends are brought back to it
    """

    def __init__(self, names: tuple[str, ...], vectors: Floats | None, *, unit: bool = True) -> None:
        if vectors is not None and (vectors.ndim != 2 or len(vectors) != len(names)):
            raise CheckpointError(
                f"speakers.npy: shape {vectors.shape}: expected a row for each of {len(names)} speakers"
            )
        self.names = names
        self._vectors = vectors
        self._unit = unit

    def vector(self, wanted: str | None) -> Floats | None:
        """What the graphs are given for a name or a blend of names.

        returns  (1, G), or None where there is one speaker
        raises   UsageError for a name that is not there, with the nearest, and for shares that cannot be
        """
        shares = self._shares(wanted)
        if self._vectors is None:
            return None
        mixed = shares @ self._vectors.astype(np.float64)
        length = float(np.linalg.norm(mixed)) if self._unit else float(shares.sum())
        if length < 1e-6:
            raise UsageError(f"speaker '{wanted}': these speakers cancel each other out; take other shares")
        return (mixed / length).astype(np.float32)[None]

    def _shares(self, wanted: str | None) -> npt.NDArray[np.float64]:
        """How much of each speaker."""
        shares = np.zeros(len(self.names))
        if wanted is None:
            shares[0] = 1.0
        elif wanted in self.names:
            shares[self.names.index(wanted)] = 1.0
        else:
            for part in wanted.split(","):
                name, _, share = part.rpartition(":") if ":" in part else (part, "", "1")
                shares[self._place(name.strip())] += _share(share, wanted)
        if not shares.sum() > 0:
            raise UsageError(f"speaker '{wanted}': the shares must add up to more than 0")
        return shares

    def _place(self, name: str) -> int:
        if name not in self.names:
            close = near(name, self.names)
            listed = f"; known: {', '.join(self.names)}" if close.startswith("; did") else ""
            raise UsageError(f"no speaker '{name}' in this voice{close}{listed}")
        return self.names.index(name)


def _share(text: str, wanted: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share < float("inf"):
        raise UsageError(f"speaker '{wanted}': '{text}' is no share", hint="write a blend as anna:0.6,ben:0.4")
    return share


def read_vectors(content: bytes, *, name: str = "speakers.npy") -> Floats:
    """The content of an array's file, which errors call by its name.

    raises  CheckpointError if it is no array of numbers
    """
    try:
        found = np.load(io.BytesIO(content), allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise CheckpointError(f"{name}: {error}") from None
    vectors: Floats = found.astype(np.float32)
    return vectors
