"""The pronouncing dictionary: CMUdict packed into sorted, compressed blocks, searched without being parsed.

magic, number of blocks n, length of the index        8 bytes, 2 × uint32
index      first word of each block, one a line       zlib
offsets    start of each block behind the table       (n + 1) × uint32
blocks     words, then their phones, both one a line   zlib
           a word: one character for the letters shared with the word before (front coding), then the others
           phones: one character each
"""

from __future__ import annotations

import os.path
import struct
import zlib
from bisect import bisect_right
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from glowvox.text.symbols import PHONES

MAGIC = b"GVLEX001"
BLOCK = 256  # words; larger blocks pack tighter and take longer to open
_HEAD = struct.Struct("<8sII")
_FIRST = 32  # character of the first phone and of zero shared letters: above the newlines between entries


class Lexicon:
    """Pronunciations of words, from the bytes that `pack` made."""

    def __init__(self, data: bytes) -> None:
        magic, blocks, index_size = _HEAD.unpack_from(data)
        if magic != MAGIC:
            raise ValueError(f"not a packed lexicon: it begins with {magic!r}, not {MAGIC!r}")
        start = _HEAD.size
        self._first_words = zlib.decompress(data[start : start + index_size]).split(b"\n")
        start += index_size
        self._offsets = struct.unpack_from(f"<{blocks + 1}I", data, start)
        self._blocks = memoryview(data)[start + 4 * (blocks + 1) :]
        self._open = lru_cache(maxsize=64)(self._read_block)

    def get(self, word: str) -> tuple[str, ...] | None:
        """Phones of a lower-case word, or None where the dictionary does not have it."""
        key = word.encode("utf-8")
        place = bisect_right(self._first_words, key) - 1
        if place < 0:
            return None
        phones = self._open(place).get(key)
        return None if phones is None else tuple(PHONES[byte - _FIRST] for byte in phones)

    def __contains__(self, word: str) -> bool:
        return self.get(word) is not None

    def words(self) -> list[str]:
        """Every word, in order of its bytes."""
        return [key.decode("utf-8") for place in range(len(self._first_words)) for key in self._read_block(place)]

    def _read_block(self, place: int) -> dict[bytes, bytes]:
        raw = zlib.decompress(self._blocks[self._offsets[place] : self._offsets[place + 1]])
        coded, phones = (column.split(b"\n") for column in raw.split(b"\0"))
        words, before = [], b""
        for entry in coded:
            before = before[: entry[0] - _FIRST] + entry[1:]
            words.append(before)
        return dict(zip(words, phones, strict=True))


def pack(entries: Mapping[str, tuple[str, ...]]) -> bytes:
    """The bytes of a lexicon; words must be lower-case and free of newlines."""
    codes = {phone: bytes([place + _FIRST]) for place, phone in enumerate(PHONES)}
    keyed = sorted((word.encode("utf-8"), b"".join(codes[p] for p in phones)) for word, phones in entries.items())
    first_words, blocks = [], []
    for start in range(0, len(keyed), BLOCK):
        part = keyed[start : start + BLOCK]
        first_words.append(part[0][0])
        blocks.append(zlib.compress(_block(part), 9))
    index = zlib.compress(b"\n".join(first_words), 9)
    offsets = [0]
    for block in blocks:
        offsets.append(offsets[-1] + len(block))
    table = struct.pack(f"<{len(offsets)}I", *offsets)
    return _HEAD.pack(MAGIC, len(blocks), len(index)) + index + table + b"".join(blocks)


def _block(part: list[tuple[bytes, bytes]]) -> bytes:
    coded, before = [], b""
    for word, _ in part:
        shared = len(os.path.commonprefix([word, before]))
        coded.append(bytes([shared + _FIRST]) + word[shared:])
        before = word
    return b"\n".join(coded) + b"\0" + b"\n".join(phones for _, phones in part)


@cache
def shipped() -> Lexicon:
    """CMUdict as it ships with the package (its licence: CMUDICT_LICENSE beside it)."""
    return Lexicon((Path(__file__).parent / "cmudict.bin").read_bytes())
