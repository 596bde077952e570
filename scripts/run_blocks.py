"""Run the shell blocks of Markdown files as a reader would type them.

    python scripts/run_blocks.py README.md docs/corpora.md

Every ```sh block runs in order with `bash -e` in the current folder. A block under the HTML comment
`<!-- not run: REASON -->` is passed over, and said so.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

BLOCK = re.compile(r"(?P<skip><!-- not run: (?P<reason>[^>]*) -->\n+)?^```sh\n(?P<code>.*?)^```$", re.M | re.S)


def blocks(text: str) -> Iterator[tuple[int, str, str | None]]:
    """Line number, code and the reason not to run it, for each ```sh block."""
    for match in BLOCK.finditer(text):
        yield text.count("\n", 0, match.start("code")) + 1, match["code"], match["reason"]


def main(paths: list[str]) -> int:
    """Run them all; the first that fails ends it."""
    for path in paths:
        for line, code, reason in blocks(Path(path).read_text(encoding="utf-8")):
            if reason:
                print(f"{path}:{line}: not run: {reason}", flush=True)
                continue
            print(f"{path}:{line}: running\n{code}", flush=True)
            started = time.monotonic()
            status = subprocess.run(["bash", "-euo", "pipefail", "-c", code], stdin=subprocess.DEVNULL).returncode
            print(f"{path}:{line}: exit {status} after {time.monotonic() - started:.0f} s", flush=True)
            if status:
                return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
