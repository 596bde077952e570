"""Every published mel convention against the outputs of the original code."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from tests.golden.checks_mel import check

NAMES = ["mel_hifigan22k", "mel_bigvgan24k", "mel_tacotron22k", "mel_spectrogram_reference", "vocos_mel_features"]
KEPT = Path(__file__).parents[2] / "golden" / "mel_hifigan22k.safetensors"


@pytest.mark.parametrize("name", NAMES)
def test_every_tensor_is_reproduced(golden_dir: Path, name: str) -> None:
    results = check(golden_dir / f"{name}.safetensors")
    assert results
    assert [result for result in results if result.status != "ok"] == []


def test_the_house_convention_without_the_large_files() -> None:
    assert [result.status for result in check(KEPT)] == ["ok", "ok"]


def test_nothing_is_passed_over_and_errors_are_seen(tmp_path: Path) -> None:
    wav = np.random.default_rng(0).normal(0, 0.1, (1, 4000)).astype(np.float32)
    tensors = {
        "in/wav": wav,
        "out/mel_fmax_7000": np.zeros((1, 64, 20), np.float32),
        "out/strange": wav,
        "in/other": wav,
    }
    call = "mel_spectrogram(wav,2048,64,16000,200,800,30,fmax,center=False)"
    save_file(tensors, tmp_path / "mel_x.safetensors", metadata={"meta": json.dumps({"call": call})})
    found = {result.tensor: result for result in check(tmp_path / "mel_x.safetensors")}
    assert found["out/mel_fmax_7000"].status == "failed"
    assert found["out/strange"].status == found["in/other"].status == "skipped"


def test_other_numbers_in_the_call_are_followed(tmp_path: Path) -> None:
    import librosa

    wav = np.random.default_rng(0).normal(0, 0.1, (2, 5000)).astype(np.float32)
    basis = librosa.filters.mel(sr=16000, n_fft=800, n_mels=40, fmin=50, fmax=7600)
    magnitude = np.stack([np.abs(librosa.stft(item, n_fft=800, hop_length=200, pad_mode="reflect")) for item in wav])
    tensors = {
        "in/wav": wav,
        "out/mel": np.log(np.maximum(basis @ magnitude, 1e-5)),
        "out/magnitude": np.ascontiguousarray(magnitude),
        "out/mel_basis": basis,
    }
    call = "TacotronSTFT(800,200,800,40,16000,50,mel_fmax=7600).mel_spectrogram(wav (1,L) in [-1,1])"
    save_file(tensors, tmp_path / "mel_y.safetensors", metadata={"meta": json.dumps({"call": call})})
    assert [result.status for result in check(tmp_path / "mel_y.safetensors")] == ["ok", "ok", "ok"]
