"""Records of an alignment: intervals, tiers of them, and one recording's tiers."""

from __future__ import annotations

import math

import msgspec

from glowvox.errors import InputError


class Interval(msgspec.Struct, frozen=True):
    """What is said from `start_s` to `end_s` (seconds)."""

    start_s: float
    end_s: float
    label: str


class Tier(msgspec.Struct, frozen=True):
    """Intervals of one kind (`phones`, `words`), in order, none over another."""

    name: str
    intervals: tuple[Interval, ...]


class Alignment(msgspec.Struct, frozen=True):
    """The tiers of one recording of `seconds`."""

    id: str
    seconds: float
    tiers: tuple[Tier, ...]

    def tier(self, name: str) -> Tier:
        """The tier of that name.

        raises  InputError naming the tiers there are
        """
        for tier in self.tiers:
            if tier.name == name:
                return tier
        names = ", ".join(tier.name for tier in self.tiers) or "none"
        raise InputError(f"{self.id}: no tier '{name}'; the tiers there: {names}")

    def check(self, where: str) -> None:
        """Refuse times that are not finite, run backwards or overlap.

        raises  InputError, opened by `where`
        """
        for tier in self.tiers:
            last = 0.0
            for index, interval in enumerate(tier.intervals):
                times = f"{where}: tier '{tier.name}', interval {index} '{interval.label}': {interval.start_s:g} to "
                if not (math.isfinite(interval.start_s) and math.isfinite(interval.end_s)):
                    raise InputError(f"{times}{interval.end_s:g} s is not a time")
                if interval.end_s < interval.start_s or interval.start_s < last - 1e-6:
                    raise InputError(f"{times}{interval.end_s:g} s runs backwards (the one before ends at {last:g} s)")
                last = interval.end_s
