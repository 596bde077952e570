"""Stretches for vocoders: aligned with their mel, drawn evenly, repeatable."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from glowvox.audio.mel import log_mel
from glowvox.audio.pitch import GENEROUS, pitch
from glowvox.data.corpus import read_corpus
from glowvox.data.prepare import prepare
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.prepared import Prepared
from glowvox.data.segments import SegmentPlan, carried, cut, louder
from glowvox.errors import CorpusError
from tests.fixtures.corpora import make_ljspeech


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    folder = tmp_path_factory.mktemp("sound")
    corpus = make_ljspeech(folder / "corpus")
    prepare([read_corpus(corpus)], folder / "out", config=PrepareConfig(sound=True), processes=1)
    return Prepared.load(folder / "out")


def test_sound_and_pitch_belong_to_the_mel(prepared: Prepared) -> None:
    assert prepared.sound
    clip = prepared.clips("train")[0]
    wave = clip.wave().astype(np.float32) / 32767
    assert len(wave) == clip.frames * prepared.mel.hop
    # the last frames of the mel saw samples that the frame multiple cut off; 16 bits matter near silence
    apart = np.abs(log_mel(wave, prepared.mel).T - clip.mel())[:-3]
    assert apart[clip.mel()[:-3] > -5].max() < 0.02
    found = pitch(wave, prepared.mel.sample_rate, hop=prepared.mel.hop, tracking=GENEROUS).f0
    np.testing.assert_allclose(found[2:-3], clip.f0()[2:-3], atol=0.5)
    assert np.median(clip.f0()[clip.f0() > 0]) == pytest.approx(110.0, abs=0.2)


def test_mels_alone_are_named_as_with_sound_and_kept(prepared: Prepared, tmp_path: Path) -> None:
    corpus = read_corpus(prepared.folder.parent / "corpus")
    prepare([corpus], tmp_path, config=PrepareConfig(), processes=1)
    assert {p.name for p in (tmp_path / "mels").iterdir()} == {p.name for p in (prepared.folder / "mels").iterdir()}
    assert not (tmp_path / "waves").exists()
    assert not Prepared.load(tmp_path).sound
    prepare([corpus], tmp_path, config=PrepareConfig(sound=True), processes=1)
    assert Prepared.load(tmp_path).clips("train")[0].wave().dtype == np.int16


def test_a_stretch_is_a_piece_of_its_clip(prepared: Prepared) -> None:
    clip, hop = prepared.clips("train")[0], prepared.mel.hop
    piece = cut([clip], [7], frames=16, hop=hop)
    assert torch.equal(piece.mel[0], torch.from_numpy(np.array(clip.mel()[7:23]).T))
    np.testing.assert_allclose(piece.wave[0].numpy() * 32767, clip.wave()[7 * hop : 23 * hop], atol=1e-2)
    assert piece.voiced[0].tolist() == (clip.f0()[7:23] > 0).tolist()


def test_pitch_is_carried_through_gaps() -> None:
    filled = carried(np.array([0, 100, 0, 0, 0, 400, 0], np.float32))
    np.testing.assert_allclose(filled, [100, 100, 141.42, 200, 282.84, 400, 400], rtol=1e-4)
    assert carried(np.zeros(3, np.float32)).tolist() == [180.0] * 3


def test_level_changes_mel_and_wave_alike(prepared: Prepared) -> None:
    clip = prepared.clips("train")[0]
    piece = cut([clip], [0], frames=clip.frames, hop=prepared.mel.hop)
    quieter = louder(piece, torch.tensor([0.5]), prepared.mel)
    apart = np.abs(quieter.mel[0].numpy() - log_mel(quieter.wave[0].numpy(), prepared.mel))[:, :-3]
    assert apart[quieter.mel[0, :, :-3].numpy() > -5].max() < 0.02
    assert (piece.mel - quieter.mel).max().item() == pytest.approx(np.log(2), abs=1e-5)


def test_a_plan_depends_on_seed_and_step_alone_and_draws_every_place_alike(prepared: Prepared) -> None:
    clips = prepared.clips("train")

    def plan(seed: int) -> SegmentPlan:
        return SegmentPlan(clips, prepared.mel, segments=4, frames=20, seed=seed, gain_db=(-6.0, 0.0))

    first, again = plan(1).batch(5), plan(1).batch(5)
    assert first.ids == again.ids
    assert torch.equal(first.wave, again.wave)
    assert not torch.equal(first.wave, plan(1).batch(6).wave)
    assert not torch.equal(first.wave, plan(2).batch(5).wave)
    drawn = [name for step in range(300) for name in plan(0).batch(step).ids]
    room = {clip.id: clip.frames - 19 for clip in clips}
    for name, share in room.items():
        assert drawn.count(name) / len(drawn) == pytest.approx(share / sum(room.values()), abs=0.05)


def test_clips_too_short_for_a_stretch_are_an_error(prepared: Prepared) -> None:
    with pytest.raises(CorpusError, match=r"no clip is as long as a training segment \(9999 frames\)"):
        SegmentPlan(prepared.clips("train"), prepared.mel, segments=1, frames=9999, seed=0, gain_db=(0.0, 0.0))
