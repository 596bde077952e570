"""The text normaliser of Whisper, which makes two spellings of the same words equal before they are compared."""

from __future__ import annotations

import re
from collections.abc import Callable

from glowvox.evaluate.judges.parts import load_part

_BRACKETS = re.compile(r"[()\[\]<>{}]")


def english_normaliser() -> Callable[[str], str]:
    """Lower case, no punctuation, numbers as digits, contractions and spellings unified.

    Brackets go first: the normaliser drops what stands inside them, and a reader reads it aloud.

    raises  MissingPart where whisper-normalizer is not installed
    """
    package = load_part("whisper_normalizer.english", purpose="word error", install="'glowvox[eval]'")
    unify = package.EnglishTextNormalizer()

    def normalise(text: str) -> str:
        return str(unify(_BRACKETS.sub(" ", text)))

    return normalise
