"""A WaveGlow learns by likelihood on the shared loop, resumes bit for bit, and speaks from its folder or a file."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from msgspec.structs import replace

from glowvox.cli.train import command
from glowvox.data.corpus import read_corpus
from glowvox.data.prepare import prepare
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.prepared import Prepared
from glowvox.data.segments import SegmentPlan
from glowvox.errors import CheckpointError, CorpusError, UsageError
from glowvox.models.vocoder_file import write_vocoder
from glowvox.models.waveglow import WaveGlow, nll
from glowvox.models.waveglow_config import WaveGlowConfig
from glowvox.train.config import EveryConfig, OptimizerConfig
from glowvox.train.run import Run, RunFolder, VocoderRun
from glowvox.train.vocoder_config import SegmentConfig
from glowvox.train.vocoder_start import train_vocoder
from glowvox.train.vocoders import Vocoder
from glowvox.train.waveglow_config import PRESETS, WaveGlowTrainConfig
from glowvox.train.weights import trained_values, write_vocoder_weights
from tests.fixtures.corpora import make_ljspeech
from tests.fixtures.prepared import make_prepared

SMALL = WaveGlowConfig(flows=3, early_every=2, layers=1, width=8, upsample_kernel=256)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("waveglow")
    corpus = read_corpus(make_ljspeech(folder / "corpus"))
    prepare([corpus], folder / "prepared", config=PrepareConfig(sound=True), processes=1)
    return folder / "prepared"


def settings(prepared: Path, **changes: object) -> WaveGlowTrainConfig:
    base = WaveGlowTrainConfig(
        prepared=str(prepared),
        model=SMALL,
        batch=SegmentConfig(segments=2, frames=12),
        optimizer=OptimizerConfig(name="adam", lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, warmup=3),
        every=EveryConfig(log=4, validate=8, save=4, sample=1_000, first_sample=999),
        steps=12,
        precision="fp32",
        ema=0.5,
    )
    return replace(base, **changes)


def metrics(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def values(folder: Path) -> dict[str, torch.Tensor]:
    return trained_values(RunFolder.load_vocoder(folder))[0]


def test_it_learns_and_speaks_from_folder_and_file(sound: Path, tmp_path: Path) -> None:
    config = settings(sound, steps=40, every=replace(settings(sound).every, sample=40))
    assert train_vocoder(tmp_path / "run", config) == "all 40 steps are done"
    rows = metrics(tmp_path / "run")
    trained = [row["nll"] for row in rows if "nll" in row]
    held = [row["val_nll"] for row in rows if "val_nll" in row]
    assert trained[-1] < trained[0] - 0.3
    assert held[-1] < held[0] - 0.1
    assert 0 < rows[-1]["val_latent_power"] < 2
    copies = list((tmp_path / "run" / "samples" / "step-0000040").glob("*.copy.wav"))
    assert len(copies) == 1
    write_vocoder_weights(RunFolder.load_vocoder(tmp_path / "run"), tmp_path / "voc.safetensors", card={})
    for place in ("run", "voc.safetensors"):
        vocoder = Vocoder.load(tmp_path / place)
        assert isinstance(vocoder.model, WaveGlow)
        assert vocoder(np.full((80, 7), -5, np.float32), 3).shape == (7 * 256,)
    page = (tmp_path / "run" / "report.html").read_text()
    assert "nats a sample" in page
    assert "alignment" not in page.split("settings")[0].lower()


def test_the_logged_loss_is_that_of_the_batch(sound: Path, tmp_path: Path) -> None:
    config = settings(sound, steps=1, every=replace(settings(sound).every, log=1), sigma=0.7)
    train_vocoder(tmp_path, config)
    torch.manual_seed(config.seed)
    prepared = Prepared.load(sound)
    model = WaveGlow(SMALL, prepared.mel)
    plan = SegmentPlan(prepared.clips("train"), prepared.mel, segments=2, frames=12, seed=0, gain_db=(-12.0, 3.0))
    batch = plan.batch(0)
    assert metrics(tmp_path)[0]["nll"] == pytest.approx(nll(model.encode(batch.mel, batch.wave), sigma=0.7).item())


def test_it_goes_on_bit_for_bit(sound: Path, tmp_path: Path) -> None:
    train_vocoder(tmp_path / "whole", settings(sound))
    train_vocoder(tmp_path / "other", settings(sound, seed=1))
    stopped = train_vocoder(tmp_path / "again", settings(sound), watch=interrupted)
    assert stopped == "stopped by SIGINT"
    assert train_vocoder(tmp_path / "again", settings(sound)) == "all 12 steps are done"
    whole, again, other = (values(tmp_path / name) for name in ("whole", "again", "other"))
    assert all(torch.equal(whole[name], again[name]) for name in whole)
    assert not all(torch.equal(whole[name], other[name]) for name in whole)


def interrupted(run: VocoderRun) -> Callable[[Mapping[str, object]], None]:
    """Ctrl-C at the first line of metrics."""
    return lambda record: os.kill(os.getpid(), signal.SIGINT) if record["step"] == 4 else None


def test_another_one_can_be_begun_with(sound: Path, tmp_path: Path) -> None:
    train_vocoder(tmp_path / "first", settings(sound))
    begun = settings(
        sound, begin_with=str(tmp_path / "first"), steps=1, optimizer=OptimizerConfig(name="adam", lr=1e-12)
    )
    train_vocoder(tmp_path / "second", begun)
    first, second = values(tmp_path / "first"), values(tmp_path / "second")
    assert all(torch.allclose(first[name], second[name], atol=1e-6) for name in first)
    write_vocoder(tmp_path / "wide.safetensors", WaveGlow(replace(SMALL, width=16), Prepared.load(sound).mel))
    with pytest.raises(CheckpointError, match="not a WaveGlow of this run's size"):
        train_vocoder(tmp_path / "third", settings(sound, begin_with=str(tmp_path / "wide.safetensors")))


def test_what_cannot_be_trained_is_said(sound: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to train on"):
        train_vocoder(tmp_path / "a", WaveGlowTrainConfig())
    with pytest.raises(CorpusError, match="prepared without its recordings"):
        train_vocoder(tmp_path / "a", settings(make_prepared(tmp_path / "mels")))
    train_vocoder(tmp_path / "run", settings(sound, steps=1))
    with pytest.raises(UsageError, match="begun with other settings: model differs"):
        train_vocoder(tmp_path / "run", settings(sound, model=replace(SMALL, width=16)))
    with pytest.raises(CheckpointError, match="the run of a waveglow, where one of a Glow-TTS voice is expected"):
        Run.load(tmp_path / "run")
    with pytest.raises(ValueError, match="sigma = 0 must be above 0"):
        WaveGlowTrainConfig(sigma=0)


def test_the_command_trains_goes_on_and_writes_the_page_again(sound: Path, tmp_path: Path) -> None:
    small = ["flows=3", "early_every=2", "layers=1", "width=8", "upsample_kernel=256"]
    sizes = [part for pair in small for part in ("--set", f"model.{pair}")]
    base = [str(sound), "--preset", "waveglow-tiny", "-o", str(tmp_path / "run"), *sizes]
    cut = ["--set", "batch.frames=12", "--set", "batch.segments=1"]
    done = CliRunner().invoke(command, [*base, *cut, "--steps", "2"], catch_exceptions=False)
    assert (done.exit_code, done.stdout.strip()) == (0, str(tmp_path / "run"))
    done = CliRunner().invoke(command, ["-o", str(tmp_path / "run"), "--steps", "3", "--json"], catch_exceptions=False)
    assert json.loads(done.stdout)["step"] == 3
    (tmp_path / "run" / "report.html").unlink()
    CliRunner().invoke(command, ["-o", str(tmp_path / "run"), "--report-only"], catch_exceptions=False)
    assert (tmp_path / "run" / "report.html").is_file()
    shown = CliRunner().invoke(command, ["--preset", "waveglow", "--print-config"], catch_exceptions=False)
    assert 'kind = "waveglow"' in shown.stdout
    one = CliRunner().invoke(
        command, ["--preset", "waveglow", "--set", "batch.segments=2", "--set", "optimizer.lr=1e-4", "--print-config"]
    )
    assert "frames = 63" in one.stdout
    begun = CliRunner().invoke(command, ["--preset", "waveglow", "--finetune-from", "w.safetensors", "--print-config"])
    assert 'begin_with = "w.safetensors"' in begun.stdout
    assert 'name = "adam"' in one.stdout
    assert "width = 256" in one.stdout
    assert set(PRESETS) == {"waveglow-tiny", "waveglow", "waveglow-paper"}
    with pytest.raises(UsageError, match="--overfit is a diagnostic of voices, not of waveglows"):
        CliRunner().invoke(command, [*base, "--overfit", "2"], catch_exceptions=False)
