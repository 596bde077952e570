"""Files in the format of Coqui's reference outputs, of any options, seeds and sizes, filled by our own models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from glowvox.models.likelihood import losses
from tests.fixtures.coqui import model_of, settings, their_tensors
from tests.golden.checks import check, unexpected

CASES: dict[str, dict[str, Any]] = {
    "gated_conv": {"num_squeeze": 4, "num_splits": 8, "mean_only": False, "sigmoid_scale": True},
    "residual_conv_bn": {"use_d_vector_file": True, "d_vector_dim": 7, "num_squeeze": 1},
    "time_depth_separable": {"use_speaker_embedding": True, "num_speakers": 3, "use_encoder_prenet": False},
    "rel_pos_transformer": {"use_speaker_embedding": True, "use_d_vector_file": True, "d_vector_dim": 5},
}


def write_file(path: Path, encoder: str, *, seed: int) -> dict[str, Tensor]:
    """Write inputs, weights and a few outputs of a random model; gives the tensors."""
    table = settings(encoder, num_chars=9, **CASES[encoder])
    model = model_of(table, vocabulary=9, speakers=table.get("num_speakers", 1))
    torch.manual_seed(seed)
    tensors = {f"weights/{name}": value for name, value in their_tensors(model).items()}
    inputs = {
        "x": torch.randint(9, (3, 7)),
        "x_lengths": torch.tensor([7, 3, 2]),
        "y": torch.randn(3, 33, 80),
        "y_lengths": torch.tensor([33, 29, 16]),
    }
    if "d_vector_dim" in table:
        inputs["d_vectors"] = torch.randn(3, table["d_vector_dim"])
    elif "num_speakers" in table:
        inputs["speaker_ids"] = torch.tensor([2, 0, 2])
    speaker = inputs.get("d_vectors", inputs.get("speaker_ids"))
    out = model(inputs["x"], inputs["x_lengths"], inputs["y"].transpose(1, 2), inputs["y_lengths"], speaker)
    mask = torch.ones(1, 1, 3)
    one = None if speaker is None else speaker[1:2]
    encoded = model.encoder(inputs["x"][1:2, :3], mask, model.condition(one, 1))
    tensors |= {f"in/{name}": value for name, value in inputs.items()}
    tensors |= {
        "out/train/z": out.latent.transpose(1, 2),
        "out/train/durations": out.durations,
        "out/train/durations_log": out.log_duration[:, :, None],
        "out/train/loss_mle_floored_lengths": losses(out).nll,
        "out/encoder_single1/o_mean": encoded.mean,
        "out/encoder_single1/durations_log": encoded.log_duration,
        "out/infer_single1/durations": model.lasting(encoded.log_duration, mask, speed=1 / 1.5),
        "in/infer_single1/noise": torch.randn(1, 80, 200),
    }
    speech = model.generate(
        inputs["x"][1:2, :3], torch.tensor([3]), speaker=one, variation=0.5, speed=1 / 1.5,
        noise=list(tensors["in/infer_single1/noise"]),
    )  # fmt: skip
    tensors["out/infer_single1/model_outputs"] = speech.mel.transpose(1, 2)
    meta = {"config": table | {"out_channels": 80}, "inference_noise_scale": 0.5, "length_scale": 1.5}
    tensors = {name: value.detach().contiguous() for name, value in tensors.items()}
    save_file(tensors, path, metadata={"meta": json.dumps(meta)})
    return tensors


@pytest.mark.parametrize("encoder", CASES)
def test_any_options_are_followed(encoder: str, tmp_path: Path) -> None:
    path = tmp_path / "glow_tts_coqui_x.safetensors"
    tensors = write_file(path, encoder, seed=len(encoder))
    results = check(path)
    assert {result.tensor for result in results} >= {name for name in tensors if not name.startswith("in/")}
    assert [result for result in results if unexpected(path, result)] == []
    status = {result.tensor: result.status for result in results}
    assert status["out/infer_single1/model_outputs"] == status["out/encoder_single1/o_mean"] == "ok"
    leaks = encoder in ("residual_conv_bn", "time_depth_separable")
    assert status["out/train/durations"] == ("departed" if leaks else "ok")


@pytest.mark.parametrize(
    ("encoder", "tensor"),
    [
        ("gated_conv", "out/train/z"),
        ("gated_conv", "out/train/durations"),
        ("gated_conv", "out/infer_single1/model_outputs"),
        ("residual_conv_bn", "out/encoder_single1/o_mean"),
    ],
)
def test_a_changed_tensor_is_found(encoder: str, tensor: str, tmp_path: Path) -> None:
    path = tmp_path / "glow_tts_coqui_x.safetensors"
    tensors = write_file(path, encoder, seed=1)
    tensors[tensor] = tensors[tensor] + (1 if tensors[tensor].dtype == torch.int64 else 1e-2)
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    save_file(tensors, path, metadata=metadata)
    failed = [result.tensor for result in check(path) if result.status == "failed"]
    assert failed == [tensor]
