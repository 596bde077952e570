"""Put a table into a page, between <!-- NAME --> and <!-- /NAME -->.

    python scripts/campaign.py evenness VOICE --markdown | python scripts/fill_page.py docs/voice.md passage

What stood between the two is replaced; nothing else is touched. An empty table leaves the page as it is.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from glowvox.files import write_text


def main() -> None:
    """Fill one place of a page from standard input."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path)
    parser.add_argument("name")
    given = parser.parse_args()
    table = sys.stdin.read()
    if not table.strip():
        sys.exit(f"nothing came in: {given.page} is as it was")
    fill(given.page, given.name, table)


def fill(page: Path, name: str, table: str) -> None:
    """Replace what stands at a place; leaves with a message where the page has no such place."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(f"<!-- {name} -->")
    _, end, after = rest.partition(f"<!-- /{name} -->")
    if not begin or not end:
        sys.exit(f"{page}: no place for '{name}': expected <!-- {name} --> and <!-- /{name} -->")
    write_text(page, f"{before}{begin}\n\n{table.strip()}\n\n{end}{after}")


if __name__ == "__main__":
    main()
