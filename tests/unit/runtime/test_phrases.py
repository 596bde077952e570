"""Texts as phrases: lazily, in parts a model can take, with every span in the text as given."""

from __future__ import annotations

from itertools import islice

import pytest

from glowvox.runtime import phrases as runtime_phrases
from glowvox.runtime.phrases import BLOCK, FIRST_BLOCK, LONGEST, Phrase, blocks, owners_of, phrases, split_tokens
from glowvox.text.english import EnglishFrontEnd
from glowvox.text.frontend import Sentence, Token, make_front_end
from glowvox.text.symbols import BOUNDARY, Symbols


def of(text: str, **options: float) -> list[Phrase]:
    return list(phrases(text, EnglishFrontEnd(), **{"sentence_pause": 0.25, **options}))


def test_sentences_are_framed_and_paused() -> None:
    found = of("Noon came. It went!\n\nThe end [pause:2s]")
    assert [phrase.pause_s for phrase in found] == [0.25, 0.25 * 2.4, 2.0]
    assert [phrase.symbols[0] + phrase.symbols[-2] + phrase.symbols[-1] for phrase in found] == ["^.$", "^!$", "^,$"]
    assert [word.text for phrase in found for word in phrase.words] == ["Noon", "came", "It", "went", "The", "end"]
    assert all(phrase.first == 1 for phrase in found)
    assert [phrase.symbols[1:-1] for phrase in found] == [tuple(t.symbol for t in p.tokens) for p in found]


def test_words_and_phonemes_are_counted_through_the_text() -> None:
    found = of("Noon came. It went.")
    words = [token.word for phrase in found for token in phrase.tokens if token.phoneme >= 0]
    phonemes = [token.phoneme for phrase in found for token in phrase.tokens if token.phoneme >= 0]
    assert words == [0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 3]
    assert phonemes == list(range(12))
    assert {t.symbol for phrase in found for t in phrase.tokens if t.phoneme < 0} == {BOUNDARY, "."}


def test_a_pause_alone_has_no_symbols() -> None:
    assert of("[pause:1s]") == [Phrase((), 0, (), (), 1.0)]
    assert of("*** [pause:1s] ...")[-1].pause_s == 1.0


def test_long_texts_are_read_block_by_block_and_keep_their_spans() -> None:
    asked: list[int] = []

    class Counting:
        framed = True
        real = EnglishFrontEnd()

        def __call__(self, text: str) -> list[Sentence]:
            asked.append(len(text))
            return self.real(text)

    text = "The tide turned at noon. " * 2000
    some = list(islice(phrases(text, Counting(), sentence_pause=0.25), 300))  # type: ignore[arg-type]
    assert len(asked) <= 3
    assert max(asked) < 1.1 * BLOCK
    for phrase in some:
        for word in phrase.words:
            assert text[slice(*word.span)] == word.text
    assert [token.word for phrase in some for token in phrase.tokens if token.phoneme >= 0][-1] == 5 * 300 - 1
    whole = of(text[:8000])
    cut = [phrase for phrase in some if phrase.tokens[-1].span[1] <= 8000]
    assert [p.symbols for p in cut] == [p.symbols for p in whole[: len(cut)]]


def test_blocks_end_with_sentences_and_keep_pauses_with_what_they_follow() -> None:
    text = ("Noon came and went and nobody saw it go. [pause:0.1s] " * 400).strip()
    spans = list(blocks(text))
    assert len(spans) > 3
    assert "".join(text[slice(*span)] for span in spans) == text
    for start, _ in spans[1:]:
        assert not text[start:].lstrip().startswith("[pause")
        assert text[:start].rstrip().endswith(("]", "."))
    found = of(text)
    assert len(found) == 400
    assert {phrase.pause_s for phrase in found} == {0.1}
    assert next(blocks(text))[1] < 2 * FIRST_BLOCK  # soon heard
    assert list(blocks("")) == list(blocks(" \n ")) == []
    assert list(blocks("Hi.")) == [(0, 3)]


@pytest.mark.parametrize("marked", ["[Yes. No](/jɛs/)", "{Y EH1 S. No}", "a stray [ and on. No", "Dr. No", "No. 5"])
def test_blocks_do_not_end_inside_markup(marked: str) -> None:
    text = "Noon came. " * 26 + marked + " and it went." + " Noon came." * 500
    for start, end in list(blocks(text))[:-1]:
        inside = text.index(marked)
        assert not inside < end < inside + len(marked) or marked.startswith("a stray")
        assert text[start:end].rstrip().endswith(".")
    assert [p.symbols for p in of(text)] == [p.symbols for p in _whole(text)]


def _whole(text: str) -> list[Phrase]:
    """The phrases of the text read in one block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime_phrases, "FIRST_BLOCK", 10**9)
        return of(text)


def tokens(symbols: str) -> tuple[Token, ...]:
    return tuple(Token(symbol, (place, place)) for place, symbol in enumerate(symbols))


@pytest.mark.parametrize(
    ("symbols", "cuts"),
    [
        ("a" * 400, [(0, 400)]),
        ("", []),
        ("a" * 900, [(0, 400), (400, 800), (800, 900)]),
        ("a" * 250 + " " + "b" * 300, [(0, 250), (251, 551)]),
        ("a" * 250 + "," + "b" * 99 + " " + "c" * 200, [(0, 251), (251, 551)]),
        ("a" * 250 + ",b;" + "c" * 100 + "," + "d" * 200, [(0, 253), (253, 554)]),
        ("a" * 250 + ", " + "c" * 300, [(0, 251), (252, 552)]),
    ],
)
def test_long_sentences_are_cut_at_their_best_pause(symbols: str, cuts: list[tuple[int, int]]) -> None:
    found = [(piece.start, piece.stop) for piece in split_tokens(tokens(symbols))]
    assert found == cuts
    assert all(stop - start <= LONGEST for start, stop in found)


def test_the_pause_comes_behind_the_last_part_of_a_sentence() -> None:
    found = of("Yes, " * 200 + "no. And on.")
    assert len(found) > 3
    assert [phrase.pause_s for phrase in found] == [0.0] * (len(found) - 2) + [0.25, 0.0]
    assert all(len(phrase.tokens) <= LONGEST for phrase in found)
    assert sum(len(phrase.words) for phrase in found) == 203


@pytest.mark.parametrize("name", ["english", "characters", "glow-tts-authors"])
def test_every_phoneme_has_its_word(name: str) -> None:
    text = "Hello there, Anna: $5!"
    symbols = Symbols(tuple(dict.fromkeys("_^$ " + text))) if name == "characters" else None
    front_end = make_front_end(name, symbols=symbols)
    for sentence in front_end(text):
        owners = owners_of(sentence)
        for place, word in enumerate(sentence.words):
            mine = [sentence.tokens[n].symbol for n, owner in enumerate(owners) if owner == place]
            assert tuple(mine) == word.phonemes
