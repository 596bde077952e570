"""Noise on recordings while training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from glowvox.data.corpus import read_corpus
from glowvox.data.noise import noisy_mel
from glowvox.data.prepare import prepare
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.prepared import Prepared
from glowvox.errors import CorpusError
from glowvox.train.config import BatchConfig, TrainConfig
from glowvox.train.feed import ClipFeed
from glowvox.train.start import open_run
from tests.fixtures.corpora import make_ljspeech
from tests.fixtures.prepared import make_prepared


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    folder = tmp_path_factory.mktemp("noise")
    corpus = read_corpus(make_ljspeech(folder / "jane-en"))
    prepare([corpus], folder / "out", config=PrepareConfig(sound=True), processes=1)
    return Prepared.load(folder / "out")


def test_without_noise_it_is_the_mel_on_disk(prepared: Prepared) -> None:
    for clip in prepared.clips("train")[:3]:
        mel = noisy_mel(clip, prepared.mel, 0.0, np.random.default_rng(0))
        assert mel.shape == (clip.frames, 80)
        # the recording was cut behind its last whole frame, and rounded to 16 bits, which near silence tells
        heard = clip.mel()[:-4] > -5
        assert heard.any()
        assert np.abs(mel[:-4] - clip.mel()[:-4])[heard].max() < 0.01


def test_it_lifts_silence_and_leaves_speech_alone(prepared: Prepared) -> None:
    clip = prepared.clips("train")[0]
    plain = noisy_mel(clip, prepared.mel, 0.0, np.random.default_rng(0))
    noisy = noisy_mel(clip, prepared.mel, 1 / 100, np.random.default_rng(0))
    loud, quiet = plain > np.percentile(plain, 90), plain <= np.percentile(plain, 10)
    assert np.abs(noisy - plain)[loud].mean() < 0.1
    assert (noisy - plain)[quiet].mean() > 1.0


def test_every_place_in_training_has_its_own_and_resuming_repeats_it(prepared: Prepared) -> None:
    config = TrainConfig(batch=BatchConfig(frames=600, shapes=2, noise=1 / 1000))
    feed = ClipFeed(prepared.clips("train"), prepared.clips("val"), config, prepared.mel)
    from_start = feed.batches(0, rank=0, world=1)
    batches = [next(from_start)[1] for _ in range(6)]
    resumed = next(feed.batches(4, rank=0, world=1))[1]
    assert resumed.ids == batches[4].ids
    assert bool((resumed.mel == batches[4].mel).all())
    clean = ClipFeed(prepared.clips("train"), [], replace(config, batch=BatchConfig(frames=600, shapes=2)))
    assert not bool((next(clean.batches(0, rank=0, world=1))[1].mel == batches[0].mel).all())
    # what is set from data and what is validated with stays as it was prepared
    held_out = feed.held_out()[0]
    names = {clip.id: clip for clip in prepared.clips("val")}
    for row, name in enumerate(held_out.ids):
        clip = names[name]
        np.testing.assert_array_equal(held_out.mel[row, :, : clip.frames].T.numpy(), clip.mel())


def test_data_without_recordings_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    folder = make_prepared(tmp_path / "clips")
    config = TrainConfig(prepared=str(folder), batch=BatchConfig(noise=1 / 32768))
    with pytest.raises(CorpusError, match="is laid on recordings, which were not kept") as caught:
        open_run(tmp_path / "run", config)
    assert caught.value.hint is not None
    assert "--sound" in caught.value.hint
    assert not (tmp_path / "run").exists()


def test_noise_that_drowns_speech_is_refused() -> None:
    with pytest.raises(ValueError, match="noise = 1.0 must lie between 0 and 0.1"):
        BatchConfig(noise=1.0)
