"""Token ids of Flowtron's text front end, sentence by sentence, and its rule for speaker numbers."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from glowvox.errors import TextError
from glowvox.importers.flowtron_speakers import speaker_ranks
from glowvox.text.flowtron import NAMES, FlowtronFrontEnd
from glowvox.text.flowtron_cleaner import clean
from tests.golden.result import Result


def check(path: Path) -> list[Result]:
    """One line for each sentence and setting stored in a `flowtron_text_ids` file."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    entries = {word: phones[0] for word, phones in stored["dictionary_lookups"].items() if phones}
    front_end = FlowtronFrontEnd(entries.get, frozenset(stored["heteronyms"]))
    results = [_same("symbols", list(NAMES), stored["symbols"]), _same("n_symbols", len(NAMES), stored["n_symbols"])]
    for number, sentence in enumerate(stored["sentences"]):
        results += _sentence(front_end, f"sentence {number}", sentence)
    for number, (text, kind, message) in enumerate(stored.get("reference_crash_inputs", [])):
        results.append(_crash(front_end, f"reference_crash_inputs/{number}", text, f"{kind}: {message}"))
    for name, example in _examples(stored.get("speaker_id_mapping", {})):
        results.append(_same(name, speaker_ranks(example["column"]), example["mapping"]))
    return results


def _sentence(front_end: FlowtronFrontEnd, place: str, stored: dict[str, Any]) -> list[Result]:
    text = stored["text"]
    results = [_same(f"{place}/cleaned", clean(text, front_end.look_up), stored["cleaned"])]
    ways = {"p0": lambda: False, "p1": lambda: True}
    spelled = {name: front_end.spell(text, chosen) for name, chosen in ways.items()}
    results.append(_same(f"{place}/words", " ".join(stored["words"]), spelled["p0"]))
    draws = random.Random(1234)
    spelled["p05_seed1234"] = front_end.spell(text, lambda: draws.random() < 0.5)
    for name, ours in spelled.items():
        results.append(_same(f"{place}/{name}_text", ours, stored[f"{name}_text"]))
        results.append(_same(f"{place}/{name}_ids", front_end.spelled_ids(ours), stored[f"{name}_ids"]))
    results.append(_same(f"{place}/ids", front_end.ids(text), stored["p1_ids"]))
    return results


def _crash(front_end: FlowtronFrontEnd, place: str, text: str, message: str) -> Result:
    """What stops the original must be refused in words here."""
    try:
        front_end.ids(text)
    except TextError as error:
        return Result(place, "departed", f"the original stops with {message}; ours says: {error.message}")
    return Result(place, "departed", f"the original stops with {message}; ours reads it")


def _examples(stored: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = [(f"speakers/{number}", example) for number, example in enumerate(stored.get("small_examples", []))]
    for name, example in stored.items():
        if isinstance(example, dict) and "order" in example:
            order = example["order"]
            shuffled = random.Random(0).sample(order, len(order)) * 2
            ranks = {speaker: rank for rank, speaker in enumerate(order)}
            found.append((f"speakers/{name}", {"column": shuffled, "mapping": ranks}))
    return found


def _same(name: str, ours: object, theirs: object) -> Result:
    if ours == theirs:
        return Result(name, "ok", "identical")
    return Result(name, "failed", f"ours {ours!r}, stored {theirs!r}")
