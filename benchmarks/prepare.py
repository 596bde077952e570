"""Wall time of preparing a corpus: what `glowvox data prepare` does, into a folder that is thrown away.

    python benchmarks/prepare.py CORPUS [--processes 2]

Prepared twice: from nothing, and again, when everything is found unchanged. Aim: kathleen-en (1,132 clips, 57 minutes)
from nothing in under 90 s on two cores.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from timing import table

from glowvox.data.prepared import Prepared


def main() -> None:
    """Prepare twice and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    rows, first = [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "glowvox", "data", "prepare", str(given.corpus), "-o", f"{folder}/prepared"]
        for name in ("from nothing", "again"):
            start = time.perf_counter()
            subprocess.run([*command, "--workers", str(given.processes)], capture_output=True, check=True)
            taken = time.perf_counter() - start
            first = first or taken
            prepared = Prepared.load(Path(folder) / "prepared")
            kept = [row for part in prepared.rows.values() for row in part]
            minutes = sum(row.seconds for row in kept) / 60
            speed = 60 * minutes / taken
            rows.append(
                (name, f"{taken:.1f}", f"{len(kept)}", f"{minutes:.1f}", f"{speed:.0f}", f"{first / taken:.1f}")
            )
    print(table(("preparing", "wall, s", "clips", "minutes", "times real time", "ratio"), rows))


if __name__ == "__main__":
    main()
