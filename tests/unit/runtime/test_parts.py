"""Smaller parts of the runtime: times, speakers, the pool, the session."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from glowvox.audio.noise import draw
from glowvox.errors import CheckpointError, UsageError
from glowvox.runtime.manner import Durations
from glowvox.runtime.phrases import phrases
from glowvox.runtime.pool import available_cores, in_order
from glowvox.runtime.session import Session
from glowvox.runtime.speakers import Speakers, read_vectors
from glowvox.runtime.timing import times, with_wanted
from glowvox.text.english import EnglishFrontEnd
from tests.fixtures.exported import make_made


def phrase(text: str):
    return next(phrases(text, EnglishFrontEnd(), sentence_pause=0.0))


def test_times_are_the_running_sum_of_durations() -> None:
    said = phrase("No one.")  # ^ N OW1 _ W AH1 N . $
    words, phonemes = times(said, np.array([2, 3, 4, 1, 5, 6, 7, 8, 9]), 0.1)
    assert [(p.text, round(p.start_s, 6), round(p.end_s, 6)) for p in phonemes] == [
        ("N", 0.2, 0.5), ("OW1", 0.5, 0.9), ("W", 1.0, 1.5), ("AH1", 1.5, 2.1), ("N", 2.1, 2.8),
    ]  # fmt: skip
    assert [(w.text, round(w.start_s, 6), round(w.end_s, 6), w.span) for w in words] == [
        ("No", 0.2, 0.9, (0, 2)),
        ("one", 1.0, 2.8, (3, 6)),
    ]


def test_a_words_time_is_shared_as_its_phonemes_would_share_it() -> None:
    said = phrase("No one.")
    frames = np.array([2, 3, 4, 1, 5, 6, 7, 8, 9])
    found = with_wanted(said, frames, Durations(words={1: 3.6}), 0.1)
    assert found.tolist() == [2, 3, 4, 1, 10, 12, 14, 8, 9]
    found = with_wanted(said, frames, Durations(words={0: 1.0}, phonemes={1: 0.2, 4: 0.0}), 0.1)
    assert found.tolist() == [2, 4, 2, 1, 5, 6, 0, 8, 9]
    assert with_wanted(said, frames, Durations(), 0.1).tolist() == frames.tolist()
    assert frames.tolist() == [2, 3, 4, 1, 5, 6, 7, 8, 9]


def test_words_that_would_have_no_time_can_be_given_some() -> None:
    found = with_wanted(phrase("No."), np.array([1, 0, 0, 1, 1]), Durations(words={0: 0.6}), 0.1)
    assert found.tolist() == [1, 3, 3, 1, 1]


def test_blends_are_of_unit_length_and_in_proportion() -> None:
    speakers = Speakers(("a", "b"), np.array([[1, 0], [0, 1]], np.float32))
    np.testing.assert_allclose(speakers.vector("a:3,b:4"), [[0.6, 0.8]], atol=1e-6)
    np.testing.assert_allclose(speakers.vector(None), [[1, 0]])
    np.testing.assert_allclose(speakers.vector("a,b"), [[np.sqrt(0.5)] * 2], atol=1e-6)


def test_a_name_with_a_colon_is_a_name() -> None:
    speakers = Speakers(("p:1", "q"), np.eye(2, dtype=np.float32))
    np.testing.assert_allclose(speakers.vector("p:1"), [[1, 0]])
    np.testing.assert_allclose(speakers.vector("p:1:1,q:0"), [[1, 0]])


def test_one_speaker_needs_no_vector_but_its_name_is_checked() -> None:
    alone = Speakers(("anna",), None)
    assert alone.vector(None) is alone.vector("anna") is None
    with pytest.raises(UsageError, match="no speaker 'ana' in this voice; did you mean 'anna'"):
        alone.vector("ana")


def test_opposite_speakers_do_not_blend() -> None:
    with pytest.raises(UsageError, match="cancel each other out"):
        Speakers(("a", "b"), np.array([[1.0], [-1.0]], np.float32)).vector("a:1,b:1")


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY\x01\x00", b"nothing of the sort"])
def test_vectors_that_are_none(content: bytes) -> None:
    with pytest.raises(CheckpointError, match=r"speakers\.npy"):
        read_vectors(content)


def test_results_keep_their_order_and_few_are_under_way() -> None:
    started: list[int] = []
    lock = threading.Lock()

    def work(number: int) -> int:
        with lock:
            started.append(number)
        time.sleep(0.002 * (number % 3))
        return number * number

    results = in_order(work, iter(range(50)), workers=3)
    assert next(results) == 0
    assert max(started) <= 6
    assert list(results) == [number * number for number in range(1, 50)]


def test_a_failure_comes_in_its_turn() -> None:
    def work(number: int) -> int:
        if number == 3:
            raise UsageError("three")
        return number

    results = in_order(work, range(9), workers=2)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(UsageError, match="three"):
        next(results)


def test_cores_are_those_of_this_process() -> None:
    assert available_cores() >= 1


def test_a_draw_depends_on_the_seed_alone_and_begins_alike() -> None:
    np.testing.assert_array_equal(draw(4, (7, 3)), draw(4, (9, 3))[:7])
    assert not np.array_equal(draw(4, (7, 3)), draw(5, (7, 3)))
    assert abs(draw(0, (10_000,)).std() - 1) < 0.03


def test_inputs_that_do_not_fit_are_an_error_of_the_voice() -> None:
    made = make_made(vocoder=False)
    session = Session(made.files["encoder.onnx"], name="encoder.onnx")
    speaker = np.ones((1, 8), np.float32)
    with pytest.raises(CheckpointError, match=r"encoder\.onnx: the graph cannot take ids \(1, 1\)"):
        session.run({"ids": np.array([[100_000]]), "speaker": speaker})
    with pytest.raises(CheckpointError, match=r"speaker \(1, 7\)"):
        session.run({"ids": np.array([[1]]), "speaker": speaker[:, :7]})
    assert session.run({"ids": np.array([[1]]), "speaker": speaker, "other": speaker})["mean"].shape == (1, 80)


def test_what_is_no_graph_is_refused() -> None:
    with pytest.raises(CheckpointError, match=r"decoder\.onnx: ONNX Runtime cannot load this graph"):
        Session(b"nothing", name="decoder.onnx")
