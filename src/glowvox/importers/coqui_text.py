"""The tokenizer of Coqui's settings, as a front end of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glowvox.errors import ConfigError
from glowvox.importers.coqui_settings import section, word
from glowvox.text.coqui import NO_CLEANER, CoquiFrontEnd
from glowvox.text.coqui_symbols import symbol_table
from glowvox.text.symbols import Symbols

PHONEMIZERS = ("espeak", "gruut", None)  # others write other alphabets


def coqui_front_end(table: Mapping[str, Any], *, where: str) -> CoquiFrontEnd:
    """The front end of a settings file.

    raises  ConfigError for a cleaner or phonemizer that is not here, and for blanks or ends without symbols for them
    """
    phonemes = bool(table.get("use_phonemes"))
    language = word(table, "phoneme_language", where=where)
    if phonemes and word(table, "phonemizer", where=where) not in PHONEMIZERS:
        raise ConfigError(
            f"{where}: phonemizer '{table['phonemizer']}' is not here; espeak is, and stands in for gruut",
            hint="texts can still be given as phonemes: set use_phonemes to false and write what the model reads",
        )
    if phonemes and language is None:
        raise ConfigError(f"{where}: use_phonemes is true but phoneme_language is not set, as in 'en-us'")
    characters = section(table, "characters", where=where) or None
    symbols = symbol_table(characters, phonemes=phonemes, where=where)

    def special(field: str, *, wanted: object) -> int | None:
        if not wanted:
            return None
        if field not in symbols.special:
            raise ConfigError(
                f"{where}: characters: '{field}' is asked for but not defined",
                hint="Coqui's code would use an id one past the last row of the embedding",
            )
        return symbols.special[field]

    ends = table.get("enable_eos_bos_chars")
    try:
        return CoquiFrontEnd(
            Symbols(symbols.names),
            word(table, "text_cleaner", where=where) or NO_CLEANER,
            special("blank", wanted=table.get("add_blank")),
            special("bos", wanted=ends),
            special("eos", wanted=ends),
            language if phonemes else None,
        )
    except ConfigError as error:
        raise ConfigError(
            f"{where}: text_cleaner: {error.message}" if "cleaner" in error.message else error.message
        ) from None
