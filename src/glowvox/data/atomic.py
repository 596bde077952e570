"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from glowvox.errors import GlowvoxError


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A stream whose content takes the file's place when the block ends well; otherwise the old file stays.

    raises  GlowvoxError when the folder is read-only, missing or full
    """
    name = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        with os.fdopen(handle, "wb") as stream:
            yield stream
        os.chmod(name, 0o644)
        os.replace(name, path)
    except OSError as error:
        raise unwritable(path, error) from None
    finally:
        if name is not None:
            with suppress(OSError):
                os.unlink(name)


def unwritable(path: Path, error: OSError) -> GlowvoxError:
    """The error for a place that is full or cannot be written."""
    return GlowvoxError(
        f"{path}: cannot write: {error.strerror or error}",
        hint="make room or choose another folder; the same command goes on where it stopped",
    )
