"""A vocoder learns, resumes bit for bit, and speaks from its folder and its weights file."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from glowvox.audio.mel import log_mel
from glowvox.data.corpus import read_corpus
from glowvox.data.prepare import prepare
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.prepared import Prepared
from glowvox.errors import CheckpointError, CorpusError, UsageError
from glowvox.models.denoiser import Denoiser
from glowvox.models.istft_config import IstftConfig
from glowvox.models.upsampling_config import HiFiGANConfig
from glowvox.train.config import EveryConfig, OptimizerConfig
from glowvox.train.run import Run, VocoderRun
from glowvox.train.vocoder_config import CriticConfig, SegmentConfig, VocoderTrainConfig
from glowvox.train.vocoder_start import train_vocoder
from glowvox.train.vocoders import Vocoder
from glowvox.train.weights import trained_values, write_vocoder_weights
from tests.fixtures.corpora import make_ljspeech

EVERY = EveryConfig(log=5, validate=10, save=4, sample=1_000, first_sample=999)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vocoder")
    prepare(
        [read_corpus(make_ljspeech(folder / "corpus"))],
        folder / "prepared",
        config=PrepareConfig(sound=True),
        processes=1,
    )
    return folder / "prepared"


def settings(prepared: Path, **changes: object) -> VocoderTrainConfig:
    base = VocoderTrainConfig(
        prepared=str(prepared),
        model=IstftConfig(width=16, feed_forward=24, layers=2, kernel=3),
        batch=SegmentConfig(segments=3, frames=16),
        optimizer=OptimizerConfig(lr=4e-3, betas=(0.8, 0.99), warmup=5, clip_at=10.0),
        every=EVERY,
        steps=14,
        precision="fp32",
        ema=0.9,
    )
    return replace(base, **changes)


def metrics(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("source", ["harmonic", "plain"])
def test_it_learns(sound: Path, tmp_path: Path, source: str) -> None:
    model = IstftConfig(width=16, feed_forward=24, layers=2, kernel=3, source=source)  # type: ignore[arg-type]
    config = settings(sound, model=model, steps=60, every=replace(EVERY, sample=60))
    assert train_vocoder(tmp_path, config) == "all 60 steps are done"
    lines = [line for line in metrics(tmp_path) if "spectral" in line]
    assert lines[-1]["spectral"] < {"harmonic": 0.8, "plain": 0.85}[source] * lines[0]["spectral"]
    if source == "harmonic":
        assert lines[-1]["pitch"] < 0.7 * lines[0]["pitch"]
        assert 0 < lines[-1]["phase"] < lines[0]["phase"]
        assert metrics(tmp_path)[-1]["val_voicing_wrong"] < 0.3
    else:
        assert lines[-1]["phase"] == 0  # there is no pulse to stand right
    assert len(list((tmp_path / "samples" / "step-0000060").glob("*.wav"))) == 2


CRITIC = CriticConfig(
    start=4, segments=2, frames=8, periods=(2, 3), period_channels=(2, 2, 2, 4, 4), resolution_channels=2
)
HIFI_GAN = HiFiGANConfig(
    channels=16, rates=(16, 16), kernels=(32, 32), block="single", block_kernels=(3,), dilations=((1, 2),)
)


def test_discriminators_join_at_their_step_and_learn(sound: Path, tmp_path: Path) -> None:
    config = settings(sound, critic=CRITIC, every=replace(EVERY, log=1), steps=40)
    train_vocoder(tmp_path, config)
    lines = [line for line in metrics(tmp_path) if "spectral" in line]
    assert [line["step"] for line in lines if "critic" in line] == list(range(4, 41))
    assert lines[-1]["critic"] < 0.97 * lines[3]["critic"]
    assert lines[-1]["spectral"] < lines[3]["spectral"]
    run = VocoderRun.load_vocoder(tmp_path)
    assert run.best() is None  # the newest is what it speaks with
    assert trained_values(run)[1] == 40
    late = replace(config, critic=CriticConfig(), steps=41)
    assert train_vocoder(tmp_path, late) == "all 41 steps are done"  # goes on without


def test_hifi_gan_is_trained_by_the_same_recipe(sound: Path, tmp_path: Path) -> None:
    config = settings(sound, model=HIFI_GAN, critic=CRITIC, steps=30)
    train_vocoder(tmp_path, config)
    lines = [line for line in metrics(tmp_path) if "spectral" in line]
    assert lines[-1]["spectral"] < 0.9 * lines[0]["spectral"]
    mel = Prepared.load(sound).clips("train")[0].mel().T
    assert Vocoder.load(tmp_path)(mel).shape == (mel.shape[1] * 256,)


@pytest.mark.parametrize("critic", [CriticConfig(), CRITIC])
def test_stopped_and_resumed_it_ends_bit_identical(sound: Path, tmp_path: Path, critic: CriticConfig) -> None:
    config = settings(sound, critic=critic)
    train_vocoder(tmp_path / "whole", config)

    def leave(record: Mapping[str, object]) -> None:
        if record["step"] == 5:
            os.kill(os.getpid(), signal.SIGTERM)

    assert train_vocoder(tmp_path / "broken", config, watch=lambda run: leave) == "stopped by SIGTERM"
    latest = VocoderRun.load_vocoder(tmp_path / "broken").latest()
    assert latest is not None
    assert latest.name == "step-0000005"  # no multiple of the save interval
    assert train_vocoder(tmp_path / "broken", config) == "all 14 steps are done"
    whole, broken = (trained_values(VocoderRun.load_vocoder(tmp_path / name))[0] for name in ("whole", "broken"))
    assert [name for name in whole if not torch.equal(whole[name], broken[name])] == []


def test_it_speaks_from_folder_and_file(sound: Path, tmp_path: Path) -> None:
    train_vocoder(tmp_path / "run", settings(sound))
    run = VocoderRun.load_vocoder(tmp_path / "run")
    size = write_vocoder_weights(run, tmp_path / "voc.safetensors", card={"licence": "CC0"})
    assert size == (tmp_path / "voc.safetensors").stat().st_size
    mel = Prepared.load(sound).clips("train")[0].mel().T
    first, second = Vocoder.load(tmp_path / "run"), Vocoder.load(tmp_path / "voc.safetensors")
    assert first(mel).shape == (mel.shape[1] * 256,)
    assert np.array_equal(first(mel, 3), first(mel, 3))
    assert not np.array_equal(first(mel, 3), first(mel, 4))
    # a pitch in half precision lets phases drift apart: compare what is heard
    apart = np.abs(log_mel(second(mel), run.settings.mel) - log_mel(first(mel), run.settings.mel))
    assert apart.mean() < 0.1
    assert "prepared" in (tmp_path / "run" / "run.toml").read_text()
    assert str(sound) not in (tmp_path / "voc.safetensors").read_bytes()[:4000].decode("utf-8", "replace")


def test_what_cannot_be_trained_is_refused(sound: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to train on"):
        train_vocoder(tmp_path / "a", settings(Path()).__class__())
    prepare([read_corpus(sound.parent / "corpus")], tmp_path / "mels", config=PrepareConfig(), processes=1)
    with pytest.raises(CorpusError, match="prepared without its recordings"):
        train_vocoder(tmp_path / "a", settings(tmp_path / "mels"))
    train_vocoder(tmp_path / "run", settings(sound, steps=1))
    with pytest.raises(UsageError, match="begun with other settings: model differs"):
        train_vocoder(tmp_path / "run", settings(sound, model=IstftConfig(width=8, feed_forward=8, layers=1)))
    with pytest.raises(CheckpointError, match="the run of a vocoder, where one of a voice is expected"):
        Run.load(tmp_path / "run")


def test_a_run_begins_with_the_weights_of_another(sound: Path, tmp_path: Path) -> None:
    train_vocoder(tmp_path / "first", settings(sound, steps=8))
    again = settings(sound, steps=1, begin_with=str(tmp_path / "first"), optimizer=OptimizerConfig(lr=1e-9))
    train_vocoder(tmp_path / "second", again)
    before, after = (Vocoder.load(tmp_path / name).model.state_dict() for name in ("first", "second"))
    for name, value in before.items():
        torch.testing.assert_close(after[name], value, rtol=0, atol=1e-6)
    write_vocoder_weights(VocoderRun.load_vocoder(tmp_path / "second"), tmp_path / "second.safetensors", card={})
    assert str(tmp_path).encode() not in (tmp_path / "second.safetensors").read_bytes()  # nobody's folders are told
    larger = settings(sound, steps=1, begin_with=str(tmp_path / "first"), model=IstftConfig(width=32))
    with pytest.raises(CheckpointError, match="another size"):
        train_vocoder(tmp_path / "third", larger)


def test_its_denoiser_takes_out_what_it_makes_of_silence(sound: Path, tmp_path: Path) -> None:
    train_vocoder(tmp_path, settings(sound, steps=4))
    vocoder = Vocoder.load(tmp_path)
    silence = np.full((80, 60), np.log(vocoder.mel.floor), np.float32)
    hum = vocoder.denoiser()
    assert hum.bias.shape == (513,)
    quiet = Denoiser(torch.zeros(513))  # subtracts nothing
    inner = slice(2048, -2048)
    mel = Prepared.load(sound).clips("val")[0].mel().T[:, :60].copy()
    spoken, same = vocoder(mel, 3), vocoder(mel, 3, denoiser=quiet)
    np.testing.assert_allclose(spoken[inner], same[inner], atol=1e-5)
    assert vocoder(silence, 3, denoiser=hum, strength=1.0).std() <= vocoder(silence, 3).std()
