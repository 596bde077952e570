"""Files of speaker vectors: read, written, refused."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

from glowvox.errors import ConfigError
from glowvox.train.vector_files import read_vectors, write_vectors


def entry(name: str, *values: float) -> dict[str, object]:
    return {"name": name, "embedding": list(values)}


def write(path: Path, table: object) -> Path:
    path.write_text(json.dumps(table), encoding="utf-8")
    return path


def test_a_speaker_is_the_mean_of_its_clips_over_all_files(tmp_path: Path) -> None:
    one = write(tmp_path / "one.json", {"a1": entry("anna", 1, 0), "b1": entry("ben", 0, 2)})
    two = write(tmp_path / "two.json", {"a2": entry("anna", 3, 4)})
    found = read_vectors([one, two])
    assert found.names == ("anna", "ben")
    np.testing.assert_array_equal(found.vectors, [[2, 2], [0, 2]])
    assert (found.width, found.vectors.dtype) == (2, np.float32)
    np.testing.assert_array_equal(found.of(["ben", "anna"]), [[0, 2], [2, 2]])


def test_pickles_of_plain_values_and_arrays_say_the_same(tmp_path: Path) -> None:
    torch.save({"a1": {"name": "anna", "embedding": torch.tensor([[1.0, 5.0]])}}, tmp_path / "v.pth")
    np.savez(tmp_path / "v.npz", anna=np.array([[1.0, 5.0], [3.0, 5.0]]), ben=np.array([2.0, 2.0]))
    np.testing.assert_array_equal(read_vectors([tmp_path / "v.pth"]).vectors, [[1, 5]])
    found = read_vectors([tmp_path / "v.npz"])
    assert found.names == ("anna", "ben")
    np.testing.assert_array_equal(found.vectors, [[2, 5], [2, 2]])


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    vector = np.random.default_rng(0).standard_normal(8).astype(np.float32)
    write_vectors(tmp_path / "v.json", {"clip": ("änna", vector)})
    assert set(json.loads((tmp_path / "v.json").read_text())["clip"]) == {"name", "embedding"}
    found = read_vectors([tmp_path / "v.json"])
    assert found.names == ("änna",)
    np.testing.assert_array_equal(found.vectors[0], vector)


def test_an_unknown_speaker_is_answered_with_the_nearest(tmp_path: Path) -> None:
    found = read_vectors([write(tmp_path / "v.json", {"a": entry("kathleen", 1), "b": entry("michael", 2)})])
    with pytest.raises(ConfigError, match=r"v\.json: no vector of speaker 'katleen'; did you mean 'kathleen'\?"):
        found.of(["katleen"])
    with pytest.raises(ConfigError, match="no vector of speaker 'x'; known: kathleen, michael"):
        found.of(["x"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": {"name": "x", "embedding": [1]}, "a": {"name": "y", "embedding": [2]}}', "'a' stands in it twice"),
        ('{"a": {"name": "x", "embedding": [1, 2]}}', "the vector of 'a' has 2 values; expected 1, as the model has"),
        ('{"a": {"name": "x"}}', "'a': expected a name and an embedding"),
        ('{"a": {"name": "x", "embedding": ["one"]}}', "the vector of 'a' is no list of numbers"),
        ('{"a": {"name": "x", "embedding": [NaN]}}', "the vector of 'a' is empty, zero or not finite"),
        ('{"a": {"name": "x", "embedding": [0]}}', "the vector of 'a' is empty, zero or not finite"),
        ('{"a": {"name": "x", "embedding": []}}', "the vector of 'a' is empty, zero or not finite"),
        ("{}", "no speaker in it"),
        ("[]", "holds a list, expected entries by name"),
        ("{", "not valid JSON"),
    ],
)
def test_what_cannot_be_used_is_said_with_file_and_entry(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "v.json"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_vectors([path], 1)
    assert str(path) in caught.value.message
    assert message in caught.value.message


def test_widths_must_agree_and_a_clip_stands_in_one_file(tmp_path: Path) -> None:
    one = write(tmp_path / "one.json", {"a": entry("anna", 1, 2)})
    two = write(tmp_path / "two.json", {"b": entry("anna", 1, 2, 3)})
    with pytest.raises(ConfigError, match=r"'b' has 3 values; expected 2, that of .*one.json: the vector of 'a'"):
        read_vectors([one, two])
    with pytest.raises(ConfigError, match=r"three.json: 'a' stands in .*one.json already"):
        read_vectors([one, write(tmp_path / "three.json", {"a": entry("ben", 1, 2)})])
    with pytest.raises(ConfigError, match=r"none.json: no such file"):
        read_vectors([tmp_path / "none.json"])


def test_a_malicious_pickle_runs_no_code(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (str(tmp_path / "ran"),))

    (tmp_path / "v.pth").write_bytes(pickle.dumps({"a": Bomb()}))
    with pytest.raises(ConfigError, match=r"v.pth: refused, not plain values and tensors"):
        read_vectors([tmp_path / "v.pth"])
    assert not (tmp_path / "ran").exists()
    (tmp_path / "v.npz").write_bytes(b"PK no zip")
    with pytest.raises(ConfigError, match=r"v.npz: not a readable file of arrays"):
        read_vectors([tmp_path / "v.npz"])
