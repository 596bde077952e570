"""Dates, years, decades and eras."""

from __future__ import annotations

import re

from glowvox.text.normal.full_stops import end_of_short
from glowvox.text.normal.reading import (
    Pattern,
    Reading,
    Rule,
    Said,
    after,
    before,
    letters,
    listed,
    read_words,
    spoken,
    word_before,
)
from glowvox.text.numbers import cardinal, decade, ordinal, plural, whole, year

MONTHS = listed("january february march april may june july august september october november december")  # in order
_SHORT = {name[:3]: name for name in MONTHS} | {"sept": "september"}
DAYS = {
    "mon": "monday",
    "tue": "tuesday",
    "tues": "tuesday",
    "wed": "wednesday",
    "thu": "thursday",
    "thur": "thursday",
    "thurs": "thursday",
    "fri": "friday",
    "sat": "saturday",
    "sun": "sunday",
}
_VERBS = frozenset({"may", "march", "mar"})  # in lower case: "may 5 people come"
_MONTH = rf"(?P<month>(?:{'|'.join(MONTHS)})|(?:{'|'.join(_SHORT)})(?![a-z])\.?)"
_DAYS = (
    r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?:[ ]?[-–][ ]?(?P<last>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?)?"
    r"(?!\w|[.:/]\d|[-–]\d|[ ]?(?:%|am\b|pm\b|a\.m\.|p\.m\.))"
)
_ERA = r"(?P<era>B\.?[ ]?C\.?[ ]?E\.?|B\.?[ ]?C\.?|C\.E\.?|CE|A\.[ ]?D\.?|AD)(?!\w)"
# Words before a number that is a year, also an unusual one.
_BEFORE_YEAR = frozenset(
    listed(
        "in since by until till during circa ca. c. year years spring summer autumn fall winter early late mid"
        " copyright © january february march april may june july august september october november december"
    )
)
_RANK = re.compile(r"\d*(?:st|nd|rd|th)")  # the day of a date: "May 17th, 1066"
_COUNTED = re.compile(
    r"[ ](?!(?:was|is|has|as|its|this|does|his|us|towards|afterwards|always|perhaps|versus|vs|winners|elections|games"
    r"|olympics|championships|series)\b)"
    r"(?:more |other |new |different |square |cubic |metric |big |small |little |young |old |tiny )?"
    r"(?:[a-z]{2,20}s|people|men|women|children|feet|dollar|euro|pound|percent|meter|foot|mile|year-old)\b"
)


def _date(match: re.Match[str]) -> list[Said] | None:
    """Month, day and year of a numeric date as words, None where there is no such day."""
    number, month, day = (int(match[name]) for name in ("year", "month", "day"))
    if month > 12 >= day:
        month, day = day, month
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    if len(match["year"]) == 2:
        number += 1900 if number > 50 else 2000
    return spoken(f"{MONTHS[month - 1]} {ordinal(day)} {year(number)}")


def _numeric(match: re.Match[str]) -> Reading | None:
    words = _date(match)
    return read_words(match, words) if words else None


def _month_and_day(match: re.Match[str]) -> Reading | None:
    """A month and a day without a year, after a word that says so: "on 3/14"."""
    month, day = int(match["month"]), int(match["day"])
    if month > 12 or not re.search(r"\b(?:on|until|since|due|dated|before|after)[ ]$", before(match), re.IGNORECASE):
        return None
    return read_words(match, f"{MONTHS[month - 1]} {ordinal(day)}")


def _span(match: re.Match[str]) -> Reading:
    first, last = (_full_name(name) for name in match.groups() if name)
    return read_words(match, f"{first} to {last}")


def _full_name(written: str) -> str:
    name = written.lower()
    return DAYS.get(name) or _SHORT.get(name, name)


def _day_month(match: re.Match[str]) -> Reading | None:
    if match["month"] in _VERBS:
        return None
    month = _month_name(match["month"])
    days = ordinal(int(match["day"])) + (f" to {ordinal(int(match['last']))}" if match["last"] else "")
    the = "" if re.search(r"\bthe[ ]$", before(match), re.IGNORECASE) else "the "
    return Reading(spoken(f"{the}{days} of {month}"), end_of_short(match))


def _month_day(match: re.Match[str]) -> Reading | None:
    month = _month_name(match["month"])
    if match["month"] in _VERBS:
        return None
    days = ordinal(int(match["day"])) + (f" to {ordinal(int(match['last']))}" if match["last"] else "")
    return read_words(match, f"{month} {days}")


def _month_alone(match: re.Match[str]) -> Reading:
    return Reading(spoken(_month_name(match["month"])), match.end("month"))


def _month_name(written: str) -> str:
    name = written.lower().rstrip(".")
    return _SHORT.get(name, name)


def _weekday(match: re.Match[str]) -> Reading:
    return read_words(match, DAYS[match["weekday"].lower()])


def _year_month(match: re.Match[str]) -> Reading | None:
    first, second = int(match["year"]), int(match["month"])
    if second == (first + 1) % 100 or not 1 <= second <= 12:  # a season, 2004-05
        tail = f"oh {cardinal(second)}" if second < 10 else cardinal(second)
        return read_words(match, f"{year(first)} to {tail}") if second > first % 100 else None
    return read_words(match, f"{MONTHS[second - 1]} {year(first)}")


def _decade(match: re.Match[str]) -> Reading:
    number = int(match["n"])
    if match["n"] == "00":
        return read_words(match, "two thousands")
    return read_words(match, decade(number) if len(match["n"]) == 4 else plural(cardinal(number)))


def _short_year(match: re.Match[str]) -> Reading:
    number = int(match["n"])
    return read_words(match, f"oh {cardinal(number)}" if number < 10 else cardinal(number))


def _era(match: re.Match[str]) -> Reading:
    number = match["n"].replace(",", "")
    words = spoken(year(int(number)) if len(number) <= 4 else whole(number))
    if match["last"]:
        words += spoken(f"to {year(int(match['last']))}")
    return Reading(words + letters(match["era"]), end_of_short(match))


def _era_first(match: re.Match[str]) -> Reading:
    return Reading(letters(match["era"]) + spoken(year(int(match["n"]))), match.end())


def _year(match: re.Match[str]) -> Reading | None:
    """Four digits without a comma are a year unless they count something."""
    if not _is_year(int(match["n"]), word_before(match).lower().strip(",'("), after(match)):
        return None
    words = year(int(match["n"]))
    if match["last"]:
        last = int(match["last"])
        tail = year(last) if last > 99 else f"oh {cardinal(last)}" if last < 10 else cardinal(last)
        words = f"{words} to {tail}"
    return read_words(match, words)


def _is_year(number: int, lead: str, follows: str) -> bool:
    if lead in {"year", "years"}:
        return True
    if lead in _BEFORE_YEAR or _RANK.fullmatch(lead):
        return 1010 <= number < 2100 and not re.match(r"[ ](?:people|men|percent|feet|miles)", follows)
    return 1100 <= number < 2100 and not _COUNTED.match(follows)


_WEEKDAYS = "|".join(sorted((day.title() for day in DAYS), key=len, reverse=True))
_MONTH_STARTS = "|".join(name.title() for name in _SHORT)
_Y4 = r"(?P<year>[12]\d{3})"
_M = r"(?P<month>0?[1-9]|1\d|2\d|3[01])"
_D = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_ALONE = r"(?!\w|[-/.]\d)"
ISO_DATE = Rule("date", Pattern(rf"{_Y4}(?P<sep>[-/.]){_M}(?P=sep){_D}(?:T(?=\d\d:\d\d)|{_ALONE})"), _numeric)
US_DATE = Rule("date", Pattern(rf"{_M}(?P<sep>[-/.]){_D}(?P=sep)(?P<year>[12]\d{{3}}){_ALONE}"), _numeric)
SHORT_DATE = Rule("date", Pattern(rf"{_M}(?P<sep>/){_D}(?P=sep)(?P<year>\d\d){_ALONE}"), _numeric)
DAY_MONTH = Rule("date", Pattern(rf"{_DAYS}[ -](?:of[ ])?{_MONTH}(?![a-z])", re.IGNORECASE), _day_month)
MONTH_DAY = Rule("date", Pattern(rf"{_MONTH}[ -]{_DAYS}", re.IGNORECASE), _month_day)
MONTH_SHORT = Rule(
    "month",
    Pattern(rf"(?P<month>(?:{'|'.join(s.title() for s in _SHORT if s != 'may')})\.)(?=,?[ ]\d)"),
    _month_alone,
)
MONTH_AND_DAY = Rule("date", Pattern(rf"{_M}/{_D}(?!\w|[-/.]\d)"), _month_and_day)
SPAN = Rule(
    "days",
    Pattern(rf"({_WEEKDAYS})[-–]({_WEEKDAYS})(?!\w)|({_MONTH_STARTS})[-–]({_MONTH_STARTS})(?!\w)"),
    _span,
)
WEEKDAY = Rule(
    "weekday",
    Pattern(rf"(?P<weekday>{_WEEKDAYS})(?:\.(?=,|[ ](?:\d|to[ ]|{_MONTH_STARTS}))|(?=,[ ](?:\d|{_MONTH_STARTS})))"),
    _weekday,
)
YEAR_MONTH = Rule("date", Pattern(r"(?P<year>[12]\d{3})-(?P<month>\d\d)(?![\w-]|[.,]\d)"), _year_month)
DECADE = Rule("decade", Pattern(r"'?(?P<n>[1-9]\d\d0|[2-9]0|(?<=')[01]0)'?s(?!\w)"), _decade)
SHORT_YEAR = Rule("year", Pattern(r"'(?P<n>\d\d)(?![\w'])"), _short_year)
ERA = Rule(
    "era", Pattern(rf"(?P<n>\d{{1,3}}(?:,\d{{3}}){{1,3}}|\d{{1,6}})(?:[-–](?P<last>\d{{1,4}}))?[ ]?{_ERA}"), _era
)
ERA_FIRST = Rule("era", Pattern(r"(?P<era>A\.?D\.?|AD)[ ](?P<n>\d{1,4})(?!\w|,\d)"), _era_first)
YEAR = Rule("year", Pattern(r"(?P<n>[1-9]\d{3})(?:[-–](?P<last>\d{4}|\d\d))?(?!\w|[-–,]\d|\.\d|%)"), _year)
