"""Characters beyond ASCII as the published Glow-TTS code saw them, by our own rules and table.

Exact for Latin letters with marks and for the signs listed; characters of other scripts become nothing.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NAMED = re.compile(r"LATIN (?P<case>CAPITAL|SMALL) LETTER (?P<letter>[A-Z]{1,2})(?: WITH .*)?")
_FIXED = {
    # Latin letters whose name or parts do not tell
    "ß": "ss", "ẞ": "SS", "Ð": "D", "ð": "d", "Þ": "Th", "þ": "th", "ı": "i", "ȷ": "j", "ĸ": "k", "ŉ": "'n",
    "Œ": "OE", "œ": "oe", "Ŀ": "L", "ŀ": "l", "Ɖ": "D", "ȸ": "db", "ȹ": "qp", "Ʉ": "U",
    "Ŋ": "NG", "ŋ": "ng", "ſ": "s", "ẛ": "S", "ẚ": "a", "Ɔ": "O", "Ǝ": "3", "ǝ": "@", "Ə": "@", "Ɛ": "E",
    "Ɣ": "G",
    "ƕ": "hv", "Ƕ": "HV", "Ɩ": "I", "ƛ": "l", "Ɯ": "W", "Ƣ": "OI", "ƣ": "oi", "Ʀ": "YR", "Ƨ": "2", "ƨ": "2", "Ʃ": "SH",
    "ƪ": "sh", "Ʊ": "Y", "Ʒ": "ZH", "Ƹ": "ZH", "ƹ": "zh", "ƺ": "zh", "ƻ": "2", "Ƽ": "5", "ƽ": "5", "ƾ": "ts", "Ƿ": "W",
    "ƿ": "w", "Ƅ": "6", "ƅ": "6", "ƍ": "d", "Ǯ": "ZH", "ǯ": "zh", "Ȝ": "Y", "ȝ": "y", "Ɂ": "", "ɂ": "", "Ʌ": "^",
    "Ɋ": "q", "ǀ": "|", "ǁ": "||", "ǂ": "|=", "ǃ": "!", "ẜ": "", "ẝ": "", "ẟ": "", "Ỻ": "", "ỻ": "", "Ỽ": "", "ỽ": "",
    "Ỿ": "", "ỿ": "",
    # signs
    "¡": "!", "¢": "C/", "£": "PS", "¤": "$?", "¥": "Y=", "¦": "|", "§": "SS", "¨": '"', "©": "(c)", "«": "<<",
    "¬": "!", "\u00ad": "", "®": "(r)", "¯": "-", "°": "deg", "±": "+-", "´": "'", "µ": "u", "¶": "P", "·": "*",
    "¸": ",", "»": ">>", "¿": "?", "×": "x", "÷": "/", "€": "EUR", "₹": "Rs", "₽": "R", "₩": "W", "₿": "BTC",
    "\u2010": "-", "\u2011": "-", "‒": "-", "–": "-", "—": "--", "―": "--", "‘": "'", "’": "'", "‚": ",", "‛": "'",
    "“": '"', "”": '"', "„": ",,", "‟": '"', "†": "+", "‡": "++", "•": "*", "…": "...", "‰": "%0", "′": "'",
    "″": "''", "‹": "<", "›": ">", "⁄": "/", "™": "(tm)", "№": "No. ", "\u200b": " ", "\u2028": "\n", "\u2029": "\n\n",
}  # fmt: skip


def transliterate(text: str) -> str:
    """The text in ASCII."""
    return text if text.isascii() else "".join(map(_ascii, text))


@lru_cache(maxsize=4096)
def _ascii(letter: str) -> str:
    if letter.isascii():
        return letter
    if letter in _FIXED:
        return _FIXED[letter]
    parts = unicodedata.normalize("NFKD", letter)
    if "⁄" in parts:
        return f" {parts.replace('⁄', '/')}"
    if len(parts) > 1 or parts != letter:
        return "".join(_ascii(part) for part in parts if unicodedata.category(part)[0] != "M")
    if named := _NAMED.fullmatch(unicodedata.name(letter, "")):
        return named["letter"] if named["case"] == "CAPITAL" else named["letter"].lower()
    return ""
