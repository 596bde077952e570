"""Lists of held-out clips of a published recipe: as list files they must come out of our reader as they are."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from glowvox.data.splits import read_lists
from tests.golden.result import Result

OTHERS = ("LJ900-0001", "LJ900-0002")  # clips in none of the lists, which are for training


def check(path: Path) -> list[Result]:
    """One line for each list of a `glow_tts_ljspeech_split` file, and one for what is left for training."""
    lists = {name: ids for name, ids in json.loads(path.read_text(encoding="utf-8")).items() if isinstance(ids, list)}
    known = [*OTHERS, *(clip for ids in lists.values() for clip in ids)]
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder) / f"{name}.txt" for name in lists}
        for name, ids in lists.items():
            files[name].write_text("\n".join(ids), encoding="utf-8")
        splits, problems = read_lists(files, Path(folder), known)
    results = []
    for name, ids in lists.items():
        same = splits[name] == tuple(ids) and not problems
        results.append(Result(name, "ok" if same else "failed", f"{len(ids)} clips" if same else str(problems[:3])))
    held_out = {clip for ids in splits.values() for clip in ids}
    left = tuple(clip for clip in known if clip not in held_out)
    results.append(Result("note", "ok" if left == OTHERS else "failed", f"left for training: {left}"))
    return results
