"""The notes of earlier runs survive kills and full disks; files are replaced whole or not at all."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from glowvox.data.cache import Cache
from glowvox.data.clip import Features
from glowvox.errors import GlowvoxError
from glowvox.files import replacing


def features(key: str, frames: int = 10) -> Features:
    return Features(id=key, key=f"k{frames}", sound="s", symbols=["^", "AH0", "$"], frames=frames)


def test_what_one_run_notes_the_next_one_knows(tmp_path: Path) -> None:
    with Cache(tmp_path, "1-of-2") as one, Cache(tmp_path, "2-of-2") as two:
        one.add(features("a"))
        two.add(features("b"))
        one.add(features("a", 12))
    assert Cache(tmp_path, "all").known == {"a": features("a", 12), "b": features("b")}


def test_the_same_again_is_not_written(tmp_path: Path) -> None:
    with Cache(tmp_path, "all") as cache:
        cache.add(features("a"))
        size = cache.path.stat().st_size
        cache.add(features("a"))
        assert cache.path.stat().st_size == size > 0


@pytest.mark.parametrize("cut", [1, 10, 40])
def test_a_line_cut_off_by_a_kill_costs_that_clip_only(tmp_path: Path, cut: int) -> None:
    with Cache(tmp_path, "all") as cache:
        cache.add(features("a"))
        cache.add(features("b"))
    cache.path.write_bytes(cache.path.read_bytes()[:-cut])
    with Cache(tmp_path, "all") as again:
        whole = {"a": features("a")} | ({"b": features("b")} if cut == 1 else {})
        assert again.known == whole
        again.add(features("c"))
    assert Cache(tmp_path, "all").known == whole | {"c": features("c")}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_full_disk_is_one_clear_error(tmp_path: Path) -> None:
    cache = Cache(tmp_path, "all")
    cache._stream = open("/dev/full", "ab")  # noqa: SIM115 (the cache closes it)
    with pytest.raises(GlowvoxError, match=r"cache/all\.jsonl: cannot write: No space left on device"), cache:
        cache.add(features("a"))


def test_a_file_is_replaced_only_when_all_went_well(tmp_path: Path) -> None:
    path = tmp_path / "index.jsonl"
    path.write_text("old")
    with suppress(RuntimeError), replacing(path) as stream:
        stream.write(b"ne")
        raise RuntimeError
    assert [p.name for p in tmp_path.iterdir()] == ["index.jsonl"]
    assert path.read_text() == "old"
    with replacing(path) as stream:
        stream.write(b"new")
    assert path.read_text() == "new"


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(GlowvoxError, match="cannot write: No such file or directory"), replacing(tmp_path / "x" / "y"):
        pass
