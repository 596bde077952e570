"""Checkpoints are whole or refused, and a failed save costs nothing."""

from __future__ import annotations

import errno
import json
import shutil
from pathlib import Path

import pytest
import torch
from torch import Tensor

from glowvox.errors import CheckpointError, GlowvoxError
from glowvox.train import checkpoint as module
from glowvox.train.checkpoint import checkpoints, prune, read_part, read_state, write_checkpoint

PARTS: dict[str, dict[str, Tensor]] = {
    "model": {"a.weight": torch.randn(3, 4), "b": torch.randn(5)},
    "optimizer": {"a.weight/step": torch.tensor(7.0)},
}
STATE = {"best": 1.5, "initialised": True}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return write_checkpoint(tmp_path, 12, PARTS, STATE)


def test_what_is_read_is_what_was_written(saved: Path) -> None:
    assert saved.name == "step-0000012"
    for part, tensors in PARTS.items():
        found = read_part(saved, part)
        assert found.keys() == tensors.keys()
        assert all(torch.equal(found[name], tensor) for name, tensor in tensors.items())
    state = read_state(saved)
    assert {key: state[key] for key in STATE} == STATE
    assert state["step"] == 12


def test_several_are_listed_oldest_first_and_pruned_but_for_the_best(tmp_path: Path) -> None:
    for step in (5, 9_999_999, 10_000_000, 20):
        write_checkpoint(tmp_path, step, PARTS, STATE)
    (tmp_path / "notes").mkdir()
    (tmp_path / ".step-0000003.writing").mkdir()
    names = ["step-0000005", "step-0000020", "step-9999999", "step-10000000"]
    assert [path.name for path in checkpoints(tmp_path)] == names
    prune(tmp_path, keep=1, spared={names[0]})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes", names[0], names[3]]
    assert checkpoints(tmp_path / "nowhere") == []


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def flip(path: Path) -> None:
    blob = bytearray(path.read_bytes())
    blob[-3] ^= 1
    path.write_bytes(blob)


def edit(path: Path) -> None:
    path.write_text(path.read_text().replace("1.5", "1.4"))


@pytest.mark.parametrize(
    ("name", "damage", "said"),
    [
        ("model.safetensors", truncate, "truncated or altered"),
        ("model.safetensors", flip, "truncated or altered"),
        ("model.safetensors", Path.unlink, "No such file"),
        ("state.json", truncate, "not a readable checkpoint state"),
        ("state.json", edit, "truncated or altered"),
        ("state.json", Path.unlink, "No such file"),
        ("state.json", lambda path: path.write_text("[1]"), "unknown checkpoint format, expected 1"),
        ("state.json", lambda path: path.write_text('{"format": 2}'), "unknown checkpoint format, expected 1"),
    ],
)
def test_damage_is_named_by_file_with_a_remedy(saved: Path, name: str, damage: object, said: str) -> None:
    assert callable(damage)
    damage(saved / name)
    with pytest.raises(CheckpointError) as caught:
        read_part(saved, "model")
    assert caught.value.message.startswith(f"{saved / name}: ")
    assert said in caught.value.message
    assert caught.value.hint == f"remove the folder {saved} to go on from the checkpoint before it"


def test_a_file_with_the_right_checksum_and_no_tensors_is_refused(saved: Path) -> None:
    (saved / "model.safetensors").write_bytes(b"nothing")
    state = json.loads((saved / "state.json").read_text())
    del state["seal"]
    state["sha256"]["model.safetensors"] = module.hashlib.sha256(b"nothing").hexdigest()
    (saved / "state.json").write_text(json.dumps(state))
    with pytest.raises(CheckpointError, match=r"model\.safetensors"):
        read_part(saved, "model")


@pytest.mark.parametrize("files", [0, 1, 2])
def test_a_full_disk_costs_nothing_that_was_there(
    files: int, saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, written = module._write, []

    def write_until_full(path: Path, blob: bytes) -> None:
        if len(written) == files:
            path.write_bytes(blob[:5])
            raise OSError(errno.ENOSPC, "No space left on device")
        whole(path, blob)
        written.append(path)

    monkeypatch.setattr(module, "_write", write_until_full)
    with pytest.raises(
        GlowvoxError, match="step-0000013: the checkpoint could not be written: No space left"
    ) as caught:
        write_checkpoint(tmp_path, 13, PARTS, STATE)
    assert "make room and start the same command again" in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["step-0000012"]
    assert read_part(saved, "model").keys() == PARTS["model"].keys()


def test_the_same_step_can_be_saved_again(saved: Path, tmp_path: Path) -> None:
    for best in (0.5, 0.25):
        write_checkpoint(tmp_path, 12, PARTS, {**STATE, "best": best})
        assert read_state(saved)["best"] == best
    prune(tmp_path, keep=2, spared=set())
    assert [path.name for path in tmp_path.iterdir()] == ["step-0000012"]


def test_a_removal_cut_short_leaves_nothing_that_looks_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for step in (1, 2):
        write_checkpoint(tmp_path, step, PARTS, STATE)
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    prune(tmp_path, keep=1, spared=set())
    assert [path.name for path in checkpoints(tmp_path)] == ["step-0000002"]
