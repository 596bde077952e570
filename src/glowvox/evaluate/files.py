"""Writing a text file so that it appears whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from glowvox.errors import GlowvoxError, InputError


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 under a temporary name in the same folder, then rename.

    raises  GlowvoxError naming the file: no such folder, no permission, no room
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise GlowvoxError(
            f"{path}: cannot write: {error.strerror}", hint="does the folder exist, with room?"
        ) from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except OSError as error:
        raise GlowvoxError(f"{path}: cannot write: {error.strerror}", hint="is the disk full?") from None
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def read_text(path: Path, *, what: str) -> str:
    """A UTF-8 file, with or without a byte-order mark; `what` says in the message what the file was to be.

    raises  InputError naming the file: missing, unreadable, not UTF-8
    """
    try:
        return path.read_bytes().decode("utf-8-sig")  # line ends as they are
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: not UTF-8 at byte {error.start}", hint=f"convert the {what} to UTF-8 and try again"
        ) from None
    except OSError as error:
        raise InputError(f"{path}: cannot read the {what}: {error.strerror}") from None
