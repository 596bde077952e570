"""What a clip's text becomes, by the front ends of imported models as well."""

from __future__ import annotations

import pytest

from glowvox.data.tokens import clip_symbols
from glowvox.errors import TextError
from glowvox.text.frontend import make_front_end


@pytest.mark.parametrize("name", ["english", "glow-tts-authors", "glow-tts-amphion", "flowtron"])
def test_speech_is_told_from_none_by_every_front_end(name: str) -> None:
    symbols = clip_symbols("Yes, no.", make_front_end(name))
    assert len(symbols) >= 5
    with pytest.raises(TextError, match="finds nothing to speak in it|nothing in the text can be spoken"):
        clip_symbols("-", make_front_end(name))


def test_phones_of_published_inventories_are_speech() -> None:
    """All of a clip may be written as @HH @AH0, where a dictionary had every word."""
    assert clip_symbols("Hello", make_front_end("glow-tts-amphion")) == ["@HH", "@AH0", "@L", "@OW1"]
