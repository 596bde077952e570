"""What holds for any text."""

from __future__ import annotations

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from glowvox.errors import TextError
from glowvox.text.authors import AuthorsFrontEnd
from glowvox.text.characters import CharactersFrontEnd
from glowvox.text.english import EnglishFrontEnd
from glowvox.text.frontend import token_names
from glowvox.text.graphemes import graphemes
from glowvox.text.lexicon import Lexicon, pack
from glowvox.text.records import Sentence
from glowvox.text.symbols import ARPABET, PHONES, PUNCTUATION

ENGLISH = EnglishFrontEnd()
LIKELY = st.text(alphabet=string.ascii_letters + string.digits + " .,'\"-()[]{}/:!?$%☂éПр好\n", max_size=60)
ANY = st.one_of(LIKELY, st.text(max_size=40))


def check_spans(text: str, sentences: list[Sentence]) -> None:
    before = 0
    for sentence in sentences:
        start, end = sentence.span
        assert before <= start <= end <= len(text)
        assert text[start:end] == sentence.text
        before = end
        for word in sentence.words:
            assert text[slice(*word.span)] == word.text
            assert start <= word.span[0] < word.span[1] <= end
            assert word.phonemes
        for token in sentence.tokens:
            assert start <= token.span[0] <= token.span[1] <= end


@settings(max_examples=150, deadline=None)
@given(ANY)
def test_english_takes_any_text(text: str) -> None:
    try:
        sentences = ENGLISH(text)
    except TextError:  # markup that cannot be read
        return
    check_spans(text, sentences)
    names = token_names(sentences)
    assert ARPABET.encode(names)
    assert (names[0], names[-1]) == ("^", "$")
    inner = names[1:-1]
    assert not any(a == " " and (b == " " or b in PUNCTUATION) for a, b in zip(inner, inner[1:], strict=False))
    assert inner == [] or (inner[0] in PHONES and inner[-1] in PUNCTUATION)


@settings(max_examples=150, deadline=None)
@given(ANY)
def test_characters_are_all_spoken_or_noted(text: str) -> None:
    try:
        sentences = CharactersFrontEnd()(text)
    except TextError:
        return
    check_spans(text, sentences)
    shown = [g.text for s in sentences for g in graphemes(text, *s.span) if not g.text.isspace()]
    spoken = [t.symbol for s in sentences for t in s.tokens if t.symbol != " "]
    reserved = [letter for letter in shown if letter in "_^$"]
    assert len(spoken) + len(reserved) == len(shown)
    assert {n.message[1] for s in sentences for n in s.notes} == set(reserved)


@settings(max_examples=100, deadline=None)
@given(ANY)
def test_the_published_front_end_takes_any_text(text: str) -> None:
    try:
        numbers = AuthorsFrontEnd().ids(text)
    except TextError:
        return
    assert all(0 <= number < 148 for number in numbers)


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(
        st.text(alphabet="abcdefgh'", min_size=1, max_size=8),
        st.lists(st.sampled_from(PHONES), min_size=1, max_size=6).map(tuple),
        min_size=1,
        max_size=600,
    )
)
def test_a_packed_lexicon_is_the_mapping(words: dict[str, tuple[str, ...]]) -> None:
    lexicon = Lexicon(pack(words))
    assert {word: lexicon.get(word) for word in words} == words
    assert lexicon.get("zz") is None
