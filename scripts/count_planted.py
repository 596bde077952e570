"""How many planted errors an audit found: of `plant_errors.py` and `glowvox data audit --json`.

python scripts/count_planted.py planted/planted.tsv audit.json
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path


def main() -> int:
    """Print the share found, by kind, and where those found stand."""
    planted = dict(line.split("\t")[:2] for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines())
    audit = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    ranked = [finding["id"] for finding in audit["findings"]]
    found = Counter(planted[key] for key in ranked if key in planted)
    total = Counter(planted.values())
    print(f"{sum(found.values())} of {sum(total.values())} among the {len(ranked)} worst of {audit['clips']} clips")
    for kind, count in total.items():
        print(f"  {kind}: {found[kind]} of {count}")
    print("at places", " ".join(str(place) for place, key in enumerate(ranked, start=1) if key in planted))
    print("not found:", " ".join(key for key in planted if key not in ranked) or "none")
    return 0


if __name__ == "__main__":
    sys.exit(main())
