"""The symbol tables of Coqui's models, from the `characters` section of their settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from glowvox.errors import ConfigError

PAD, END, BEGIN, BLANK = "<PAD>", "<EOS>", "<BOS>", "<BLNK>"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PUNCTUATION = "!'(),-.:;? "
IPA = (
    "abcdefhijklmnopqrstuvwxyzæçðøħŋœǀǁǂǃɐɑɒɓɔɕɖɗɘəɚɛɜɞɟɠɡɢɣɤɥɦɧɨɪɫɬɭɮɯɰɱɲɳɴɵɶɸɹɺɻɽɾʀʁʂʃʄʈʉʊʋʌʍʎʏʐʑʒʔʕʘʙʛʜʝʟʡʢʲˈˌːˑ˞"
    "\N{COMBINING TILDE}βθχᵻⱱ"
)
SPECIAL = {"pad": PAD, "eos": END, "bos": BEGIN, "blank": BLANK}
FIELDS = (
    *SPECIAL,
    "characters",
    "punctuations",
    "phonemes",
    "characters_class",
    "vocab_dict",
    "is_unique",
    "is_sorted",
)
CLASSES = ("Graphemes", "IPAPhonemes", "BaseCharacters", "BaseVocabulary")


@dataclass(frozen=True)
class CoquiTable:
    """Symbols in id order, and the ids of the special ones that are defined.

    A character that stands in the table twice keeps its last id; the rows before it have names nobody can type.
    """

    names: tuple[str, ...]
    special: Mapping[str, int]  # of "pad", "eos", "bos", "blank"


def symbol_table(section: Mapping[str, object] | None, *, phonemes: bool, where: str) -> CoquiTable:
    """The table of a `characters` section; without one, Coqui's default of letters or of IPA.

    phonemes  whether the model reads phonemes
    raises    ConfigError for a section that names no reproducible table
    """
    if section is None:
        return _table({**SPECIAL, "characters": IPA if phonemes else LETTERS, "punctuations": PUNCTUATION})
    kind = str(section.get("characters_class") or ("IPAPhonemes" if phonemes else "Graphemes")).rpartition(".")[2]
    if kind not in CLASSES:
        raise ConfigError(f"{where}: characters_class '{kind}' is not of Glow-TTS; expected {', '.join(CLASSES)}")
    for key in section:
        if key not in FIELDS:
            raise ConfigError(f"{where}: characters: unknown key '{key}'; known: {', '.join(FIELDS)}")
    parts: dict[str, object] = {name: section.get(name) for name in (*SPECIAL, "characters", "punctuations")}
    if kind == "BaseVocabulary":
        listed = section.get("vocab_dict")
        if not isinstance(listed, list) or not listed:
            raise ConfigError(f"{where}: characters: vocab_dict: expected a list of symbols")
        return _numbered([str(name) for name in listed], parts)
    if kind == "IPAPhonemes" and section.get("phonemes") is not None:
        parts["characters"] = section["phonemes"]
    for name, value in parts.items():
        if value is not None and not isinstance(value, str):
            raise ConfigError(f"{where}: characters: {name} = {value!r}: expected text")
    if not parts["characters"]:
        raise ConfigError(f"{where}: characters: no characters are listed")
    unique, ordered = section.get("is_unique", True), section.get("is_sorted", True)
    if unique and not ordered:
        raise ConfigError(
            f"{where}: characters: is_unique without is_sorted leaves the ids to the hash order of the run that "
            "trained the model, which nobody can repeat",
            hint="list the ids of the training run as vocab_dict, with characters_class BaseVocabulary",
        )
    return _table(parts, unique=bool(unique), ordered=bool(ordered))


def _table(parts: Mapping[str, object], *, unique: bool = False, ordered: bool = True) -> CoquiTable:
    characters = list(str(parts["characters"]))
    if unique:
        characters = list(set(characters))
    if ordered:
        characters = sorted(characters)
    opening = [str(parts[name]) for name in SPECIAL if parts[name]]
    return _numbered([*opening, *characters, *str(parts["punctuations"] or "")], parts)


def _numbered(listed: list[str], parts: Mapping[str, object]) -> CoquiTable:
    last = {name: place for place, name in enumerate(listed)}
    names = tuple(
        name if last[name] == place else f"<row {place} of {name!r}, not read>" for place, name in enumerate(listed)
    )
    return CoquiTable(names, {name: last[str(parts[name])] for name in SPECIAL if parts[name] and parts[name] in last})
