"""One line of a golden check."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Result(NamedTuple):
    """What became of one stored tensor."""

    tensor: str
    status: Literal["ok", "departed", "skipped", "failed"]
    detail: str
