"""Token ids of the published text front ends, sentence by sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from glowvox.importers.coqui_text import coqui_front_end
from glowvox.text.authors import NAMES, AuthorsFrontEnd
from glowvox.text.authors_cleaner import clean
from glowvox.text.coqui_symbols import symbol_table
from tests.golden.result import Result


def check(path: Path) -> list[Result]:
    """One line for each sentence and setting stored in a `text_ids` file."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    results = _authors(stored["authors"]) if "authors" in stored else []
    if "coqui" in stored:
        results += _coqui(stored["coqui"])
    return results


def _coqui(stored: dict[str, Any]) -> list[Result]:
    """Symbol tables, cleaned texts and ids of every stored configuration."""
    results = []
    for name, phonemes in (("graphemes_default", False), ("ipa_phonemes_default", True)):
        if name in stored:
            table = symbol_table(None, phonemes=phonemes, where=name)
            results.append(_same(f"coqui/{name}", list(table.names), stored[name]["vocab"]))
    for name, configuration in stored.get("configurations", {}).items():
        results += _coqui_configuration(f"coqui/{name}", configuration)
    return results


def _coqui_configuration(place: str, stored: dict[str, Any]) -> list[Result]:
    front_end = coqui_front_end(stored["config"], where=place)
    table = symbol_table(stored["config"].get("characters"), phonemes=False, where=place)
    results = []
    # rows that nothing reads have names of our own
    listed = [
        theirs if name.startswith("<row ") else name for name, theirs in zip(table.names, stored["vocab"], strict=True)
    ]
    results.append(_same(f"{place}/vocab", listed, stored["vocab"]))
    for name in ("pad", "blank", "bos", "eos"):
        results.append(_same(f"{place}/{name}_id", table.special.get(name, len(table.names)), stored[f"{name}_id"]))
    for number, sentence in enumerate(stored["sentences"]):
        results.append(
            _same(f"{place}/sentence {number}/cleaned", front_end.spoken(sentence["text"]), sentence["cleaned"])
        )
        results.append(_same(f"{place}/sentence {number}/ids", front_end.ids(sentence["text"]), sentence["ids"]))
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
