"""Times of day."""

from __future__ import annotations

import re

from glowvox.text.normal.full_stops import end_of_short
from glowvox.text.normal.reading import Pattern, Reading, Rule, Said, letters, spoken
from glowvox.text.numbers import cardinal, decimal

_HALF = r"(?P<half>[ap]\.?[ ]?m\b\.?)"


def _minutes(minutes: int) -> str:
    return f"oh {cardinal(minutes)}" if minutes < 10 else cardinal(minutes)


def _clock(hours: int, minutes: int, *, half: bool) -> str:
    """Hours and minutes: 9:00 "nine o'clock", 10:05 "ten oh five", 14:00 "fourteen hundred"."""
    if minutes:
        return f"{cardinal(hours)} {_minutes(minutes)}"
    if half:
        return cardinal(hours)
    if hours == 0 or hours == 24:
        return "midnight"
    return f"{cardinal(hours)} o'clock" if hours <= 12 else f"{cardinal(hours)} hundred"


def _half(match: re.Match[str]) -> list[Said]:
    return letters(match["half"]) if match["half"] else []


def _time(match: re.Match[str]) -> Reading | None:
    hours, minutes = int(match["hours"]), int(match["minutes"])
    words = spoken(_clock(hours, minutes, half=bool(match["half"] or match["seconds"])))
    if match["seconds"]:
        if not minutes:
            words += spoken("zero")
        seconds = decimal(match["seconds"].lstrip("0") or "0")
        words += spoken(f"and {seconds} {'second' if seconds == 'one' else 'seconds'}")
    return Reading(words + _half(match), end_of_short(match))


def _hour(match: re.Match[str]) -> Reading:
    return Reading(spoken(cardinal(int(match["hours"]))) + _half(match), end_of_short(match))


def _between(match: re.Match[str]) -> Reading | None:
    """From one time to another; two bare numbers are no times."""
    if not match["half"] and not (match["m1"] and match["m2"]):
        return None
    if not match["m1"] and int(match["h1"]) > 12:
        return None
    first, last = (_clock(int(match[h]), int(match[m] or 0), half=True) for h, m in (("h1", "m1"), ("h2", "m2")))
    half = letters(match["half1"] or "")
    return Reading([*spoken(first), *half, *spoken(f"to {last}"), *_half(match)], end_of_short(match))


_HOURS = r"[01]?\d|2[0-4]"
TIME = Rule(
    "time",
    Pattern(
        rf"(?P<hours>{_HOURS}):(?P<minutes>[0-5]\d)(?::(?P<seconds>[0-5]\d(?:\.\d++)?))?(?![\d:])(?:[ ]?{_HALF})?",
        re.IGNORECASE,
    ),
    _time,
)
TIMES = Rule(
    "time",
    Pattern(
        rf"(?P<h1>{_HOURS})(?::(?P<m1>[0-5]\d))?(?:[ ]?(?P<half1>[ap]\.?m\b\.?))?[ ]?[-–][ ]?"
        rf"(?P<h2>{_HOURS})(?::(?P<m2>[0-5]\d))?(?![\d:])(?:[ ]?{_HALF}(?!\w))?",
        re.IGNORECASE,
    ),
    _between,
)
HOUR = Rule("time", Pattern(rf"(?P<hours>1[0-2]|0?[1-9])[ ]?{_HALF}(?!\w)", re.IGNORECASE), _hour)
