"""Coqui's tokenizer, which is the front end of imported models."""

from __future__ import annotations

from collections.abc import Sequence

from glowvox.compat.coqui.config import GlowTTSConfig
from glowvox.importers.coqui_text import coqui_front_end
from glowvox.text.coqui import CoquiFrontEnd


class TTSTokenizer:
    """Texts to the ids of symbols and back."""

    def __init__(self, front_end: CoquiFrontEnd) -> None:
        self.front_end = front_end
        self.num_chars = len(front_end.symbols)

    @classmethod
    def init_from_config(cls, config: GlowTTSConfig) -> tuple[TTSTokenizer, GlowTTSConfig]:
        """The tokenizer of a model's settings, and the settings with the number of its symbols as `num_chars`.

        raises  ConfigError for a cleaner, phonemizer or symbols that are not here
        """
        tokenizer = cls(coqui_front_end(config, where="GlowTTSConfig"))
        config.num_chars = tokenizer.num_chars
        return tokenizer, config

    def text_to_ids(self, text: str) -> list[int]:
        """Ids of a text.

        raises  TextError where nothing of it can be spoken
        """
        return self.front_end.ids(text)

    def ids_to_text(self, id_sequence: Sequence[int]) -> str:
        """The symbols of ids, written together."""
        return "".join(self.front_end.symbols.decode(id_sequence))
