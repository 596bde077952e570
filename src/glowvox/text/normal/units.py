"""Measures: a number and a unit."""

from __future__ import annotations

import re

from glowvox.text.normal.quantities import RANGE, is_one, say_range
from glowvox.text.normal.reading import Pattern, Reading, Rule, Said, after, is_attribute, letters, read_words, spoken
from glowvox.text.numbers import pairs, whole

# symbol: singular, plural
UNITS: dict[str, tuple[str, str]] = {
    **{
        prefix + symbol: (word + one, word + many)
        for symbol, one, many, prefixes in (
            ("m", "meter", "meters", "k c m μ n p d"),
            ("g", "gram", "grams", "k m μ n"),
            ("s", "second", "seconds", "m μ n p"),
            ("l", "liter", "liters", "m c d"),
            ("L", "liter", "liters", "m μ"),
            ("Hz", "hertz", "hertz", "k M G T"),
            ("W", "watt", "watts", "k M G T m μ"),
            ("Wh", "watt hour", "watt hours", "k M G T m"),
            ("V", "volt", "volts", "k M m μ"),
            ("A", "amp", "amps", "m k μ"),
            ("Ah", "amp hour", "amp hours", "m"),
            ("Ω", "ohm", "ohms", "m"),
            ("F", "farad", "farads", "m μ n p"),
            ("J", "joule", "joules", "k M G m"),
            ("N", "newton", "newtons", "k M m"),
            ("Pa", "pascal", "pascals", "h k M G"),
            ("bar", "bar", "bar", "m"),
            ("cal", "calorie", "calories", "k"),
            ("eV", "electron volt", "electron volts", "k M G T"),
            ("B", "byte", "bytes", "k K M G T P E"),
            ("b", "bit", "bits", "k M G T"),
            ("bps", "bit per second", "bits per second", "k K M G T"),
            ("bit", "bit", "bits", "k K M G T"),
            ("pc", "parsec", "parsecs", "k M"),
            ("t", "ton", "tons", "k M"),
            ("mol", "mole", "moles", "m"),
            ("Sv", "sievert", "sieverts", "m μ"),
        )
        for prefix, word in {
            "": "",
            "k": "kilo",
            "K": "kilo",
            "c": "centi",
            "m": "milli",
            "d": "deci",
            "h": "hecto",
            "μ": "micro",
            "n": "nano",
            "p": "pico",
            "M": "mega",
            "G": "giga",
            "T": "tera",
            "P": "peta",
            "E": "exa",
        }.items()
        if prefix == "" or prefix in prefixes.split()
    },
    **{prefix + "iB": (f"{word}bibyte", f"{word}bibytes") for prefix, word in (("K", "ki"), ("M", "me"), ("G", "gi"))},
    "kph": ("kilometer per hour", "kilometers per hour"),
    "kmh": ("kilometer per hour", "kilometers per hour"),
    "mph": ("mile per hour", "miles per hour"),
    "mpg": ("mile per gallon", "miles per gallon"),
    "fps": ("frame per second", "frames per second"),
    "rpm": ("revolution per minute", "revolutions per minute"),
    "bpm": ("beat per minute", "beats per minute"),
    "wpm": ("word per minute", "words per minute"),
    "ppm": ("part per million", "parts per million"),
    "dpi": ("dot per inch", "dots per inch"),
    "ppi": ("pixel per inch", "pixels per inch"),
    "psi": ("pound per square inch", "pounds per square inch"),
    "px": ("pixel", "pixels"),
    "dB": ("decibel", "decibels"),
    "dBA": ("decibel a", "decibels a"),
    "ft": ("foot", "feet"),
    "yd": ("yard", "yards"),
    "yds": ("yard", "yards"),
    "mi": ("mile", "miles"),
    "in.": ("inch", "inches"),
    "nmi": ("nautical mile", "nautical miles"),
    "lb": ("pound", "pounds"),
    "lbs": ("pound", "pounds"),
    "oz": ("ounce", "ounces"),
    "fl oz": ("fluid ounce", "fluid ounces"),
    "gal": ("gallon", "gallons"),
    "pt": ("pint", "pints"),
    "qt": ("quart", "quarts"),
    "tsp": ("teaspoon", "teaspoons"),
    "tbsp": ("tablespoon", "tablespoons"),
    "sq ft": ("square foot", "square feet"),
    "sq. ft": ("square foot", "square feet"),
    "sq m": ("square meter", "square meters"),
    "sq km": ("square kilometer", "square kilometers"),
    "sq mi": ("square mile", "square miles"),
    "cu ft": ("cubic foot", "cubic feet"),
    "cc": ("cubic centimeter", "cubic centimeters"),
    "ha": ("hectare", "hectares"),
    "ac": ("acre", "acres"),
    "h": ("hour", "hours"),
    "hr": ("hour", "hours"),
    "hrs": ("hour", "hours"),
    "min": ("minute", "minutes"),
    "mins": ("minute", "minutes"),
    "sec": ("second", "seconds"),
    "secs": ("second", "seconds"),
    "msec": ("millisecond", "milliseconds"),
    "wk": ("week", "weeks"),
    "mo": ("month", "months"),
    "yr": ("year", "years"),
    "yrs": ("year", "years"),
    "hp": ("horsepower", "horsepower"),
    "atm": ("atmosphere", "atmospheres"),
    "mmHg": ("millimeter of mercury", "millimeters of mercury"),
    "lm": ("lumen", "lumens"),
    "MP": ("megapixel", "megapixels"),
    "K": ("kelvin", "kelvin"),
    "°C": ("degree celsius", "degrees celsius"),
    "° C": ("degree celsius", "degrees celsius"),
    "° F": ("degree fahrenheit", "degrees fahrenheit"),
    "kΩ": ("kilohm", "kilohms"),
    "MΩ": ("megohm", "megohms"),
    "°F": ("degree fahrenheit", "degrees fahrenheit"),
    "°K": ("kelvin", "kelvin"),
    "°": ("degree", "degrees"),
    "kn": ("knot", "knots"),
    "ly": ("light year", "light years"),
    "BTU": ("b t u", "b t u"),
    "%": ("percent", "percent"),
}
# Too much like words or letters to be a unit where a space stands before them.
_GLUED_ONLY = frozenset({"A", "B", "b", "F", "K", "N", "J", "t", "pt", "mo", "ac", "kt", "MP", "bar"})
_SPELLED = frozenset({"A", "B", "b", "K", "F", "N", "J", "t"})  # and these are letters even when glued: "4K", "3B"
_DENOMINATORS = {
    "h": "hour", "hr": "hour", "s": "second", "sec": "second", "min": "minute", "day": "day", "d": "day", "m": "meter",
    "m²": "square meter", "m³": "cubic meter", "s²": "second squared", "L": "liter", "l": "liter", "dL": "deciliter",
    "kg": "kilogram", "g": "gram", "km": "kilometer", "cm³": "cubic centimeter", "cm²": "square centimeter",
    "mL": "milliliter", "ml": "milliliter", "mol": "mole", "K": "kelvin", "week": "week", "month": "month",
    "year": "year", "yr": "year", "hour": "hour", "lb": "pound", "gal": "gallon", "mi": "mile", "person": "person",
    "kWh": "kilowatt hour", "°C": "degree celsius",
}  # fmt: skip
_POWERS = {"²": "square", "³": "cubic", "^2": "square", "^3": "cubic"}
_SYMBOL = "|".join(re.escape(symbol) for symbol in sorted(UNITS, key=len, reverse=True))
_BOTTOM = "|".join(re.escape(symbol) for symbol in sorted(_DENOMINATORS, key=len, reverse=True))


def _unit(match: re.Match[str]) -> Reading | None:
    symbol, number = match["unit"], match["n"]
    if match["gap"] == " " and symbol in _GLUED_ONLY and not match["bottom"]:
        return None
    if symbol in _SPELLED and not match["bottom"]:
        return None
    if len(symbol) == 1 and (match["gap"] == "-" or re.match(r"-\w", after(match, 2))):
        return None
    one = is_one(number) or match["gap"] == "-" or is_attribute(match)
    if match["second"]:
        word = f"{UNITS[symbol][0]} {_powered(UNITS[match['second']][0 if one else 1], match['power2'])}"
    else:
        word = _powered(UNITS[symbol][0 if one else 1], match["power"])
    if match["bottom"]:
        word = f"{word} per {_DENOMINATORS[match['bottom']]}"
    return Reading(spoken(f"{say_range(number)} {word}"), _end(match))


def _powered(word: str, power: str | None) -> str:
    return f"{_POWERS[power]} {word}" if power else word


def _unit_alone(match: re.Match[str]) -> Reading:
    """A speed or rate without a number: "in km/h"."""
    return read_words(match, f"{UNITS[match['unit']][1]} per {_DENOMINATORS[match['bottom']]}")


def _end(match: re.Match[str]) -> int:
    """Takes the full stop of a short form ("5 ft. tall") unless a sentence ends with it."""
    end, follows = match.end(), after(match, 3)
    if match[0][-1].isalpha() and re.match(r"\.[ ][a-z\d]|\.[,;:]", follows):
        return end + 1
    return end


def _per(match: re.Match[str]) -> Reading:
    return read_words(match, f"per {_DENOMINATORS[match['bottom']]}")


def _letter(match: re.Match[str]) -> Reading:
    """A letter glued to a number: "4K", "3D", "1080p", "2x"."""
    number = match["n"]
    words: list[Said] = spoken(pairs(number) if len(number) == 4 else whole(number))
    return Reading([*words, *letters(match["letter"])], match.end())


UNIT = Rule(
    "unit",
    Pattern(
        rf"(?P<n>{RANGE})(?P<gap>[ -]?)(?P<unit>{_SYMBOL})(?P<power>[²³]|\^[23](?!\d))?"
        rf"(?:[·⋅](?P<second>{_SYMBOL})(?P<power2>[²³])?)?(?:/(?P<bottom>{_BOTTOM}))?(?![\w²³/^'])"
    ),
    _unit,
)
UNIT_ALONE = Rule(
    "unit",
    Pattern(
        r"(?P<unit>k?m|mi|ft|[km]?g|[kM]?Wh|[kMG]?[Bb]|L)/(?P<bottom>h|s|min|kg|km|m[²³]|s²|kWh|day|lb|L|dL)(?![\w²³/])"
    ),
    _unit_alone,
)
PER = Rule("per unit", Pattern(rf"/(?P<bottom>{_BOTTOM})(?!\w)"), _per)
LETTER = Rule("number with a letter", Pattern(r"(?P<n>\d{1,4})(?P<letter>[A-Za-z])(?![\w])"), _letter)
