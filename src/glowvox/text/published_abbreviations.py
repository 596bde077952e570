"""The abbreviations that the published front ends read out; for imported models only."""

from __future__ import annotations

import re

_ABBREVIATIONS = [
    (re.compile(rf"\b{short}\.", re.IGNORECASE), long)
    for short, long in (
        ("mrs", "misess"),
        ("mr", "mister"),
        ("dr", "doctor"),
        ("st", "saint"),
        ("co", "company"),
        ("jr", "junior"),
        ("maj", "major"),
        ("gen", "general"),
        ("drs", "doctors"),
        ("rev", "reverend"),
        ("lt", "lieutenant"),
        ("hon", "honorable"),
        ("sgt", "sergeant"),
        ("capt", "captain"),
        ("esq", "esquire"),
        ("ltd", "limited"),
        ("col", "colonel"),
        ("ft", "fort"),
    )
]


def expand_abbreviations(text: str) -> str:
    """The text with those it knows in full, their full stops gone, whatever their case."""
    for short, long in _ABBREVIATIONS:
        text = short.sub(long, text)
    return text
