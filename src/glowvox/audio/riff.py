"""The head of a 16-bit mono WAV file, with the mark that speech is synthetic."""

from __future__ import annotations

import struct

MARK = "synthetic: glowvox"
UNKNOWN = 0xFFFFFFFF  # the size of sound that goes down a pipe and is not known yet
LARGEST = UNKNOWN - 1024  # bytes of sound that a WAV file can hold


def wav_header(sample_rate: int, size: int | None, *, synthetic: bool) -> bytes:
    """Everything before the samples: format, the mark as a comment (LIST INFO ICMT), and the head of the data.

    sample_rate  Hz
    size         bytes of sound to come; None where it is not known
    synthetic    whether the comment says so
    """
    form = struct.pack("<HHIIHH", 1, 1, sample_rate, 2 * sample_rate, 2, 16)
    chunks = _chunk(b"fmt ", form)
    if synthetic:
        chunks += _chunk(b"LIST", b"INFO" + _chunk(b"ICMT", MARK.encode("ascii") + b"\0"))
    known = size is not None and size <= LARGEST
    total = 4 + len(chunks) + 8 + size if known and size is not None else UNKNOWN
    data = size if known and size is not None else UNKNOWN
    return struct.pack("<4sI4s", b"RIFF", total, b"WAVE") + chunks + struct.pack("<4sI", b"data", data)


def _chunk(name: bytes, content: bytes) -> bytes:
    """A RIFF chunk; content of an odd length is padded by one byte that does not count."""
    return struct.pack("<4sI", name, len(content)) + content + b"\0" * (len(content) % 2)
