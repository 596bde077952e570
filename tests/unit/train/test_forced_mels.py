"""A prepared folder in the words of a voice: same clips, same recordings, other mels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from glowvox.data.corpus import read_corpus
from glowvox.data.prepare import prepare
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.prepared import Prepared
from glowvox.errors import CorpusError, InputError
from glowvox.train.forced_mels import write_forced
from glowvox.train.speaker import Speaker
from tests.fixtures.corpora import make_ljspeech
from tests.fixtures.prepared import make_prepared
from tests.fixtures.runs import make_run


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    folder = tmp_path_factory.mktemp("forced")
    corpus = read_corpus(make_ljspeech(folder / "corpus"), speaker="anna")
    prepare([corpus], folder / "prepared", config=PrepareConfig(sound=True), processes=1)
    return Prepared.load(folder / "prepared")


@pytest.fixture
def voice(tmp_path: Path) -> Speaker:
    return Speaker.load(make_run(tmp_path / "run").folder)


def test_the_mels_are_the_voices_in_the_recordings_time(sound: Prepared, voice: Speaker, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    count = write_forced(voice, sound, tmp_path / "out", told=lambda done, of: told.append((done, of)))
    made = Prepared.load(tmp_path / "out")
    pairs = [
        (a, b) for split in ("train", "val", "test") for a, b in zip(sound.clips(split), made.clips(split), strict=True)
    ]
    assert count == len(pairs) > 2
    assert told == [(number, count) for number in range(1, count + 1)]
    for before, after in pairs:
        assert (after.id, after.frames, after.ids) == (before.id, before.frames, before.ids)
        np.testing.assert_array_equal(after.wave(), before.wave())
        np.testing.assert_array_equal(after.f0(), before.f0())
        assert np.abs(after.mel() - before.mel()).mean() > 0.1
    clip = pairs[0][0]
    tokens, mel = torch.tensor([clip.ids]), torch.from_numpy(np.array(clip.mel())).T[None]
    sizes = torch.tensor([len(clip.ids)]), torch.tensor([clip.frames])
    with torch.no_grad():
        out = voice.model(tokens, sizes[0], mel, sizes[1])
        said = voice.model.generate(
            tokens, sizes[0], durations=out.durations.float(), variation=voice.settings.variation, noise=0
        )
    np.testing.assert_allclose(pairs[0][1].mel(), said.mel[0].T.numpy(), atol=1e-5)


def test_what_is_there_is_kept_and_the_recordings_folder_is_not_touched(
    sound: Prepared, voice: Speaker, tmp_path: Path
) -> None:
    write_forced(voice, sound, tmp_path / "out")
    place = Prepared.load(tmp_path / "out").clips("train")[0].mel_path
    before = place.stat().st_mtime_ns
    write_forced(voice, sound, tmp_path / "out")
    assert place.stat().st_mtime_ns == before
    with pytest.raises(CorpusError, match="the folder itself"):
        write_forced(voice, sound, sound.folder)


def test_beside_the_recordings_every_clip_is_there_twice(sound: Prepared, voice: Speaker, tmp_path: Path) -> None:
    write_forced(voice, sound, tmp_path / "out")
    write_forced(voice, sound, tmp_path / "out", beside=True)
    both = Prepared.load(tmp_path / "out").clips("train")
    own, made = both[: len(both) // 2], both[len(both) // 2 :]
    assert [clip.id for clip in made] == [f"forced-{clip.id}" for clip in own]
    for clip, before, after in zip(sound.clips("train"), own, made, strict=True):
        np.testing.assert_array_equal(before.mel(), clip.mel())
        assert np.abs(after.mel() - clip.mel()).mean() > 0.1
        np.testing.assert_array_equal(after.wave(), clip.wave())
        np.testing.assert_array_equal(before.f0(), clip.f0())


def test_a_folder_without_recordings_or_of_other_mels_is_refused(
    voice: Speaker, sound: Prepared, tmp_path: Path
) -> None:
    silent = Prepared.load(make_prepared(tmp_path / "silent"))
    with pytest.raises(CorpusError, match="prepared without its recordings"):
        write_forced(voice, silent, tmp_path / "out")
    corpus = read_corpus(make_ljspeech(tmp_path / "corpus"), speaker="anna")
    mel = PrepareConfig().mel.__class__(bands=40)
    prepare([corpus], tmp_path / "other", config=PrepareConfig(sound=True, mel=mel), processes=1)
    with pytest.raises(InputError, match="bands 80 against 40"):
        write_forced(voice, Prepared.load(tmp_path / "other"), tmp_path / "out")
    assert not (tmp_path / "out").exists()
