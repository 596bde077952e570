from __future__ import annotations

import re

import pytest

from glowvox.audio.captions import LINE, LONGEST_S, Cue, cues, srt, times, vtt
from glowvox.audio.timing import Timed


def spoken(text: str, *, each: float = 0.3, gap: float = 0.05, after_stop: float = 0.3) -> list[Timed]:
    """Every run of letters as a word, with silence behind sentences."""
    words, at = [], 0.0
    for match in re.finditer(r"[\w'$.]*\w", text):
        words.append(Timed(match[0], at, at + each, match.span()))
        at += each + (after_stop if text[match.end() : match.end() + 1] in ".?!" else gap)
    return words


def test_sentences_are_subtitles_of_their_own() -> None:
    text = 'The tide turned. "Did it?" he asked!'
    assert [cue.text for cue in cues(text, spoken(text))] == ["The tide turned.", '"Did it?"', "he asked!"]


def test_times_are_those_of_the_words_and_do_not_overlap() -> None:
    text = "One two. Three four."
    first, second = cues(text, spoken(text))
    assert first == Cue("One two.", 0.0, 0.95)  # 0.65, lingering until the next begins
    assert second.start_s == 0.95
    assert second.end_s == pytest.approx(0.95 + 0.65 + 0.3)


def test_a_full_stop_without_a_breath_ends_nothing() -> None:
    words = [Timed("mister", 0, 0.4, (0, 2)), Timed("Dee", 0.42, 0.8, (4, 7)), Timed("left", 0.8, 1.0, (8, 12))]
    assert [cue.text for cue in cues("Mr. Dee left.", words)] == ["Mr. Dee left."]


def test_long_sentences_break_at_commas_and_stay_readable() -> None:
    text = (
        "The keeper, who had counted seven ships before breakfast, went down to the harbour with a lantern, "
        "although the sun had long been up and nobody else in the village saw any reason for a light at all."
    )
    found = cues(text, spoken(text, each=0.25))
    assert len(found) >= 3
    assert found[0].text.endswith(",")
    assert " ".join(cue.text for cue in found) == text
    for cue in found:
        assert cue.end_s - cue.start_s <= LONGEST_S + 0.3
        assert len(cue.text) <= 2 * LINE


def test_a_pause_breaks_and_is_not_written() -> None:
    text = "Wait [pause:2s] for it. The [tomato](/təˈmɑːtoʊ/) is red."
    words = [
        Timed("wait", 0.0, 0.3, (0, 4)),
        Timed("for", 2.3, 2.5, (16, 19)),
        Timed("it", 2.5, 2.7, (20, 22)),
        Timed("the", 3.0, 3.1, (24, 27)),
        Timed("tomato", 3.1, 3.6, (28, 50)),
        Timed("is", 3.6, 3.7, (51, 53)),
        Timed("red", 3.7, 4.0, (54, 57)),
    ]
    assert [cue.text for cue in cues(text, words)] == ["Wait", "for it.", "The tomato is red."]


def test_one_place_spoken_as_several_words_is_written_once() -> None:
    words = [
        Timed("it", 0, 0.1, (0, 2)),
        Timed("three", 0.1, 0.2, (3, 8)),
        Timed("dollars", 0.2, 0.3, (3, 8)),
        Timed("fifty", 0.3, 0.4, (3, 8)),
    ]
    assert [cue.text for cue in cues("It $3.50!", words)] == ["It $3.50!"]


def test_subrip_as_players_read_it() -> None:
    text = "One two. Three."
    words = [*spoken("One two."), Timed("three", 3725.5, 3726.0, (9, 14))]
    assert srt(text, words) == (
        "1\n00:00:00,000 --> 00:00:00,950\nOne two.\n\n2\n01:02:05,500 --> 01:02:06,300\nThree.\n"
    )


def test_webvtt_escapes_what_would_be_markup() -> None:
    text = "Salt & <pepper>."
    words = [Timed("salt", 0, 0.5, (0, 4)), Timed("pepper", 0.5, 1.0, (8, 14))]
    assert vtt(text, words) == "WEBVTT\n\n00:00:00.000 --> 00:00:01.300\nSalt &amp; &lt;pepper&gt;.\n"


def test_long_subtitles_have_two_lines_of_like_length() -> None:
    text = "Forty-two characters are what one line may hold and no more than that here"
    body = srt(text, spoken(text, each=0.2)).split("\n")[2:4]
    assert " ".join(body) == text
    assert all(len(line) <= LINE for line in body)


def test_nothing_said_is_nothing_written() -> None:
    assert srt("", []) == ""
    assert vtt("...", []) == "WEBVTT\n"


def test_times_are_plain_values() -> None:
    assert times([Timed("a", 0.123456, 1.0, (2, 3))]) == [{"text": "a", "start": 0.1235, "end": 1.0, "span": [2, 3]}]
