"""English text to ARPAbet: punctuation, spans, sources, pauses, notes."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

from glowvox.errors import TextError
from glowvox.text.english import EnglishFrontEnd
from glowvox.text.frontend import token_names
from glowvox.text.records import Pause, Token

ENGLISH = EnglishFrontEnd()


def tokens(text: str) -> str:
    """The symbols of a clip without its ends, words apart by bars."""
    return " ".join(token_names(ENGLISH(text))[1:-1]).replace("   ", " | ")


def words(text: str) -> list[tuple[str, str, str]]:
    return [(word.spoken, " ".join(word.phonemes), word.source) for s in ENGLISH(text) for word in s.words]


def test_a_clip_is_one_framed_sequence() -> None:
    assert token_names(ENGLISH("Hi. Go!")) == ["^", "HH", "AY1", ".", " ", "G", "OW1", "!", "$"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, world!", "HH AH0 L OW1 , | W ER1 L D !"),
        ("Hello", "HH AH0 L OW1 ."),  # an end is marked though the writer did not
        ("Boats (cats) sing", "B OW1 T S , | K AE1 T S , | S IH1 NG ."),
        ('"Boats," sing.', "B OW1 T S , | S IH1 NG ."),  # quotation marks have no sound
        ("Boats -- cats — birds", "B OW1 T S - | K AE1 T S - | B ER1 D Z ."),
        ("Boats... sing", "B OW1 T S … | S IH1 NG ."),
        ("Boats, (cats): sing?!", "B OW1 T S , | K AE1 T S : | S IH1 NG ?"),  # of marks in a row the strongest stays
        ("... boats", "B OW1 T S ."),  # no mark opens a sentence
    ],
)
def test_punctuation(text: str, expected: str) -> None:
    assert tokens(text) == expected


def test_words_carry_what_was_written_said_and_why() -> None:
    (sentence,) = ENGLISH("Dr. Smith's 2 dogs")
    found = [(w.text, w.span, w.spoken, w.source, w.rule) for w in sentence.words]
    assert found == [
        ("Dr.", (0, 3), "doctor", "lexicon", "abbreviation"),
        ("Smith's", (4, 11), "smith's", "lexicon", None),
        ("2", (12, 13), "two", "lexicon", "number"),
        ("dogs", (14, 18), "dogs", "lexicon", None),
    ]
    assert sentence.tokens[-1] == Token(".", (18, 18))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the end", ("DH IY0", "weak form")),
        ("the start", ("DH AH0", "weak form")),
        ("the hour", ("DH IY0", "weak form")),
        ("the university", ("DH AH0", "weak form")),
        ("to eat", ("T UW0", "weak form")),
        ("to sing", ("T AH0", "weak form")),
        ("a cat", ("AH0", "weak form")),
        ("you sing", ("Y UW0", "weak form")),
    ],
)
def test_function_words_look_ahead(text: str, expected: tuple[str, str]) -> None:
    assert words(text)[0][1:] == expected


def test_function_words_are_strong_at_the_end_of_a_phrase_but_pronouns() -> None:
    assert words("What is it for?")[-1] == ("for", "F AO1 R", "lexicon")
    assert words("the one I came to, in fact")[4] == ("to", "T UW1", "weak form")
    assert words("give it to him")[-1] == ("him", "HH IH0 M", "weak form")


def test_unknown_words_are_forms_of_known_ones_or_go_to_the_network() -> None:
    assert words("Hanrahan's")[0] == ("hanrahan's", "HH AE1 N R AH0 HH AE0 N Z", "ending")
    (invented,) = words("blorptastic")
    assert invented[2] == "network"
    assert invented[1].startswith("B L AO")


def test_letters_are_spelled_with_one_main_stress_a_row() -> None:
    assert [(said, source) for _, said, source in words("the FBI")] == [
        ("DH IY0", "weak form"),
        ("EH2 F", "spelled"),
        ("B IY2", "spelled"),
        ("AY1", "spelled"),
    ]
    assert words("the FBI's")[-1][1] == "AY1 Z"
    assert words("NATO")[0] == ("nato", "N EY1 T OW0", "lexicon")


@pytest.mark.parametrize(
    ("text", "place", "phones"),
    [
        ("Vitamin A is good.", 1, "EY1"),
        ("A B C", 0, "EY1"),
        ("Plan A.", 1, "EY1"),
        ("A cat", 0, "AH0"),
        ("Once Upon A Time", 2, "AH0"),
        ("THIS IS A TEST", 2, "AH0"),
        ("Yes: A cat", 1, "AH0"),
    ],
)
def test_a_is_an_article_or_a_letter(text: str, place: int, phones: str) -> None:
    assert words(text)[place][1] == phones


def test_inline_phonemes_stand_for_a_word() -> None:
    (sentence,) = ENGLISH("The {K AE1 T} saw [tomato](/təˈmɑːtoʊ/).")
    assert [(w.text, w.spoken, " ".join(w.phonemes), w.source) for w in sentence.words[1::2]] == [
        ("{K AE1 T}", "{K AE1 T}", "K AE1 T", "inline"),
        ("[tomato](/təˈmɑːtoʊ/)", "tomato", "T AH0 M AA1 T OW0", "inline"),
    ]
    assert sentence.tokens[-1].symbol == "."


def test_inline_phonemes_tell_the_article_what_follows() -> None:
    assert words("the {OW1 N ER0}")[0][1] == "DH IY0"


def test_pauses_cut_and_add_up() -> None:
    first, second = ENGLISH("Wait [pause:0.5s][pause:250ms] here.")
    assert first.pauses == (Pause(0.5, (5, 17)), Pause(0.25, (17, 30)))
    assert first.pause_after_s == 0.75
    assert first.tokens[-1].symbol == ","  # the phrase is not over
    assert second.text == "here."
    assert second.pause_after_s == 0.0


def test_a_pause_may_open_a_text() -> None:
    empty, sentence = ENGLISH("[pause:1s]Go.")
    assert (empty.tokens, empty.words, empty.pause_after_s) == ((), (), 1.0)
    assert sentence.text == "Go."
    assert token_names([empty, sentence]) == ["^", "G", "OW1", ".", "$"]


def test_what_cannot_be_spoken_is_noted_once() -> None:
    sentences = ENGLISH("Hi Привет. Привет again.")
    notes = [note for s in sentences for note in s.notes]
    assert len(notes) == 1
    assert "U+041F" in notes[0].message
    assert notes[0].span == (3, 9)


def test_nothing_to_speak_gives_no_tokens() -> None:
    assert ENGLISH("") == []
    assert [s.tokens for s in ENGLISH("Привет")] == [()]
    assert token_names(ENGLISH("...")) == ["^", "$"]


def test_mistakes_in_markup_are_errors() -> None:
    with pytest.raises(TextError, match="column 4: 'AH7' is no ARPAbet phone"):
        ENGLISH("Hi {AH7}")


def test_a_very_long_word_is_spoken_in_pieces() -> None:
    (sentence,) = ENGLISH("a" * 120)
    assert len(sentence.words[0].phonemes) > 20


def test_same_text_same_tokens_from_any_thread_and_copy() -> None:
    texts = [f"Number {n}, the wound of {n} blorps is read to the FBI." for n in range(40)]
    alone = [ENGLISH(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ENGLISH, texts)) == alone
    assert [pickle.loads(pickle.dumps(ENGLISH))(text) for text in texts[:3]] == alone[:3]
