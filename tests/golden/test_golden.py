"""The stored outputs of the originals, and the checking of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from tests import check_golden
from tests.golden.checks import CHECKS, check, unexpected
from tests.golden.made import BARE, write_file

KEPT = sorted((Path(__file__).parent / "data").iterdir())


@pytest.mark.parametrize("prefix", CHECKS)
def test_the_originals_are_reproduced(golden_dir: Path, prefix: str) -> None:
    files = sorted(golden_dir.glob(f"{prefix}*"))
    assert files
    for path in files:
        results = check(path)
        assert [result for result in results if unexpected(path, result)] == []
        assert any(result.status == "ok" for result in results)


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_what_is_kept_here_is_reproduced_without_the_large_files(path: Path) -> None:
    assert {result.status for result in check(path)} == {"ok"}


@pytest.mark.parametrize(
    "hyper",
    [
        BARE,
        BARE | {"n_sqz": 2, "n_split": 8, "dilation_rate": 1, "window_size": 1, "prenet": True, "mean_only": True},
        BARE | {"block_length": 2, "window_size": 3, "hidden_channels_dec": 12, "hidden_channels_enc": 0},
        BARE | {"n_speakers": 3, "gin_channels": 5, "sigmoid_scale": True, "n_sqz": 4, "n_heads": 4},
        BARE | {"n_speakers": 1, "kernel_size_dec": 3, "n_sqz": 3, "n_split": 2},
    ],
    ids=["constructor-defaults", "squeeze-2", "block-length", "speakers", "one-speaker"],
)
def test_any_options_seeds_and_sizes_are_followed(tmp_path: Path, hyper: dict[str, Any]) -> None:
    tensors = write_file(tmp_path / "glow_tts_authors_z.safetensors", hyper, batch=len(hyper) % 4 + 1, seed=len(hyper))
    results = check(tmp_path / "glow_tts_authors_z.safetensors")
    assert {result.tensor for result in results} == {name for name in tensors if not name.startswith("in/")}
    assert {result.status for result in results} == {"ok"}


@pytest.mark.parametrize("tensor", ["out/train/z", "out/train/durations", "out/infer/y", "weights/encoder.emb.weight"])
def test_a_changed_tensor_is_found(tmp_path: Path, tensor: str) -> None:
    def change(tensors: dict[str, Tensor]) -> None:
        tensors[tensor] = tensors[tensor] + (1 if tensors[tensor].dtype == torch.int64 else 1e-2)

    path = altered(tmp_path, change)
    assert any(unexpected(path, result) and result.status == "failed" for result in check(path))


def test_unknown_missing_and_misshapen_tensors_are_named(tmp_path: Path) -> None:
    def change(tensors: dict[str, Tensor]) -> None:
        del tensors["weights/decoder.flows.0.logs"]
        tensors["weights/decoder.flows.99.strange"] = torch.zeros(1)
        tensors["out/train/z"] = torch.zeros(1)
        tensors["out/train/other"] = torch.zeros(1)

    path = altered(tmp_path, change)
    found = {result.tensor: result for result in check(path) if result.status != "ok"}
    assert found["decoder.chain.flows.0.log_scale"].detail == "a tensor of ours that the file does not fill"
    assert found["weights/decoder.flows.99.strange"].status == found["out/train/z"].status == "failed"
    assert found["out/train/other"].status == "skipped"
    assert unexpected(path, found["out/train/other"])


def test_an_item_that_the_original_left_empty_is_a_listed_departure(tmp_path: Path) -> None:
    def change(tensors: dict[str, Tensor]) -> None:
        tensors["out/infer/y_lengths"][0] = 0
        tensors["out/infer/y"][0] = 0

    path = altered(tmp_path, change)
    found = {result.tensor: result for result in check(path)}
    assert found["out/infer/y"].status == "departed"
    assert "items [0]" in found["out/infer/y"].detail
    assert not any(unexpected(path, result) for result in found.values())


def test_impossible_items_of_an_alignment_are_departures_and_the_rest_is_compared(tmp_path: Path) -> None:
    tensors = load_file(Path(__file__).parent / "data" / "mas_reference_small.safetensors")
    tensors["ties_int/y_lengths"][1] = 2  # of 4 tokens
    path = tmp_path / "mas_reference_x.safetensors"
    save_file(tensors, path)
    found = {result.tensor: result for result in check(path) if result.status != "ok"}
    assert {name: result.status for name, result in found.items()} == {
        f"ties_int/{name}": "departed" for name in ("durations", "path", "score_float64")
    }
    tensors["ties_int/durations"][0, 0] += 1
    save_file(tensors, path)
    assert "failed" in {result.status for result in check(path)}


def test_the_command_prints_a_line_a_tensor_and_counts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert check_golden.main([str(KEPT[-1])]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "mas_reference_small.safetensors\tt1x1/durations\tok\texact"
    assert lines[-1] == f"{len(lines) - 1} ok, 0 departed, 0 skipped, 0 failed"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("unheard_of_x.safetensors", b"", "skipped\tno check for this kind yet; not in the list"),
        ("glow_tts_authors_x.safetensors", b"\x00", "failed\tSafetensorError"),
        ("glow_tts_authors_x.safetensors", None, "failed\tno such file"),
    ],
)
def test_a_file_that_cannot_be_checked_fails_in_one_line(
    name: str, content: bytes | None, said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert check_golden.main([str(tmp_path / name)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert said in lines[0]
    assert len(lines) == 2


def altered(folder: Path, change: Callable[[dict[str, Tensor]], None]) -> Path:
    """A made file with something changed in it."""
    path = folder / "glow_tts_authors_made.safetensors"
    tensors = write_file(path, BARE, batch=2, seed=1)
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    change(tensors)
    save_file(tensors, path, metadata=metadata)
    return path
