"""A clip's text as the symbols a model reads, or why it has none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from glowvox.data.prepare_config import PrepareConfig
from glowvox.errors import ConfigError, TextError

if TYPE_CHECKING:
    from glowvox.text.frontend import FrontEnd, Sentence

GUESSED = "network"  # the source of pronunciations that no dictionary vouches for


def front_end_of(config: PrepareConfig) -> FrontEnd:
    """The front end of the settings.

    raises  ConfigError when there is no such front end or lexicon
    """
    from glowvox.text.frontend import make_front_end

    lexicon = Path(config.lexicon) if config.lexicon else None
    if lexicon is not None and not lexicon.is_file():
        raise ConfigError(f"lexicon = {config.lexicon}: no such file")
    return make_front_end(config.front_end, lexicon=lexicon)


def lexicon_text(config: PrepareConfig) -> str:
    """The content of the user's lexicon; empty where there is none."""
    return Path(config.lexicon).read_text(encoding="utf-8") if config.lexicon else ""


def clip_symbols(text: str, front_end: FrontEnd) -> list[str]:
    """The symbols of a whole clip.

    raises  TextError when nothing of it can be spoken, or when letters or digits would be passed over: the recording
            says them, so a model would learn to say them at the wrong places
    """
    from glowvox.text.frontend import token_names

    sentences = front_end(text)
    skipped = _skipped(text, sentences)
    names = (token.symbol.removeprefix("@") for sentence in sentences for token in sentence.tokens)
    if not any(name[:1].isalnum() for name in names):  # published inventories write phones as @HH
        raise TextError(f"the front end '{front_end.name}' finds nothing to speak in it")
    if skipped:
        letters = "".join(dict.fromkeys(skipped))
        points = " ".join(f"U+{ord(letter):04X}" for letter in letters[:4])
        shown = letters[:12] + "…" * (len(letters) > 12)
        raise TextError(
            f"the front end '{front_end.name}' cannot speak '{shown}' ({points}{' …' * (len(letters) > 4)})"
        )
    return token_names(sentences, framed=front_end.framed)


def guessed_words(text: str, front_end: FrontEnd) -> list[str]:
    """The words whose pronunciation is a guess, as spoken."""
    return [word.spoken for sentence in front_end(text) for word in sentence.words if word.source == GUESSED]


def _skipped(text: str, sentences: Sequence[Sentence]) -> str:
    """Letters and digits of the text that no token stands for."""
    heard = [False] * len(text)
    for sentence in sentences:
        spans = [word.span for word in sentence.words if word.phonemes]
        for start, end in (*spans, *(token.span for token in sentence.tokens)):
            heard[start:end] = [True] * (end - start)
    return "".join(letter for letter, known in zip(text, heard, strict=True) if letter.isalnum() and not known)
