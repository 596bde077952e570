"""The settings files of published models: JSON with comments and trailing commas, as their own readers allow."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from glowvox.errors import ConfigError

# a string, which may hold what looks like a comment; a comment; a comma that nothing follows
_LOOSE = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/|,(?=(?:\s|//[^\n]*|/\*.*?\*/)*[}\]])', re.DOTALL)


def read_json(path: Path, *, expected: str = "settings by name") -> dict[str, Any]:
    """The one table that a file holds.

    expected  what it should hold, for the message about a file that holds something else
    raises    ConfigError naming the file
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid JSON: {error}") from None
    try:
        table = _loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not valid JSON: {error}") from None
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: holds a {type(table).__name__}, expected {expected}")
    return table


def _loads(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(_LOOSE.sub(lambda match: match[1] or "", text))
