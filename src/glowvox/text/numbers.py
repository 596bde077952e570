"""Numbers as English words: cardinals, ordinals, years, decades, decimals, fractions.

American usage: no "and" after hundreds, no hyphens (a hyphen is no sound), "oh" for the zero of 1905.
Every function returns lower-case words joined by single spaces.
"""

from __future__ import annotations

_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SCALES = (
    "",
    "thousand",
    "million",
    "billion",
    "trillion",
    "quadrillion",
    "quintillion",
    "sextillion",
    "septillion",
    "octillion",
    "nonillion",
    "decillion",
)
MOST_DIGITS = 3 * len(SCALES)  # a longer run of digits is no quantity anybody can name
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_EXACT_PARTS = {2: "half", 4: "quarter"}  # denominators that are not called by their ordinal


def digits(text: str) -> str:
    """Each digit by its own name: "007" is "zero zero seven"."""
    return " ".join(_SMALL[int(digit)] for digit in text)


def _below_thousand(number: int) -> list[str]:
    words = []
    if number >= 100:
        words += [_SMALL[number // 100], "hundred"]
        number %= 100
    if number >= 20:
        words.append(_TENS[number // 10])
        number %= 10
        if number:
            words.append(_SMALL[number])
    elif number:
        words.append(_SMALL[number])
    return words


def cardinal(number: int) -> str:
    """A whole number: 105 is "one hundred five"; past 36 digits it is read digit by digit."""
    if number < 0:
        return f"minus {cardinal(-number)}"
    if number == 0:
        return _SMALL[0]
    if number >= 10**MOST_DIGITS:
        return digits(f"{number:d}")
    groups: list[list[str]] = []
    for scale in SCALES:
        if number == 0:
            break
        number, rest = divmod(number, 1000)
        if rest:
            groups.append(_below_thousand(rest) + ([scale] if scale else []))
    return " ".join(word for group in reversed(groups) for word in group)


def to_ordinal(words: str) -> str:
    """The ordinal of a spoken cardinal: "twenty one" becomes "twenty first"."""
    head, _, last = words.rpartition(" ")
    if last in _ORDINALS:
        last = _ORDINALS[last]
    elif last.endswith("y"):
        last = f"{last[:-1]}ieth"
    else:
        last = f"{last}th"
    return f"{head} {last}".strip()


def ordinal(number: int) -> str:
    """A rank: 21 is "twenty first"."""
    return to_ordinal(cardinal(number))


def plural(words: str) -> str:
    """The plural of a spoken number: "sixty" becomes "sixties", "six" "sixes"."""
    if words.endswith("y"):
        return f"{words[:-1]}ies"
    return f"{words}es" if words.endswith("x") else f"{words}s"


def whole(text: str) -> str:
    """A run of digits as people read it: quantity, or digit by digit where it is too long or begins with 0."""
    text = text.replace(",", "")
    if len(text) > MOST_DIGITS or (len(text) > 1 and text[0] == "0"):
        return digits(text)
    return cardinal(int(text))


def decimal(text: str) -> str:
    """A whole number or a decimal fraction: "3.14" is "three point one four", ".5" "point five"."""
    before, point, after = text.partition(".")
    spoken = whole(before) if before else ""
    if point and after:
        spoken = f"{spoken} point {digits(after)}".strip()
    return spoken


def pairs(text: str) -> str:
    """Digits two by two, as rooms, flights and screens are called: "101" is "one oh one", "1080" "ten eighty"."""
    if len(text) > 4 or len(text) < 3 or text[0] == "0":
        return whole(text)
    head, tail = text[:-2], text[-2:]
    if tail == "00":
        return f"{cardinal(int(head))} hundred" if int(head) % 10 else cardinal(int(text))
    low = f"oh {_SMALL[int(tail[1])]}" if tail[0] == "0" else cardinal(int(tail))
    return f"{cardinal(int(head))} {low}"


def year(number: int) -> str:
    """A year: 1999 is "nineteen ninety nine", 1905 "nineteen oh five", 2005 "two thousand five"."""
    if not 1000 < number < 10_000 or number % 1000 < 10:
        return cardinal(number)
    return pairs(str(number))


def decade(number: int) -> str:
    """The ten years from a round number on: 1990 is "nineteen nineties", 90 "nineties", 1900 "nineteen hundreds"."""
    return plural(year(number))


def fraction(numerator: int, denominator: int) -> str:
    """A fraction: 1/2 is "one half", 3/4 "three quarters", 5/8 "five eighths", 1/99 "one over ninety nine"."""
    named = 2 <= denominator <= 20 or denominator in {32, 64} or (denominator in {100, 1000} and numerator < 20)
    if not named:
        return f"{cardinal(numerator)} over {cardinal(denominator)}"
    part = _EXACT_PARTS.get(denominator) or ordinal(denominator)
    if numerator in {1, -1}:
        return f"{cardinal(numerator)} {part}"
    return f"{cardinal(numerator)} {'halves' if part == 'half' else part + 's'}"


def mixed_fraction(count: int, numerator: int, denominator: int) -> str:
    """A whole number and a fraction: 3 1/2 is "three and a half"."""
    if count == 0:
        return fraction(numerator, denominator)
    if numerator == 1 and denominator in _EXACT_PARTS:
        return f"{cardinal(count)} and a {_EXACT_PARTS[denominator]}"
    return f"{cardinal(count)} and {fraction(numerator, denominator)}"
