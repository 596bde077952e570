"""Compare this code with outputs of original implementations, tensor by tensor.

    python tests/check_golden.py FILE...

One line a tensor: file, tensor, status, detail. The last line counts them. The exit status is 0 when every tensor is
reproduced, or is skipped or departed from for a reason listed in tests/golden/expected.py.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.golden.checks import check, unexpected  # noqa: E402 - found through the line above


def main(arguments: list[str] | None = None) -> int:
    """Check the files named on the command line; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    counted: Counter[str] = Counter()
    bad = False
    for path in parser.parse_args(arguments).files:
        for result in check(path):
            counted[result.status] += 1
            listed = "" if result.status == "ok" else "; not in the list" if unexpected(path, result) else "; listed"
            bad |= unexpected(path, result)
            print(f"{path.name}\t{result.tensor}\t{result.status}\t{result.detail}{listed}")
    print(", ".join(f"{counted[status]} {status}" for status in ("ok", "departed", "skipped", "failed")))
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
