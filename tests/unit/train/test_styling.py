"""Styles: found in latents that are known, kept in a file, and followed by every voice they belong to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from glowvox.audio.noise import draw
from glowvox.errors import CorpusError, InputError, UsageError
from glowvox.export.exporting import Request, make_voice
from glowvox.runtime.acoustic import Reading
from glowvox.runtime.style import Style, StyleSettings, centres, read_style
from glowvox.runtime.voice import Voice
from glowvox.train.flowtron_speaker import Attending, FlowtronSpeaker
from glowvox.train.interpolation import End, interpolate, over_time
from glowvox.train.speaker import Speaker
from glowvox.train.styling import Posterior, Reference, find_style, references, residual, some
from tests.fixtures.exported import make_source, shake
from tests.fixtures.flowtrons import make_flowtron_source
from tests.fixtures.prepared import make_prepared
from tests.fixtures.runs import make_run

TEXT = "A cat saw rain."


@pytest.fixture(scope="module")
def glow(tmp_path_factory: pytest.TempPathFactory) -> Speaker:
    voice = Speaker.load(make_run(tmp_path_factory.mktemp("runs") / "run", speakers=("anna", "ben")).folder)
    shake(voice.model)
    return voice


@pytest.fixture(scope="module")
def reader() -> FlowtronSpeaker:
    source = make_flowtron_source()
    return FlowtronSpeaker(source.model, source.settings)


def of(voice: Speaker | FlowtronSpeaker, mean: np.ndarray, **changes: object) -> Style:
    kind = "flowtron" if isinstance(voice, FlowtronSpeaker) else "glow-tts"
    settings = {
        "kind": kind,
        "mel_fingerprint": voice.mel.fingerprint(),
        "aggregation": "time-and-batch",
        "strength": 1e-4,
        "recordings": 1,
        "frames": 9,
        "heard_as": "anna",
    }
    return Style(StyleSettings(**{**settings, **changes}), mean.astype(np.float32))


def reference(voice: Speaker | FlowtronSpeaker, mel: np.ndarray, symbols: tuple[str, ...]) -> Reference:
    return Reference("clip", "ben", symbols, torch.from_numpy(mel))


@pytest.mark.parametrize("kind", ["glow", "reader"])
def test_what_was_spoken_around_a_style_is_heard_as_that_style(kind: str, request: pytest.FixtureRequest) -> None:
    voice = request.getfixturevalue(kind)
    asked = of(voice, np.random.default_rng(0).standard_normal((80, 1)))
    options = {"attending": Attending(gate=None, longest=40)} if kind == "reader" else {}
    said = voice.speak(TEXT, speaker="ben", variation=0.0, style=asked, **options)[0]
    found = find_style(voice, [reference(voice, said.mel, said.symbols)], Posterior(strength=1e-6))
    if kind == "reader":
        np.testing.assert_allclose(found.mean, asked.mean, atol=2e-3)
    else:  # the search may give a frame to the neighbour of the symbol that it was spoken with
        assert np.corrcoef(found.mean[:, 0], asked.mean[:, 0])[0, 1] > 0.8
    assert (found.settings.recordings, found.settings.frames) == (1, said.mel.shape[1])
    assert found.settings.heard_as == "their own"
    weak = find_style(voice, [reference(voice, said.mel, said.symbols)], Posterior(strength=3.0))
    np.testing.assert_allclose(weak.mean, found.mean * 0.25, atol=1e-4)


@pytest.mark.parametrize("kind", ["glow", "reader"])
def test_by_frame_a_recording_comes_back_whole(kind: str, request: pytest.FixtureRequest) -> None:
    voice = request.getfixturevalue(kind)
    options = {"attending": Attending(gate=None, longest=40)} if kind == "reader" else {}
    said = voice.speak(TEXT, speaker="ben", variation=0.7, seed=3, **options)[0]
    frames = said.mel.shape[1]
    clip = reference(voice, said.mel, said.symbols)
    found = find_style(voice, [clip], Posterior("batch", 1e-8, frames))
    assert found.mean.shape == (80, frames)
    np.testing.assert_allclose(found.mean, residual(voice, clip).numpy(), atol=1e-5)
    again = voice.speak(TEXT, speaker="ben", variation=0.0, style=found, **options)[0]
    if kind == "reader":
        np.testing.assert_allclose(again.mel, said.mel, atol=2e-2)
    else:
        assert again.mel.shape[1] == pytest.approx(frames, rel=0.1)


def test_a_style_has_the_pace_of_its_recordings(glow: Speaker, reader: FlowtronSpeaker) -> None:
    slow, fast = (glow.speak("We like rain and two red birds.", speaker="ben", speed=speed)[0] for speed in (0.5, 1.0))
    found = [find_style(glow, [reference(glow, said.mel, said.symbols)], Posterior()) for said in (slow, fast)]
    assert found[0].settings.pace == pytest.approx(0.5, abs=0.06)
    assert found[1].settings.pace == pytest.approx(1.0, abs=0.02)
    again = glow.speak("We like rain and two red birds.", speaker="ben", style=found[0])[0]
    assert again.mel.shape[1] == pytest.approx(slow.mel.shape[1], rel=0.1)
    way = list(interpolate(glow, "We like rain.", End("ben", 0, found[0]), End("ben", 0, found[1]), steps=3))
    assert way[0].seconds > way[1].seconds > way[2].seconds
    with pytest.raises(ValueError, match="pace = 0 must lie"):
        of(glow, np.zeros((80, 1)), pace=0)


def test_a_flowtrons_style_has_the_pace_of_its_recordings() -> None:
    """Against what it says by itself: in that style, the same text comes out as long as it was."""
    source = make_flowtron_source()
    gate = source.model.steps[-1].step.gate
    with torch.no_grad():  # so that its logit rises, and passes zero after some frames
        gate.weight.mul_(-0.25)
        gate.bias.fill_(-6.365)
    voice = FlowtronSpeaker(source.model, source.settings)
    own = voice.speak(TEXT, speaker="ben", variation=0.0)[0]
    frames = own.mel.shape[1]
    assert own.ended
    assert 3 < frames < 12
    slow = voice.speak(TEXT, speaker="ben", seed=3, attending=Attending(gate=None, longest=12))[0]
    clip = reference(voice, slow.mel, slow.symbols)
    found = find_style(voice, [clip, clip], Posterior(strength=1e-6))
    assert found.settings.pace == pytest.approx(frames / 12, rel=1e-4)
    assert voice.speak(TEXT, speaker="ben", variation=0.0, style=found)[0].mel.shape[1] == 12
    assert find_style(voice, [clip], Posterior(strength=1.0)).settings.pace == pytest.approx(
        (frames / 12) ** 0.5, rel=1e-4
    )


def test_a_voice_that_does_not_read_yet_is_no_pace(reader: FlowtronSpeaker) -> None:
    source = make_flowtron_source()
    with torch.no_grad():
        source.model.steps[-1].step.gate.bias.fill_(99.0)
    voice = FlowtronSpeaker(source.model, source.settings)
    said = reader.speak("Oh.", attending=Attending(gate=None, longest=20))[0]
    with pytest.raises(UsageError, match="gives these texts 1 frames, the recordings have 20"):
        find_style(voice, [reference(voice, said.mel, said.symbols)], Posterior())


def test_what_never_ends_has_no_pace_of_its_own(reader: FlowtronSpeaker) -> None:
    source = make_flowtron_source()
    gate = source.model.steps[-1].step.gate
    with torch.no_grad():
        gate.bias.fill_(-99.0)
    voice = FlowtronSpeaker(source.model, source.settings)
    said = reader.speak("Oh.", attending=Attending(gate=None, longest=20))[0]
    assert find_style(voice, [reference(voice, said.mel, said.symbols)], Posterior()).settings.pace == 1


def test_a_flowtron_that_rehearsed_hears_as_it_speaks(reader: FlowtronSpeaker) -> None:
    """The frames before are what it says itself: the first frame, which has none before it, is heard alike."""
    said = reader.speak(TEXT, variation=0.7, seed=3, attending=Attending(gate=None, longest=30))[0]
    clip = reference(reader, said.mel, said.symbols)
    rehearsed = FlowtronSpeaker(reader.model, reader.settings, passes=2)
    plain, twice, asked = (
        find_style(voice, [clip], Posterior("batch", 1e-8, 30, passes)).mean
        for voice, passes in ((rehearsed, 0), (rehearsed, None), (reader, 2))
    )
    np.testing.assert_array_equal(twice, asked)
    np.testing.assert_allclose(plain, residual(rehearsed, clip).numpy(), atol=1e-5)
    assert np.abs(twice - plain).max() > 1e-2


def test_a_style_by_frame_fits_the_frames_in_real_time(reader: FlowtronSpeaker) -> None:
    """The latent of an utterance, frame by frame, is the utterance, whichever end the first pass begins with."""
    said = reader.speak(TEXT, variation=0.7, seed=3, attending=Attending(gate=None, longest=30))[0]
    latent = residual(reader, Reference("clip", "anna", said.symbols, torch.from_numpy(said.mel)))
    np.testing.assert_allclose(latent.numpy(), 0.7 * draw(3, (30, 80))[::-1].T, atol=2e-3)


@pytest.mark.parametrize("pace", [1.0, 0.7])
@pytest.mark.parametrize("kind", ["glow", "reader"])
def test_exported_voices_follow_a_style_as_the_model_does(kind: str, pace: float) -> None:
    if kind == "reader":
        source = make_flowtron_source()
        speaker: Speaker | FlowtronSpeaker = FlowtronSpeaker(source.model, source.settings)
    else:
        source = make_source()
        speaker = Speaker(source.settings, dict(source.model.state_dict()))
    made = make_voice(source, None, Request(name="x", precision="fp32"))
    voice = Voice.assemble(made.settings, made.files, source.front_end)
    style = of(speaker, 2 * np.random.default_rng(1).standard_normal((80, 7)), pace=pace)
    exact = speaker.speak("Oh.", variation=0.3, seed=2, style=style)[0]
    ids = speaker.symbols.encode(exact.symbols)
    reading = Reading(voice.vector(None), speed=pace, variation=0.3, seed=2, style=style.mean)
    if kind == "reader":
        found = voice._acoustic.render(ids, reading).mel[:]
    else:
        encoded = voice._acoustic.encode(ids, reading)
        found = voice._acoustic.decode(encoded, voice._acoustic.fit(encoded.frames), reading)
    np.testing.assert_allclose(found.T, exact.mel, atol=2e-3)
    plain = speaker.speak("Oh.", variation=0.3, seed=2)[0].mel
    assert plain.shape != exact.mel.shape or np.abs(plain - exact.mel).mean() > 0.05
    with pytest.raises(UsageError, match="this style is of a"):
        voice.say("Oh.", style=of(speaker, style.mean, kind="glow-tts" if kind == "reader" else "flowtron"))


def test_a_file_of_it(glow: Speaker, tmp_path: Path) -> None:
    style = of(glow, np.random.default_rng(0).standard_normal((80, 5)))
    (tmp_path / "a.npz").write_bytes(style.content())
    again = read_style(tmp_path / "a.npz")
    assert again.settings == style.settings
    np.testing.assert_array_equal(again.mean, style.mean)
    (tmp_path / "half.npz").write_bytes(style.content()[:200])
    (tmp_path / "text.npz").write_text("hello")
    np.savez(tmp_path / "other.npz", mean=style.mean)
    np.savez(tmp_path / "flat.npz", mean=style.mean[0], settings=np.frombuffer(b"{}", np.uint8))
    np.save(tmp_path / "array.npz.npy", style.mean)
    for name, message in (
        ("none.npz", "no such file"),
        ("half.npz", "no style"),
        ("text.npz", "no style"),
        ("other.npz", "no style"),
        ("flat.npz", "no style"),
        ("array.npz.npy", "no style"),
    ):
        with pytest.raises(InputError, match=message):
            read_style(tmp_path / name)


def test_a_style_of_other_mels_is_refused(glow: Speaker, reader: FlowtronSpeaker) -> None:
    other = of(glow, np.zeros((80, 1)), mel_fingerprint="other")
    with pytest.raises(UsageError, match="other mel spectrograms"):
        glow.speak(TEXT, style=other)
    with pytest.raises(UsageError, match="of a glow-tts model, and the voice is flowtron"):
        reader.speak(TEXT, style=of(glow, np.zeros((80, 1))))


def test_means_are_said_again_and_again() -> None:
    assert centres(None, 3, 2).tolist() == [[0, 0]] * 3
    mean = np.array([[1, 2], [3, 4]], np.float32)
    assert centres(mean, 5, 2).tolist() == [[1, 3], [2, 4], [1, 3], [2, 4], [1, 3]]


def test_references_are_chosen_by_speaker_and_name(reader: FlowtronSpeaker, tmp_path: Path) -> None:
    folder = make_prepared(tmp_path / "prepared", clips=6, speakers=2)
    found = list(references(reader, folder, speaker="speaker1", match="clip0[0-5]"))
    assert [item.id for item in found] == ["clip01", "clip03", "clip05"]
    assert {item.speaker for item in found} == {"speaker1"}
    with pytest.raises(UsageError, match="does not know the speaker 'speaker1'"):
        find_style(reader, found, Posterior())
    heard = find_style(reader, found, Posterior(), heard_as="ben")
    assert (heard.settings.heard_as, heard.settings.recordings) == ("ben", 3)
    with pytest.raises(CorpusError, match="no recording fits"):
        some(references(reader, folder, match="x*"), most=None, where=folder)
    assert len(some(references(reader, folder), most=4, where=folder)) == 4


@pytest.mark.parametrize("kind", ["glow", "reader"])
def test_between_styles_and_over_time(kind: str, request: pytest.FixtureRequest) -> None:
    voice = request.getfixturevalue(kind)
    mels: list[np.ndarray] = []

    class Listening:
        def __call__(self, mel: np.ndarray, seed: int) -> np.ndarray:
            mels.append(mel)
            return np.zeros(mel.shape[1] * 256, np.float32)

    rng = np.random.default_rng(5)
    ends = tuple(End("ben", 1, of(voice, 0.5 * rng.standard_normal((80, 1)))) for _ in range(2))
    voice.vocoder = Listening()
    try:
        list(interpolate(voice, "Oh.", *ends, steps=3, variation=0.2))
        over_time(voice, "Oh.", *ends, variation=0.2)
        with pytest.raises(UsageError, match="not two speakers"):
            over_time(voice, "Oh.", ends[0], End("anna", 1), variation=0.2)
    finally:
        voice.vocoder = None
    first, _, last, changing = mels
    for mel, end in ((first, ends[0]), (last, ends[1])):
        said = voice.speak("Oh.", speaker="ben", variation=0.2, seed=1, style=end.style)[0].mel
        np.testing.assert_allclose(mel[:, :5], said[:, :5], atol=5e-3)
    if kind == "glow":  # the flow sees a few frames around: its ends are those of the styles
        assert changing.shape == first.shape == last.shape
        assert np.abs(changing[:, :2] - first[:, :2]).mean() < 0.5 * np.abs(changing[:, :2] - last[:, :2]).mean()
        assert np.abs(changing[:, -2:] - last[:, -2:]).mean() < 0.5 * np.abs(changing[:, -2:] - first[:, -2:]).mean()
