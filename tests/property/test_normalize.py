"""What must hold for the normaliser and the sentence splitter on any string at all."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from glowvox.text.normalize import MARKS, normalize
from glowvox.text.sentences import SentenceSplitter, split_sentences

GATE = settings(derandomize=True, max_examples=400, deadline=None)

_SIGNS = "0123456789..,,::;--/'\"()[]$£€¥¢%#@&*+=<>^~|_\\½⅞²³⁻¹①Ⅷ٣५〇°′″–—…“”‘’ACDIMSTVXaegmps"
_PIECES = """
10 1999 2024-05-17 12:30 pm a.m. p.m. km km/h kg GB °C st th 's s Mr. Dr. St. No. e.g. etc. U.S. vs mr FBI NASA MP3
iPhone VIII May Jan. the I www. .com http:// @x #a n't dogs' 'em '90s BC AD USD million ß é 😀 👍🏽 🇺🇸 日本 Я π ﬁ ㎞ ™
№ x × 1/2 555-1234 ... min. max. cf ca. fig. &amp; -> != C# ½ 1,000 3,50€ Mon-Fri
"""
_SPACES = (" ", " ", "\n", "\n\n", "- ", " - ", "e\u0301", "\u200b", "\ufeff", "\u202e", "\x00", "\ud800", "\u00a0")
_BITS = st.sampled_from([*_SIGNS, *_PIECES.split(), *_SPACES])
_ANY = st.text(alphabet=st.characters(), max_size=40)
_CHARACTERS = st.characters(
    categories=["Nd", "Nl", "No", "Sc", "Sm", "So", "Sk", "Po", "Pd", "Cf", "Mn", "Lu", "Cs", "Cc"]
)
_SYMBOLS = st.text(alphabet=_CHARACTERS, max_size=30)
TEXTS = st.one_of(st.lists(_BITS, max_size=14).map("".join), _ANY, _SYMBOLS)
_WORD = re.compile(r"[a-z']*[a-z][a-z']*")


@GATE
@given(TEXTS)
def test_only_letters_and_marks_are_left(text: str) -> None:
    for word in normalize(text).words:
        assert word.text in MARKS or _WORD.fullmatch(word.text), word


@GATE
@given(TEXTS)
def test_no_digit_is_left(text: str) -> None:
    assert not any(unicodedata.category(character) in {"Nd", "Nl", "No"} for character in normalize(text).text)


@GATE
@given(st.characters(categories=["Nd", "Nl", "No"]))
def test_every_number_character_is_spoken(digit: str) -> None:
    assert any(word.text not in MARKS for word in normalize(digit).words)


@GATE
@given(TEXTS)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalize(text).text
    assert normalize(once).text == once


@GATE
@given(TEXTS)
def test_spans_lie_in_the_text_and_in_order(text: str) -> None:
    normalized = normalize(text)
    for piece in (*normalized.words, *normalized.notes):
        assert 0 <= piece.span[0] <= piece.span[1] <= len(text)
    assert all(a.span[0] <= b.span[0] for a, b in pairwise(normalized.words))
    assert all(a.span[0] <= b.span[0] for a, b in pairwise(normalized.notes))


@GATE
@given(TEXTS)
def test_words_spoken_as_written_stand_at_their_span(text: str) -> None:
    for word in normalize(text).words:
        if word.rule is None and text.isascii():
            start, end = word.span
            assert word.text in text[start:end].lower().replace("`", "'")


@GATE
@given(TEXTS)
def test_sentences_are_disjoint_and_hold_all_that_is_no_space(text: str) -> None:
    spans = split_sentences(text)
    assert all(start < end for start, end in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert "".join(text[start:end] for start, end in spans).split() or not text.strip()
    covered = {place for start, end in spans for place in range(start, end)}
    assert all(character.isspace() or place in covered for place, character in enumerate(text))
    assert all(not text[start].isspace() and not text[end - 1].isspace() for start, end in spans)


@GATE
@given(TEXTS, st.data())
def test_chunks_give_the_same_sentences(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    splitter = SentenceSplitter()
    found = [
        sentence
        for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)
        for sentence in splitter.feed(text[start:end])
    ]
    found += splitter.flush()
    assert [span for _, span in found] == split_sentences(text)
    assert [sentence for sentence, _ in found] == [text[start:end] for start, end in split_sentences(text)]
