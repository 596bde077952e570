"""The voice: what it says, when, how, and always the same."""

from __future__ import annotations

import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import glowvox
from glowvox.audio.wave import join
from glowvox.errors import TextError, UsageError
from glowvox.runtime.manner import Durations
from glowvox.runtime.voice import Voice, loud

TEXT = "The tide turned at noon. It cost $5!"
HOP, RATE = 256, 22050


def test_pieces_join_to_what_is_said_at_once(voice: Voice) -> None:
    whole = voice.say(TEXT, seed=3)
    pieces = list(voice.stream(TEXT, seed=3))
    assert len(pieces) >= 3  # two sentences and the pause between them
    joined = join(pieces)
    np.testing.assert_array_equal(joined.samples, whole.samples)
    assert (joined.words, joined.phonemes, joined.text, joined.seed) == (whole.words, whole.phonemes, TEXT, 3)
    assert whole.sample_rate == RATE
    assert 0.05 < np.abs(whole.samples).max() < 1


def test_every_word_and_phoneme_has_a_time_and_a_place_in_the_text(voice: Voice) -> None:
    audio = voice.say(TEXT)
    assert " ".join(word.text for word in audio.words) == "The tide turned at noon It cost five dollars"
    assert " ".join(TEXT[slice(*word.span)] for word in audio.words) == "The tide turned at noon It cost $5 $5"
    assert [p.text for p in audio.phonemes[:5]] == ["DH", "AH0", "T", "AY1", "D"]
    edges = [time for word in audio.words for time in (word.start_s, word.end_s)]
    assert edges == sorted(edges)
    assert edges[0] > 0
    assert edges[-1] <= audio.seconds
    for word in audio.words:
        inside = [p for p in audio.phonemes if word.start_s - 1e-9 <= p.start_s and p.end_s <= word.end_s + 1e-9]
        assert inside[0].start_s == pytest.approx(word.start_s)
        assert inside[-1].end_s == pytest.approx(word.end_s)
        assert all(p.span == word.span for p in inside)
    noon, it = audio.words[4:6]
    assert it.start_s - noon.end_s > 0.25  # the pause between sentences lies between them


def test_times_are_whole_frames_of_the_sound(voice: Voice) -> None:
    audio = voice.say("Noon.")
    assert len(audio) % (2 * HOP) == 0  # the decoder takes two frames together
    for phoneme in audio.phonemes:
        assert phoneme.start_s * RATE / HOP == pytest.approx(round(phoneme.start_s * RATE / HOP), abs=1e-6)


def test_the_same_seed_gives_the_same_bytes_from_eight_threads(voice: Voice, folder: Path) -> None:
    first = voice.say(TEXT, seed=5).samples.tobytes()
    with ThreadPoolExecutor(8) as pool:
        assert {audio.samples.tobytes() for audio in pool.map(lambda _: voice.say(TEXT, seed=5), range(16))} == {first}
    assert Voice.load(folder, threads=2).say(TEXT, seed=5).samples.tobytes() == first
    assert voice.say(TEXT, seed=6).samples.tobytes() != first


def test_without_variation_only_the_noise_of_the_sound_depends_on_the_seed(voice: Voice) -> None:
    one, other = (voice.say("Noon.", seed=seed, variation=0) for seed in (1, 2))
    assert one.words == other.words
    assert voice.say("Noon.", seed=1, variation=0).samples.tobytes() == one.samples.tobytes()
    assert voice.say("Noon.", seed=1, variation=1).samples.tobytes() != one.samples.tobytes()


def test_pauses_are_exact_to_the_sample(voice: Voice) -> None:
    def length(text: str, **options: float) -> int:
        return len(voice.say(text, **options))

    one, two = length("Noon came."), length("It went.")
    assert length("Noon came. It went.") == one + two + round(0.25 * RATE)
    assert length("Noon came. It went.", sentence_pause=0) == one + two
    assert length("Noon came. It went.", sentence_pause=1.1) == one + two + round(1.1 * RATE)
    assert length("Noon came.\n\nIt went.") == one + two + round(0.6 * RATE)
    assert length("Noon came. [pause:0.123s] It went.") == one + two + round(0.123 * RATE)
    assert length("Noon came. [pause:0s] It went.") == one + two + round(0.25 * RATE)
    assert length("[pause:1s]") == RATE
    assert length("[pause:1s] Noon came. [pause:500ms]") == one + RATE + RATE // 2


def test_silence_is_silent(voice: Voice) -> None:
    samples = voice.say("Noon came. [pause:0.5s] It went.").samples
    start = len(voice.say("Noon came."))
    assert not samples[start : start + RATE // 2].any()
    assert samples[start - HOP : start].any()


@pytest.mark.parametrize("text", ["", "   \n\n ", "...", "?!", "\x00", "—"])
def test_a_text_with_nothing_in_it_is_no_sound(voice: Voice, text: str) -> None:
    audio = voice.say(text)
    assert (len(audio), audio.words, audio.phonemes, audio.text) == (0, (), (), text)
    assert list(voice.stream(text)) == []


@pytest.mark.parametrize("text", ["a", "I", "{HH}", "No.", "Hello 日本 мир 🙂", "1" * 60, "a\x07b\x1b[31m"])
def test_odd_texts_are_spoken(voice: Voice, text: str) -> None:
    audio = voice.say(text)
    assert len(audio) > 0
    assert np.isfinite(audio.samples).all()


def test_speed_divides_the_time(voice: Voice) -> None:
    plain, fast, slow = (len(voice.say("The tide turned.", speed=speed)) for speed in (1, 2, 0.5))
    assert 0.45 * plain < fast < 0.75 * plain
    assert 1.6 * plain < slow < 2.1 * plain


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"speed": 0}, "speed = 0: expected 0.1 to 10"),
        ({"speed": -1}, "speed = -1"),
        ({"speed": float("nan")}, "speed = nan"),
        ({"speed": float("inf")}, "speed = inf"),
        ({"variation": -0.1}, r"variation = -0\.1: expected 0 or more"),
        ({"variation": float("nan")}, "variation = nan"),
        ({"seed": -1}, "seed = -1: expected a whole number"),
        ({"seed": 0.5}, r"seed = 0\.5"),
        ({"volume": -1}, "volume = -1: expected 0 to 10"),
        ({"volume": float("nan")}, "volume = nan"),
        ({"sentence_pause": -1}, "sentence_pause = -1"),
        ({"sentence_pause": float("nan")}, "sentence_pause = nan"),
        ({"speaker": "bem"}, "no speaker 'bem' in this voice; did you mean 'ben'.*known: anna, ben"),
        ({"speaker": "zoe"}, "no speaker 'zoe' in this voice; known: anna, ben"),
        ({"speaker": "anna:0.5,zoe:1"}, "no speaker 'zoe'"),
        ({"speaker": "anna:x"}, "'x' is no share"),
        ({"speaker": "anna:-1"}, "'-1' is no share"),
        ({"speaker": "anna:0"}, "add up to more than 0"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_at_once(voice: Voice, options: dict, message: str) -> None:
    for ask in (voice.say, voice.stream):
        with pytest.raises(UsageError, match=message):
            ask("Hello.", **options)
    with pytest.raises(UsageError, match=message):
        voice.say_many(["Hello."], **options)


def test_an_option_that_does_not_exist_is_refused(voice: Voice) -> None:
    with pytest.raises(TypeError, match="speeed"):
        voice.say("Hello.", speeed=1)


def test_markup_that_cannot_be_read_is_an_error(voice: Voice) -> None:
    with pytest.raises(TextError, match="'soon' is no duration"):
        voice.say("[pause:soon]")


def test_speakers_and_blends(voice: Voice) -> None:
    anna, ben = (voice.say("Noon.", speaker=name, variation=0).samples for name in ("anna", "ben"))
    assert voice.speakers == ("anna", "ben")
    np.testing.assert_array_equal(voice.say("Noon.", variation=0).samples, anna)
    assert anna.shape != ben.shape or not np.allclose(anna, ben)
    np.testing.assert_array_equal(voice.say("Noon.", speaker="anna:1,ben:0", variation=0).samples, anna)
    one, same = (voice.say("Noon.", speaker=s, variation=0).samples for s in ("anna:0.6,ben:0.4", "ben:2, anna:3"))
    np.testing.assert_allclose(one, same, atol=1e-5)
    assert np.linalg.norm(voice.vector("anna:0.6,ben:0.4")) == pytest.approx(1, abs=1e-6)


def test_volume_scales_and_never_leaves_full_scale(voice: Voice) -> None:
    plain, half, most = (voice.say("Noon.", volume=volume).samples for volume in (1, 0.5, 10))
    quiet = np.abs(plain) < 0.9
    np.testing.assert_allclose(half[quiet], plain[quiet] / 2, atol=1e-6)
    assert np.abs(most).max() <= 0.99
    assert not voice.say("Noon.", volume=0).samples.any()


def test_loud_samples_are_bent_and_stay_in_order() -> None:
    given = np.linspace(-3, 3, 1001, dtype=np.float32)
    bent = loud(given, 1.0)
    inside = np.abs(given) <= 0.9
    np.testing.assert_array_equal(bent[inside], given[inside])
    assert (np.diff(bent) >= 0).all()
    assert np.abs(bent).max() <= 0.99
    np.testing.assert_allclose(bent, -bent[::-1], atol=1e-6)


def test_words_and_phonemes_last_as_long_as_the_caller_says(voice: Voice) -> None:
    frame = HOP / RATE
    durations = Durations(words={1: 40 * frame}, phonemes={0: 9 * frame})
    plain, asked = voice.say(TEXT), voice.say(TEXT, durations=durations)
    tide = asked.words[1]
    assert tide.end_s - tide.start_s == pytest.approx(40 * frame)
    first = asked.phonemes[0]
    assert first.end_s - first.start_s == pytest.approx(9 * frame)
    for before, after in zip(plain.words[2:5], asked.words[2:5], strict=True):
        assert after.end_s - after.start_s == pytest.approx(before.end_s - before.start_s)


def test_a_word_of_the_second_sentence_is_counted_on(voice: Voice) -> None:
    frame = HOP / RATE
    audio = voice.say(TEXT, durations=Durations(words={6: 33 * frame}))
    assert audio.words[6].text == "cost"
    assert audio.words[6].end_s - audio.words[6].start_s == pytest.approx(33 * frame)


@pytest.mark.parametrize("given", [{"words": {-1: 1.0}}, {"phonemes": {0: -1.0}}, {"words": {0: float("nan")}}])
def test_durations_that_cannot_be(given: dict) -> None:
    with pytest.raises(UsageError, match="durations: "):
        Durations(**given)


@pytest.mark.parametrize("workers", [1, 3, 0])
def test_many_texts_come_in_their_order(voice: Voice, workers: int) -> None:
    texts = [f"Number {number}." for number in range(9)]
    found = list(voice.say_many(iter(texts), workers=workers, seed=2))
    assert [audio.text for audio in found] == texts
    np.testing.assert_array_equal(found[7].samples, voice.say(texts[7], seed=2).samples)
    with pytest.raises(UsageError, match="workers = -1"):
        voice.say_many(texts, workers=-1)


def test_a_voice_goes_to_another_process_by_its_place(voice: Voice) -> None:
    again = pickle.loads(pickle.dumps(voice))
    np.testing.assert_array_equal(again.say("Noon.").samples, voice.say("Noon.").samples)


def test_a_sentence_of_thousands_of_tokens_is_spoken_in_parts(voice: Voice) -> None:
    text = "Yes, and no, " * 150
    audio = voice.say(text, speed=10)
    assert len(audio.words) == 450
    starts = [word.start_s for word in audio.words]
    assert starts == sorted(starts)
    assert [text[slice(*word.span)] for word in audio.words[-3:]] == ["Yes", "and", "no"]


def test_a_voice_describes_itself(voice: Voice) -> None:
    told = voice.describe()
    assert (told["name"], told["speakers"], told["sample_rate"]) == ("tiny", ["anna", "ben"], RATE)
    assert told["precision"] == {"encoder.onnx": "fp32", "decoder.onnx": "fp32", "vocoder.onnx": "fp32"}
    assert (told["licence"], told["data"], told["consent"]) == ("CC0-1.0", "random numbers", "nobody's")
    assert (voice.name, voice.sample_rate, voice.variation) == ("tiny", RATE, 0.5)


def test_the_package_speaks_in_two_lines(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from glowvox.runtime import places

    monkeypatch.setattr(places, "folders", lambda: (folder.parent,))
    places.default_voice.cache_clear()
    expected = Voice.load(folder).say("Noon.").samples
    np.testing.assert_array_equal(glowvox.say("Noon.").samples, expected)
    for wanted in (folder, str(folder), "tiny", "default"):
        assert glowvox.load(wanted).name == "tiny"
    places.default_voice.cache_clear()
    with pytest.raises(UsageError, match="no voice 'tini'.*did you mean 'tiny'"):
        glowvox.load("tini")
    assert (glowvox.Voice, glowvox.Durations) == (Voice, Durations)
    with pytest.raises(AttributeError, match="no attribute 'Vioce'"):
        _ = glowvox.Vioce


def test_speaking_imports_no_torch_and_nothing_before_it_numpy(folder: Path) -> None:
    program = (
        "import sys, glowvox; assert 'numpy' not in sys.modules;"
        f"a = glowvox.load({str(folder)!r}).say('Noon came. It went.'); assert len(a) > 1000;"
        "bad = {'torch', 'onnx', 'scipy', 'numba', 'soundfile', 'librosa'} & set(sys.modules);"
        "assert not bad, bad"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
