"""Files that are whole or not there."""

from __future__ import annotations

import os
from pathlib import Path


def write_bytes(path: Path, blob: bytes) -> None:
    """Write a file under another name in its folder, then rename it."""
    draft = path.with_name(f".{path.name}.writing")
    try:
        draft.write_bytes(blob)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """`write_bytes` of UTF-8 text."""
    write_bytes(path, text.encode())
