"""Files that appear whole or not at all."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from glowvox.errors import GlowvoxError

if TYPE_CHECKING:
    import numpy.typing as npt


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A stream whose content takes the file's place when the block ends well; otherwise the old file stays.

    raises  GlowvoxError when the folder is read-only, missing or full
    """
    if path.exists() and not path.is_file():
        raise GlowvoxError(f"{path}: cannot write: it is a folder or a device", hint="give the name of a file")
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


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file.

    raises  GlowvoxError when the folder is read-only, missing or full
    """
    with replacing(path) as stream:
        stream.write(content)


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 file.

    raises  GlowvoxError when the folder is read-only, missing or full
    """
    write_bytes(path, text.encode("utf-8"))


def array_bytes(values: npt.NDArray[Any]) -> bytes:
    """The content of a .npy file; np.save into a file on a full disk does not say that it is full."""
    import numpy as np

    content = io.BytesIO()
    np.save(content, values, allow_pickle=False)
    return content.getvalue()


def write_array(path: Path, values: npt.NDArray[Any]) -> None:
    """Write a .npy file.

    raises  GlowvoxError when the folder is read-only, missing or full
    """
    write_bytes(path, array_bytes(values))


def unwritable(path: Path, error: OSError) -> GlowvoxError:
    """The error for a place that is full or cannot be written."""
    hint = (
        "make the folder first"
        if isinstance(error, FileNotFoundError)
        else "make room, then give the same command again"
    )
    return GlowvoxError(f"{path}: cannot write: {error.strerror or error}", hint=hint)
