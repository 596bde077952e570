"""Punctuation, quotation marks, symbols, and characters that have no sound in English."""

from __future__ import annotations

import re
import unicodedata

from glowvox.text.normal.emoji import EMOJI
from glowvox.text.normal.folding import SUPERSCRIPTS
from glowvox.text.normal.quantities import say_power, say_value, superscript, value_of
from glowvox.text.normal.reading import Reading, Rule, Said, after, before, letters, listed, read_words, spoken
from glowvox.text.normal.unicode_names import say_name, shown

SIGNS = {
    "&": "and",
    "@": "at",
    "#": "hash",
    "%": "percent",
    "+": "plus",
    "=": "equals",
    "<": "less than",
    ">": "greater than",
    "*": "asterisk",
    "^": "caret",
    "~": "tilde",
    "|": "vertical bar",
    "\\": "backslash",
    "/": "slash",
    "_": "underscore",
    "$": "dollar",
    "£": "pound",
    "€": "euro",
    "¥": "yen",
    "₹": "rupee",
    "₽": "ruble",
    "₩": "won",
    "₿": "bitcoin",
    "¢": "cent",
    "¤": "currency",
    "©": "copyright",
    "®": "registered",
    "™": "trademark",
    "℠": "service mark",
    "§": "section",
    "¶": "paragraph",
    "°": "degrees",
    "†": "dagger",
    "‡": "double dagger",
    "‰": "per mille",
    "×": "times",
    "÷": "divided by",
    "−": "minus",
    "±": "plus or minus",
    "∓": "minus or plus",
    "·": "times",
    "√": "square root of",
    "∛": "cube root of",
    "∞": "infinity",
    "≈": "approximately equals",
    "≃": "approximately equals",
    "≅": "is congruent to",
    "≡": "is identical to",
    "≠": "does not equal",
    "≤": "less than or equal to",
    "≥": "greater than or equal to",
    "≪": "much less than",
    "≫": "much greater than",
    "∝": "is proportional to",
    "∑": "sum",
    "∏": "product",
    "∫": "integral",
    "∂": "partial",
    "∇": "nabla",
    "∆": "delta",
    "∈": "in",
    "∉": "not in",
    "∪": "union",
    "∩": "intersection",
    "⊂": "subset of",
    "⊆": "subset of or equal to",
    "∅": "empty set",
    "∀": "for all",
    "∃": "there exists",
    "∴": "therefore",
    "∵": "because",
    "¬": "not",
    "∧": "and",
    "∨": "or",
    "⊕": "plus",
    "→": "to",
    "←": "from",
    "↔": "to and from",
    "↑": "up",
    "↓": "down",
    "⇒": "implies",
    "⇐": "is implied by",
    "⇔": "if and only if",
    "↗": "up",
    "↘": "down",
    "№": "number",
    "♯": "sharp",
    "♭": "flat",
    "♀": "female",
    "♂": "male",
    "¿": "",
    "¡": "",
    "•": "",
    "¦": "vertical bar",
    "¨": "",
    "¯": "",
    "¸": "",
    "∣": "vertical bar",
}
_GREEK = listed(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau"
    " upsilon phi chi psi omega"
)
GREEK = {chr(0x3B1 + place): name for place, name in enumerate(_GREEK)}
GREEK |= {letter.upper(): name for letter, name in GREEK.items()} | {"ϕ": "phi", "ϵ": "epsilon", "ϑ": "theta"}
_ELISIONS = frozenset(
    listed("tis twas twere twill twould em til till cause bout round n neath cos cuz s ll re ve d t m")
)
_OPERATORS = {
    "!=": "is not equal to",
    "!==": "is not equal to",
    "==": "equals",
    "===": "equals",
    "<=": "less than or equal to",
    ">=": "greater than or equal to",
    "->": "to",
    "<->": "to and from",
    "=>": "implies",
    "<-": "from",
    "&&": "and",
    "||": "or",
    "+=": "plus equals",
}
_PAUSES = {"[": "(", "]": ")", "{": "(", "}": ")", "–": "-", "—": "-", "•": ""}
_NO_SOUND = frozenset({"Sk"})  # modifiers: skin tones, stray accents


def _punctuation(match: re.Match[str]) -> Reading:
    mark = _PAUSES.get(match[0], match[0])
    return Reading(spoken(mark), match.end(), plain=mark == match[0])


def _nothing(match: re.Match[str]) -> Reading:
    return Reading([], match.end(), plain=True)


def _dots(match: re.Match[str]) -> Reading:
    return Reading(spoken("…"), match.end(), plain=match[0] == "…")


def _dash(match: re.Match[str]) -> Reading:
    """A dash with space around it or of more than one hyphen is a pause; a hyphen inside a word is nothing."""
    joins = match[0] == "-" and bool(re.match(r"\w", before(match, 1))) and bool(re.match(r"['\w]", after(match, 1)))
    return Reading([] if joins else spoken("-"), match.end(), plain=True)


def _line(match: re.Match[str]) -> Reading:
    """A drawn line: a pause."""
    return read_words(match, "-")


def _quote(match: re.Match[str]) -> Reading:
    """An apostrophe that belongs to no word: a quotation mark where it opens or closes, else nothing."""
    opens = re.match(r"\w", after(match, 1)) is not None and not re.match(r"\w", before(match, 1))
    closes = re.match(r"[^\s(]", before(match, 1)) is not None
    if len(match[0]) > 1:
        return read_words(match, '"')
    if opens and re.search(r"[^\s]'(?![A-Za-z])", after(match, 400)):
        return read_words(match, '"')
    if closes and re.search(r"(?:^|[\s(\-])'(?=\w)[^']*(?:\w'\w[^']*)*$", before(match, 400)):
        return read_words(match, '"')
    return Reading([], match.end(), plain=True)


def _sharp(match: re.Match[str]) -> Reading:
    return read_words(match, "sharp")


def _entity(match: re.Match[str]) -> Reading:
    return read_words(match, {"amp": "and", "lt": "less than", "gt": "greater than"}.get(match["name"], ""))


def _operator(match: re.Match[str]) -> Reading:
    return read_words(match, _OPERATORS[match[0]])


def _caret(match: re.Match[str]) -> Reading:
    return read_words(match, say_power(match["e"]))


def _and(match: re.Match[str]) -> Reading:
    return read_words(match, "and")


def _elision(match: re.Match[str]) -> Reading | None:
    return Reading([Said(match[0].lower())], match.end(), plain=True) if match[1].lower() in _ELISIONS else None


def _number_sign(match: re.Match[str]) -> Reading:
    return read_words(match, "number")


def _math(match: re.Match[str]) -> Reading | None:
    """Signs that mean something else between or before numbers."""
    left = re.search(r"[\w)²³]\s?$", before(match, 2)) is not None
    number_left = re.search(r"[\d)²³]\s?$", before(match, 2)) is not None
    number_right = re.match(r"\s?[\d.(]", after(match, 2)) is not None
    said = None
    if match[0] == "~" and number_right:
        said = "about"
    elif match[0] == "*":
        said = "times" if number_left and number_right else "" if _emphasis(match) else None
    elif match[0] == "_":
        said = "" if _emphasis(match) else None
    elif match[0] == "/" and number_left and number_right and " " in before(match, 1) + after(match, 1):
        said = "divided by"
    elif match[0] == "-" and left and number_right and before(match, 1) == " " == after(match, 1):
        said = "minus" if re.match(r"\s?[\w.]+\s?=", after(match)) else None
    elif match[0] == "^" and left:
        said = "to the power of"
    elif match[0] == "·" and not (number_left and number_right):
        said = "-"
    return read_words(match, said) if said is not None else None


def _emphasis(match: re.Match[str]) -> bool:
    """Whether an asterisk or underscore touches a word on one side only, as marks of emphasis do."""
    return bool(re.match(r"[^\s]", before(match, 1))) != bool(re.match(r"[^\s]", after(match, 1)))


def _raised(match: re.Match[str]) -> Reading:
    exponent = superscript(match[0]).strip("+-") if match[0][0] not in "⁺⁻" else superscript(match[0])
    if not exponent or not exponent[-1].isdigit():
        return read_words(match, "plus" if "⁺" in match[0] else "minus")
    if not re.search(r"[\w)]$", before(match, 1)) or len(exponent) > 6 or _is_footnote(match):
        return read_words(match, say_power(exponent).removeprefix("to the power of "))
    return read_words(match, say_power(exponent))


def _is_footnote(match: re.Match[str]) -> bool:
    return re.search(r"[A-Za-z]{4}[.,]?$", before(match, 5)) is not None


def _valued(match: re.Match[str]) -> Reading | None:
    """A character with a numeric value that is no digit: ⅞ ① Ⅷ ㉑ 〇."""
    value = value_of(match[0])
    return read_words(match, say_value(value)) if value is not None else None


def _flag(match: re.Match[str]) -> Reading:
    names = "".join(unicodedata.name(letter)[-1] for letter in match[0])
    return read_words(match, [*spoken("flag"), *letters(names)])


def _sign(match: re.Match[str]) -> Reading | None:
    said = SIGNS.get(match[0], EMOJI.get(match[0]))
    return read_words(match, said) if said is not None else None


def _greek(match: re.Match[str]) -> Reading | None:
    if len(match[0]) > 2 or any(letter not in GREEK for letter in match[0]):
        return None
    return read_words(match, " ".join(GREEK[letter] for letter in match[0]))


def _foreign(match: re.Match[str]) -> Reading:
    """Letters of another script: reported, not spoken."""
    run = match[0]
    first = run if len(run) <= 20 else f"{run[:20]}…"
    points = ", ".join(dict.fromkeys(shown(letter) for letter in run[:3]))
    return Reading([], match.end(), ("foreign", f"cannot speak '{first}': no English letters, {points}"))


def _other(match: re.Match[str]) -> Reading:
    """Whatever is left: by its Unicode name, or reported where it has none."""
    character = match[0]
    category = unicodedata.category(character)
    if category in _NO_SOUND:
        return Reading([], match.end())
    if category[0] in "CM" or not (words := say_name(character)):
        return Reading([], match.end(), ("unknown", f"cannot speak {shown(character)}: it has no name"))
    name = " ".join(word.text for word in words)
    return Reading(words, match.end(), ("symbol", f'read {shown(character)} by its Unicode name, "{name}"'))


_LETTERS = "".join(GREEK)
SHARP = Rule("sharp", re.compile(r"(?<=\b[A-G])#(?![\w#])"), _sharp)
ENTITY = Rule("character entity", re.compile(r"&(?P<name>amp|lt|gt|quot|apos|nbsp);"), _entity)
OPERATOR = Rule("operator", re.compile(r"[!=]==?|<=|>=|<?->|=>|<-(?![-\d])|&&|\|\||\+="), _operator)
CARET = Rule("power", re.compile(r"(?<=[\w)])\^\(?(?P<e>[-−+]?\d{1,6})\)?(?!\w)"), _caret)
AND = Rule("elision", re.compile(r"'[nN]'(?!\w)"), _and)
ELISION = Rule("elision", re.compile(r"'([A-Za-z]{1,6})(?![\w])"), _elision)
QUOTE = Rule("quotation mark", re.compile(r"''|'"), _quote)
COLON = Rule("colon", re.compile(r"(?<=\w):(?=\w)"), _nothing)
DOTS = Rule("ellipsis", re.compile(r"\.{2,}+|…+"), _dots)
LINE = Rule("line", re.compile(r"([-=*_#~+<>|/\\^•·─━═—–])(?:[ ]?\1){2,}+"), _line)
DASH = Rule("dash", re.compile(r"-{1,2}|—|–"), _dash)
NUMBER_SIGN = Rule("number sign", re.compile(r"#[ ]?(?=\d)"), _number_sign)
MATH = Rule("mathematics", re.compile(r"[~*_/^·-]"), _math)
MARKS = Rule("punctuation", re.compile(r"[,.?!;:()\"\[\]{}]"), _punctuation)
FLAG = Rule("flag", re.compile("[\U0001f1e6-\U0001f1ff]{1,2}"), _flag)
RAISED = Rule("superscript", re.compile(rf"[{SUPERSCRIPTS}]++"), _raised)
VALUED = Rule("number character", re.compile(r"(?s:.)"), _valued)
SIGN = Rule("symbol", re.compile(r"(?s:.)"), _sign)
GREEK_LETTER = Rule("greek letter", re.compile(rf"[{_LETTERS}]++(?![^\W\d_])"), _greek)
FOREIGN = Rule("foreign", re.compile(r"(?:[^\W\d_](?<![A-Za-z]))++"), _foreign)
OTHER = Rule("unicode name", re.compile(r"(?s:.)"), _other)
