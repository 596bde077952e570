"""Times and counts as a person says them."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """`45 s`, `12 min`, `1 h 12 min`, `2 d 3 h`: two units at most, nothing finer than helps."""
    if seconds < 90:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def time_left(seconds: float) -> str:
    """`about 1 h 12 min left`, in steps as coarse as the guess is."""
    if seconds < 90:
        return "about a minute left" if seconds > 45 else "less than a minute left"
    coarse = 60 * round(seconds / 60) if seconds < 1200 else 300 * round(seconds / 300)
    return f"about {duration(coarse)} left"


def counted(number: int, noun: str) -> str:
    """`1 clip`, `2,345 clips`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
