"""Reading the text files that hold tables and lists."""

from __future__ import annotations

from pathlib import Path

from glowvox.errors import InputError


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
