"""That the checks of Flowtron's reference outputs find what is wrong, and foresee no more than they should."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from tests.golden.checks import check, unexpected
from tests.golden.result import Result


def altered(source: Path, folder: Path, changes: dict[str, Tensor | None]) -> Path:
    """A copy of a file with other values in some tensors, or without them."""
    with safe_open(source, "pt") as file:
        metadata = file.metadata()
    tensors = load_file(source) | {name: value for name, value in changes.items() if value is not None}
    kept = {name: value for name, value in tensors.items() if changes.get(name, value) is not None}
    save_file(kept, folder / source.name, metadata=metadata)
    return folder / source.name


def wrong(path: Path) -> dict[str, Result]:
    return {result.tensor: result for result in check(path) if unexpected(path, result)}


@pytest.mark.parametrize(
    ("name", "tensors"),
    [
        (
            "flowtron_b_2flows_prior",
            ["out/attn_logprob.1", "out/loss_ctc", "grad/flows.0.conv.weight", "out/infer_mel"],
        ),
        ("flowtron_c_cumm_attention_prior", ["out/z", "out/loss_total", "out/infer_attn.1"]),
        ("flowtron_d_gm_learned", ["out/prob", "out/log_var", "out/z", "out/infer_gate_prob"]),
    ],
)
def test_changed_tensors_are_found_and_no_others(
    golden_dir: Path, tmp_path: Path, name: str, tensors: list[str]
) -> None:
    source = golden_dir / f"{name}.safetensors"
    stored = load_file(source)
    path = altered(source, tmp_path, {tensor: stored[tensor] * 1.02 + 0.01 for tensor in tensors})
    found = wrong(path)
    expected = set(tensors) | ({"out/z (items without padding)"} if "out/z" in tensors and "_c_" in name else set())
    assert set(found) == expected
    assert {result.status for result in found.values()} == {"failed"}


def test_missing_strange_and_misshapen_weights_are_found(golden_dir: Path, tmp_path: Path) -> None:
    source = golden_dir / "flowtron_a_1flow_noprior.safetensors"
    path = altered(
        source,
        tmp_path,
        {
            "weights/flows.0.conv.bias": None,
            "weights/flows.0.strange": torch.zeros(1),
            "weights/speaker_embedding.weight": torch.zeros(2, 4),
            "out/unheard": torch.zeros(1),
        },
    )
    found = wrong(path)
    assert found["steps.0.affine.bias"].detail == "a tensor of ours that the file does not fill"
    assert found["weights/flows.0.strange"].status == "failed"
    assert "shape (2, 4)" in found["weights/speaker_embedding.weight"].detail
    assert found["out/unheard"].status == "skipped"


@pytest.mark.parametrize("name", ["attention_prior", "collate", "style_posterior", "radam"])
def test_parts_outside_the_model_are_compared_too(golden_dir: Path, tmp_path: Path, name: str) -> None:
    source = golden_dir / f"flowtron_{name}.safetensors"
    stored = load_file(source)
    outputs = [tensor for tensor in stored if tensor.startswith("out/")]
    path = altered(source, tmp_path, {tensor: stored[tensor] + 1 for tensor in outputs})
    assert set(wrong(path)) == set(outputs)


def test_changed_ids_are_found(golden_dir: Path, tmp_path: Path) -> None:
    stored = json.loads((golden_dir / "flowtron_text_ids.json").read_text(encoding="utf-8"))
    stored["sentences"] = stored["sentences"][:2]
    stored["sentences"][1]["p05_seed1234_ids"][0] += 1
    stored["sentences"][0]["cleaned"] += "!"
    stored["speaker_id_mapping"]["small_examples"][0]["mapping"]["9"] = 0
    path = tmp_path / "flowtron_text_ids.json"
    path.write_text(json.dumps(stored), encoding="utf-8")
    assert set(wrong(path)) == {"sentence 0/cleaned", "sentence 1/p05_seed1234_ids", "speakers/0"}
