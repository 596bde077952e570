"""A Flowtron without torch: a voice like any other, though it has no durations."""

from __future__ import annotations

import logging
import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from glowvox.errors import CheckpointError, UsageError
from glowvox.export.exporting import Made, Request, make_voice
from glowvox.export.writing import write_voice
from glowvox.models.flowtron_sampling import Sampling
from glowvox.runtime import istft
from glowvox.runtime.acoustic import Reading
from glowvox.runtime.bundle import FlowtronVoice
from glowvox.runtime.flowtron import Flowtron
from glowvox.runtime.manner import Durations, Manner
from glowvox.runtime.reading_order import frames_read
from glowvox.runtime.session import Session
from glowvox.runtime.voice import Voice, acoustic_of
from tests.fixtures.exported import make_vocoder
from tests.fixtures.flowtrons import make_flowtron_source

TEXT = "Noon came. It went."


@pytest.fixture(scope="module")
def made() -> Made:
    return make_voice(make_flowtron_source(), make_vocoder(), Request(name="reader", precision="fp32"))


@pytest.fixture(scope="module")
def voice(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Voice:
    folder = tmp_path_factory.mktemp("voices") / "reader"
    write_voice(made, folder)
    return Voice.load(folder)


def acoustic(made: Made) -> Flowtron:
    model = acoustic_of(made.settings, made.files)
    assert isinstance(model, Flowtron)
    return model


def test_a_voice_says_what_it_is(voice: Voice) -> None:
    told = voice.describe()
    assert (told["model"], told["speakers"], told["variation"]) == ("Flowtron", ["anna", "ben"], 0.5)
    assert list(told["precision"]) == ["encoder.onnx", "step0.onnx", "step1.onnx", "vocoder.onnx"]
    assert voice.settings.flowtron == FlowtronVoice(
        flows=2, states=2, hidden=12, gate=0.5, room=80, room_per_token=16, told=True
    )


@pytest.mark.parametrize(("speaker", "seed"), [(0, 0), (1, 3)])
def test_it_says_what_the_model_says(made: Made, speaker: int, seed: int) -> None:
    source, ids = make_flowtron_source(), list(range(5, 12))
    vector = source.model.speaker_table.weight[speaker : speaker + 1].detach().numpy()
    found = acoustic(made).render(ids, Reading(vector, variation=0.5, seed=seed))
    exact = source.model.generate(
        torch.tensor([ids]), torch.tensor([7]), Sampling(sigma=0.5), speaker=torch.tensor([speaker]), noise=seed
    )
    assert found.frames.sum() == len(found.mel) == int(exact.frames[0])
    np.testing.assert_allclose(found.mel[:].T, exact.mel[0].numpy(), atol=2e-3)
    np.testing.assert_allclose(found.mel[:20].T, exact.mel[0, :, :20].numpy(), atol=1e-4)


@pytest.mark.parametrize("speed", [0.7, 1.6])
def test_at_another_speed_it_says_what_the_model_says(made: Made, speed: float) -> None:
    source, ids = make_flowtron_source(), list(range(5, 12))
    vector = source.model.speaker_table.weight[:1].detach().numpy()
    found = acoustic(made).render(ids, Reading(vector, variation=0.5, seed=3, speed=speed))
    own = acoustic(made).render(ids, Reading(vector, variation=0.5, seed=3))
    exact = source.model.generate(
        torch.tensor([ids]),
        torch.tensor([7]),
        Sampling(sigma=0.5, speed=speed),
        speaker=torch.zeros(1, dtype=torch.long),
        noise=3,
    )
    assert found.frames.sum() == len(found.mel) == int(exact.frames[0]) == round(len(own.mel) / speed)
    np.testing.assert_allclose(found.mel[:].T, exact.mel[0].numpy(), atol=2e-3)


def test_words_and_phonemes_last_as_long_as_is_wanted(voice: Voice) -> None:
    own = voice.say("Noon came.", seed=4)
    wanted = Durations(words={0: 0.8}, phonemes={4: 0.2})
    said = voice.say("Noon came.", seed=4, durations=wanted)
    frame_s = 256 / voice.sample_rate
    assert said.words[0].end_s - said.words[0].start_s == pytest.approx(0.8, abs=2 * frame_s)
    assert own.words[0].end_s - own.words[0].start_s != pytest.approx(0.8, abs=2 * frame_s)
    assert said.phonemes[4].end_s - said.phonemes[4].start_s == pytest.approx(0.2, abs=2 * frame_s)
    for before, after in zip(own.phonemes[5:], said.phonemes[5:], strict=True):
        assert after.end_s - after.start_s == pytest.approx(before.end_s - before.start_s, abs=2 * frame_s)


def test_a_voice_of_before_says_that_it_cannot(made: Made) -> None:
    model = acoustic(made)
    model._settings = FlowtronVoice(flows=2, states=2, hidden=12, room=20, room_per_token=1)
    for options in ({"speed": 1.5}, {"durations": Durations(words={0: 1.0})}):
        with pytest.raises(UsageError, match="the graphs of this voice find their own pace only") as caught:
            model.require(Manner(**options))
        assert caught.value.hint == "they were exported by an earlier glowvox; export the voice again"
    model.require(Manner())


def test_frames_of_the_last_pass_are_made_when_they_are_looked_at(made: Made) -> None:
    model = acoustic(made)
    model._settings = FlowtronVoice(flows=2, states=2, hidden=12, gate=None, room=20, room_per_token=1, told=True)
    mel = model.render(list(range(5, 30)), Reading(np.ones((1, 4), np.float32), seed=1)).mel
    assert len(mel) == 45
    assert mel._done == 0
    first = mel[3:7].copy()
    assert mel._done == 7
    np.testing.assert_array_equal(mel[:][3:7], first)
    assert mel._done == len(mel)
    assert mel[:2].shape == (2, 80)


def test_sound_comes_before_the_last_pass_is_over(voice: Voice, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    run = Session.run

    def counted(session: Session, inputs: dict) -> dict:
        ran.append(session._name)
        return run(session, inputs)

    for name, value in (("WHOLE", 0), ("FIRST", 24), ("REST", 72), ("LEAST", 24)):
        monkeypatch.setattr(istft, name, value)
    monkeypatch.setattr(Session, "run", counted)
    pieces = voice.stream("Noon came and noon went.", speaker="anna", seed=2)
    first = next(pieces)
    at_first = ran.count("reader: step0.onnx")
    joined = np.concatenate([first.samples, *(piece.samples for piece in pieces)])
    assert at_first < ran.count("reader: step0.onnx") == ran.count("reader: step1.onnx") == len(joined) // 256
    assert first.words[-1].text == "went"
    monkeypatch.undo()
    whole = voice.say("Noon came and noon went.", speaker="anna", seed=2).samples
    assert np.abs(whole - joined).max() <= 1e-4 * np.abs(whole).max()


def test_the_same_seed_gives_the_same_bytes_and_speakers_blend(voice: Voice) -> None:
    said = voice.say(TEXT, seed=4)
    np.testing.assert_array_equal(voice.say(TEXT, seed=4).samples, said.samples)
    assert not np.array_equal(voice.say(TEXT, seed=5).samples[:2000], said.samples[:2000])
    vectors = voice.vector("anna"), voice.vector("ben")
    np.testing.assert_allclose(voice.vector("anna:3,ben:1"), 0.75 * vectors[0] + 0.25 * vectors[1], atol=1e-6)
    assert np.linalg.norm(vectors[0]) != pytest.approx(1, abs=0.05)  # taken as trained, not at unit length


def test_times_cover_the_sound_in_order(voice: Voice) -> None:
    said = voice.say(TEXT, speaker="anna", seed=4)
    assert [word.text for word in said.words] == ["Noon", "came", "It", "went"]
    ends = [0.0]
    for phoneme in said.phonemes:
        assert phoneme.start_s >= ends[-1] - 1e-9
        ends.append(phoneme.end_s)
    assert ends[-1] <= said.seconds


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"speed": 90.0}, "speed = 90.0: expected"),
        ({"gate": 2.0}, "gate = 2.0: expected a probability"),
        ({"speaker": "bem"}, "did you mean 'ben'"),
    ],
)
def test_what_it_cannot_do_is_said_at_once(voice: Voice, options: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        voice.stream(TEXT, **options)


def test_no_end_is_a_warning(made: Made, caplog: pytest.LogCaptureFixture) -> None:
    model = acoustic(made)
    model._settings = FlowtronVoice(flows=2, states=2, hidden=12, gate=1.0, room=7, room_per_token=2, told=True)
    with caplog.at_level(logging.WARNING):
        found = model.render([5, 6, 7], Reading(np.ones((1, 4), np.float32)))
    assert len(found.mel) == 13
    assert "greatest length of 13 frames for 3 symbols before the gate" in caplog.text


def test_it_goes_to_another_process_and_needs_no_torch(voice: Voice) -> None:
    copy = pickle.loads(pickle.dumps(voice))
    np.testing.assert_array_equal(copy.say("It went.").samples, voice.say("It went.").samples)
    program = (
        f"import sys, glowvox; glowvox.load({str(voice._made.place)!r}).say('It went.');"
        "assert not {'torch', 'onnx', 'scipy', 'numba'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_step_that_is_missing_is_named(made: Made) -> None:
    files = {name: content for name, content in made.files.items() if name != "step1.onnx"}
    with pytest.raises(CheckpointError, match=r"voice\.json names no step1\.onnx"):
        acoustic_of(made.settings, files)


@pytest.mark.parametrize("wrong", [{"flows": 0}, {"hidden": 0}, {"room": 0}, {"gate": 1.5}])
def test_numbers_that_no_network_has(wrong: dict) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        FlowtronVoice(**{"flows": 2, "states": 2, "hidden": 8, "room": 80, "room_per_token": 16, **wrong})


@given(st.lists(st.integers(1, 6), min_size=1, max_size=9), st.integers(0, 99))
def test_attention_in_order_is_read_back(durations: list[int], seed: int) -> None:
    """Whatever the noise, as long as the token that is read has the most weight."""
    owner = np.repeat(np.arange(len(durations)), durations)
    attention = np.random.default_rng(seed).uniform(0, 0.4, (len(owner), len(durations))).astype(np.float32)
    attention[np.arange(len(owner)), owner] = 0.9
    assert frames_read(attention).tolist() == durations


@pytest.mark.parametrize(("frames", "tokens"), [(1, 1), (3, 7), (1, 4), (5, 5)])
def test_too_few_frames_are_spread(frames: int, tokens: int) -> None:
    found = frames_read(np.ones((frames, tokens), np.float32))
    assert found.sum() == frames
    assert found.max() == 1
