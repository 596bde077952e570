"""Token ids of the published text front ends, sentence by sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from glowvox.text.authors import NAMES, AuthorsFrontEnd
from glowvox.text.authors_cleaner import clean
from tests.golden.result import Result


def check(path: Path) -> list[Result]:
    """One line for each sentence and setting stored in a `text_ids` file."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    results = _authors(stored["authors"]) if "authors" in stored else []
    for name in stored.get("coqui", {}).get("configurations", {}):
        results.append(Result(f"coqui/{name}", "skipped", "Coqui's tokenizers are not imported yet"))
    return results


def _authors(stored: dict[str, Any]) -> list[Result]:
    entries = stored.get("cmudict_entries_used_first_pronunciation_wins", {})
    dictionary = {word: phones[0] for word, phones in entries.items()}
    ways = {
        "ids_no_dictionary": AuthorsFrontEnd(),
        "ids_with_cmudict": AuthorsFrontEnd(dictionary),
        "ids_with_cmudict_add_blank": AuthorsFrontEnd(dictionary, add_blank=True),
    }
    results = [_same("authors/symbols", list(NAMES), stored["symbols"])]
    if "blank_id" in stored:
        blank = len(ways["ids_with_cmudict_add_blank"].symbols) - 1
        results.append(_same("authors/blank_id", blank, stored["blank_id"]))
    for number, sentence in enumerate(stored["sentences"]):
        text, place = sentence["text"], f"authors/sentence {number}"
        if "cleaned" in sentence:
            results.append(_same(f"{place}/cleaned", clean(text), sentence["cleaned"]))
        for name, front_end in ways.items():
            if name in sentence:
                results.append(_same(f"{place}/{name}", front_end.ids(text), sentence[name]))
    return results


def _same(name: str, ours: object, theirs: object) -> Result:
    if ours == theirs:
        return Result(name, "ok", "identical")
    return Result(name, "failed", f"ours {ours!r}, stored {theirs!r}")
