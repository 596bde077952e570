"""A blank between all symbols, for any front end."""

from __future__ import annotations

from pathlib import Path

import pytest

from glowvox.data.corpus import read_corpus
from glowvox.data.prepare import prepare
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.prepared import Prepared
from glowvox.errors import ConfigError
from glowvox.runtime.phrases import owners_of, phrases
from glowvox.text.blanks import BLANK
from glowvox.text.frontend import make_front_end, token_names
from glowvox.text.symbols import Symbols
from glowvox.train.aligner import labelled
from tests.fixtures.corpora import make_ljspeech

TEXT = "The cat sat. Two birds, we like!"


@pytest.mark.parametrize("name", ["english", "characters"])
def test_a_blank_stands_before_between_and_after_all_symbols(name: str) -> None:
    plain, blank = make_front_end(name), make_front_end(f"{name}+blank")
    assert (blank.name, blank.framed) == (f"{name}+blank", plain.framed)
    assert blank.version != plain.version
    assert blank.symbols.names == (*plain.symbols.names, BLANK)
    for one, other in zip(plain(TEXT), blank(TEXT), strict=True):
        names = [token.symbol for token in other.tokens]
        assert names[1::2] == [token.symbol for token in one.tokens]
        assert names[::2] == [BLANK] * (len(one.tokens) + 1)
        assert (other.words, other.span) == (one.words, one.span)
        assert all(token.span[0] == token.span[1] for token in other.tokens[::2])
    symbols = token_names(blank(TEXT), framed=True)
    assert (symbols[0], symbols[1], symbols[-2], symbols[-1]) == ("^", BLANK, BLANK, "$")


def test_a_models_inventory_comes_with_it() -> None:
    known = Symbols(("_", "^", "$", " ", "a", "b", BLANK))
    front_end = make_front_end("characters+blank", symbols=known)
    assert front_end.symbols.names == known.names
    names = [token.symbol for token in front_end("ab")[0].tokens]
    assert names == [BLANK, "a", BLANK, "b", BLANK]
    assert known.encode(names) == [6, 4, 6, 5, 6]


def test_words_keep_their_phonemes_and_nothing_is_said_of_an_empty_text() -> None:
    plain, blank = make_front_end("english"), make_front_end("english+blank")
    for one, other in zip(plain(TEXT), blank(TEXT), strict=True):
        owners = owners_of(other)
        assert owners[1::2] == owners_of(one)
        assert set(owners[::2]) == {-1}
        own, theirs = labelled([one], framed=True), labelled([other], framed=True)
        assert [word for word, _ in theirs[1]] == [word for word, _ in own[1]]
        for (_, places), (_, others) in zip(own[1], theirs[1], strict=True):
            assert [own[0][place] for place in places] == [theirs[0][place] for place in others]
    assert blank("") == plain("")
    said = phrases(TEXT, blank, sentence_pause=0.2)
    assert [word.text for phrase in said for word in phrase.words] == [
        "The",
        "cat",
        "sat",
        "Two",
        "birds",
        "we",
        "like",
    ]


def test_a_corpus_is_prepared_with_it_and_changing_it_makes_new_symbols(tmp_path: Path) -> None:
    corpus = read_corpus(make_ljspeech(tmp_path / "jane-en"))
    prepare([corpus], tmp_path / "out", config=PrepareConfig(), processes=1)
    plain = Prepared.load(tmp_path / "out").clips("train")
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "mels").iterdir()}
    report = prepare([corpus], tmp_path / "out", config=PrepareConfig(front_end="english+blank"), processes=1)
    assert report.reused == 0
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "mels").iterdir()} == stamps
    prepared = Prepared.load(tmp_path / "out")
    assert prepared.front_end == "english+blank"
    assert prepared.symbols.names[-1] == BLANK
    for one, other in zip(plain, prepared.clips("train"), strict=True):
        assert [symbol for symbol in other.symbols if symbol != BLANK] == list(one.symbols)
        assert len(other.symbols) > 1.8 * len(one.symbols)


def test_an_unknown_front_end_with_a_blank_is_still_unknown() -> None:
    with pytest.raises(ConfigError, match="unknown front end 'englsh'; did you mean 'english'"):
        make_front_end("englsh+blank")
