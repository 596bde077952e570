"""Numbers in words as the published front ends read them: hyphens, commas between groups, years in pairs.

For imported models only; `text.numbers` is the house's own reading.
"""

from __future__ import annotations

from glowvox.errors import TextError

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = (
    "", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion", "sextillion", "septillion",
    "octillion", "nonillion", "decillion",
)  # fmt: skip
_RANKS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip


def integer(digits: str) -> str:
    """A whole number: 1001 to 2999 as years are read, others as quantities.

    raises  TextError for more than 36 digits
    """
    number = int(digits)
    if not 1000 < number < 3000:
        return cardinal(number, link=" ")
    if number == 2000:
        return "two thousand"
    if 2000 < number < 2010:
        return f"two thousand {_ONES[number % 100]}"
    high, low = divmod(number, 100)
    if low == 0:
        return f"{_below_hundred(high)} hundred"
    return f"{_below_hundred(high)} {'oh ' if low < 10 else ''}{_below_hundred(low)}"


def ordinal(digits: str) -> str:
    """A rank: "101" is "one hundred and first".

    raises  TextError for more than 36 digits
    """
    words = cardinal(int(digits), link=" and ")
    place = max(words.rfind(" "), words.rfind("-")) + 1
    last = words[place:]
    if last in _RANKS:
        return words[:place] + _RANKS[last]
    return words[:place] + (last[:-1] + "ieth" if last.endswith("y") else last + "th")


def cardinal(number: int, *, link: str) -> str:
    """A number in words, groups of three digits apart by commas; `link` follows a hundred and opens a last word.

    raises  TextError for more than 36 digits
    """
    if number >= 1000 ** len(_SCALES):
        raise TextError(f"the number {number} is too long to be read", hint="at most 36 digits can be read")
    if number == 0:
        return "zero"
    groups = []
    scale = 0
    while number:
        number, group = divmod(number, 1000)
        if group:
            groups.append(f"{_below_thousand(group, link)} {_SCALES[scale]}".rstrip())
        scale += 1
    *high, last = reversed(groups)
    if high and " " not in last:
        return f"{', '.join(high)}{link}{last}"
    return ", ".join((*high, last))


def _below_thousand(number: int, link: str) -> str:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _below_hundred(rest)
    return f"{_ONES[hundreds]} hundred{link + _below_hundred(rest) if rest else ''}"


def _below_hundred(number: int) -> str:
    if number < 20:
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return f"{_TENS[tens]}-{_ONES[ones]}" if ones else _TENS[tens]
