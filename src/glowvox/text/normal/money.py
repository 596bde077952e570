"""Sums of money."""

from __future__ import annotations

import re
from collections.abc import Iterable

from glowvox.text.normal.quantities import NUMBER, is_one, say_amount, say_range
from glowvox.text.normal.reading import Pattern, Reading, Rule, is_attribute, read_words
from glowvox.text.numbers import cardinal

# sign or code: singular, plural, singular and plural of the hundredth part
_DOLLAR = ("dollar", "dollars", "cent", "cents")
_POUND = ("pound", "pounds", "penny", "pence")
_EURO = ("euro", "euros", "cent", "cents")
_YEN = ("yen", "yen", "", "")
CURRENCIES: dict[str, tuple[str, str, str, str]] = {
    "US$": ("u s dollar", "u s dollars", "cent", "cents"),
    "CA$": ("canadian dollar", "canadian dollars", "cent", "cents"),
    "C$": ("canadian dollar", "canadian dollars", "cent", "cents"),
    "AU$": ("australian dollar", "australian dollars", "cent", "cents"),
    "A$": ("australian dollar", "australian dollars", "cent", "cents"),
    "NZ$": ("new zealand dollar", "new zealand dollars", "cent", "cents"),
    "HK$": ("hong kong dollar", "hong kong dollars", "cent", "cents"),
    "R$": ("real", "reais", "centavo", "centavos"),
    "$": _DOLLAR,
    "£": _POUND,
    "€": _EURO,
    "¥": _YEN,
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "₽": ("ruble", "rubles", "kopeck", "kopecks"),
    "₩": ("won", "won", "", ""),
    "₪": ("shekel", "shekels", "agora", "agorot"),
    "₺": ("lira", "lira", "", ""),
    "₴": ("hryvnia", "hryvnias", "", ""),
    "₦": ("naira", "naira", "", ""),
    "₫": ("dong", "dong", "", ""),
    "₱": ("peso", "pesos", "", ""),
    "฿": ("baht", "baht", "", ""),
    "₿": ("bitcoin", "bitcoins", "", ""),
}
CODES: dict[str, tuple[str, str, str, str]] = {
    "USD": CURRENCIES["US$"],
    "EUR": _EURO,
    "GBP": ("british pound", "british pounds", "penny", "pence"),
    "JPY": ("japanese yen", "japanese yen", "", ""),
    "CHF": ("swiss franc", "swiss francs", "", ""),
    "CAD": CURRENCIES["CA$"],
    "AUD": CURRENCIES["A$"],
    "NZD": CURRENCIES["NZ$"],
    "INR": ("indian rupee", "indian rupees", "", ""),
    "CNY": ("chinese yuan", "chinese yuan", "", ""),
    "RMB": ("yuan", "yuan", "", ""),
    "SEK": ("swedish krona", "swedish kronor", "", ""),
    "NOK": ("norwegian krone", "norwegian kroner", "", ""),
    "DKK": ("danish krone", "danish kroner", "", ""),
    "BTC": ("bitcoin", "bitcoins", "", ""),
}
_SCALES = {
    **{word: word for word in ("hundred", "thousand", "million", "billion", "trillion", "quadrillion")},
    **dict.fromkeys(("k", "K"), "thousand"),
    **dict.fromkeys(("m", "M", "mn", "mm", "MM", "mil", "mln"), "million"),
    **dict.fromkeys(("b", "B", "bn", "Bn", "BN", "bln"), "billion"),
    **dict.fromkeys(("t", "T", "tn", "Tn", "trn"), "trillion"),
}
_SIGN = "|".join(re.escape(sign) for sign in sorted(CURRENCIES, key=len, reverse=True))
_PLAIN_SIGN = "".join(sign for sign in CURRENCIES if len(sign) == 1).replace("$", r"\$")
_CODE = "|".join(CODES)
_SCALE = rf"(?:(?P<join>[ -]?)(?P<scale>{'|'.join(sorted(_SCALES, key=len, reverse=True))})(?!\w))?"
_SUM = rf"(?P<n>(?:{NUMBER}|\.\d\d(?!\d))(?:[ ]?[-–][ ]?(?:{_SIGN})?{NUMBER})?){_SCALE}"


def _say(name: tuple[str, str, str, str], match: re.Match[str]) -> Reading:
    number = re.sub(rf"(?:{_SIGN})", "", match["n"])
    minus = "minus " if match["minus"] else ""
    one, many, cent, _ = name
    single = is_attribute(match)
    if match["scale"]:
        unit = one if single or match["join"] == "-" else many
        return read_words(match, f"{minus}{say_range(number)} {_SCALES[match['scale']]} {unit}")
    whole, point, part = number.partition(".")
    if cent and point and len(part) == 2 and (whole or "0").replace(",", "").isdigit():
        return read_words(match, minus + _with_hundredths(whole, part, name))
    return read_words(match, f"{minus}{say_range(number)} {one if single or is_one(number) else many}")


def _with_hundredths(whole: str, part: str, name: tuple[str, str, str, str]) -> str:
    one, many, cent, cents = name
    units = f"{say_amount(whole or '0')} {one if whole == '1' else many}"
    hundredths = f"{cardinal(int(part))} {cent if int(part) == 1 else cents}"
    if int(part) == 0:
        return units
    return hundredths if int((whole or "0").replace(",", "")) == 0 else f"{units} and {hundredths}"


def _sign_first(match: re.Match[str]) -> Reading:
    return _say(CURRENCIES[match["sign"]], match)


def _sign_last(match: re.Match[str]) -> Reading:
    return _say(CURRENCIES[match["sign"]] if match["sign"] in CURRENCIES else CODES[match["sign"]], match)


def _code_first(match: re.Match[str]) -> Reading:
    return _say(CODES[match["sign"]], match)


def _comma(match: re.Match[str]) -> Reading:
    return read_words(match, _with_hundredths(match["n"].replace(".", ""), match["part"], _EURO))


def _cents(match: re.Match[str]) -> Reading:
    return read_words(match, f"{say_range(match['n'])} {'cent' if is_one(match['n']) else 'cents'}")


def _begins(signs: Iterable[str]) -> frozenset[str]:
    return frozenset("-−").union(sign[0] for sign in signs)


_MINUS = r"(?P<minus>(?<![\w)])[-−])?"
SIGN_FIRST = Rule("money", Pattern(rf"{_MINUS}(?P<sign>{_SIGN})[ ]?{_SUM}(?![\d])"), _sign_first, _begins(CURRENCIES))
CODE_FIRST = Rule("money", Pattern(rf"{_MINUS}(?P<sign>{_CODE})[ ]?{_SUM}(?!\d)"), _code_first, _begins(CODES))
SIGN_LAST = Rule("money", Pattern(rf"{_MINUS}{_SUM}[ ]?(?P<sign>[{_PLAIN_SIGN}](?!\d)|(?:{_CODE})(?!\w))"), _sign_last)
# 3,50 € and 1.000,50 €, as on the continent
COMMA = Rule("money", Pattern(r"(?P<n>\d{1,3}(?:\.\d{3}){0,4}),(?P<part>\d\d)[ ]?€(?!\d)"), _comma)
CENTS = Rule("money", Pattern(rf"(?P<n>(?:{NUMBER}|\.\d\d(?!\d))(?:[ ]?[-–][ ]?{NUMBER})?)[ ]?[¢￠]"), _cents)
