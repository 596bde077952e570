"""The scripts that make the dictionary and the network: alignment, the hold-out, the corrections."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, ModuleType, ModuleType]:
    pytest.importorskip("torch")
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import align_letters
    import pack_lexicon
    import train_g2p

    return align_letters, pack_lexicon, train_g2p


Scripts = tuple[ModuleType, ModuleType, ModuleType]


def test_letters_find_their_phones(scripts: Scripts) -> None:
    words = ["ba", "ab", "abba", "axa", "xa", "bax", "bb", "aa", "bxb", "baba", "xx"]
    phones = {"a": [0], "b": [1], "x": [2, 3]}  # x gives two
    pairs = [
        (np.array(["abx".index(c) for c in word]), np.array([p for c in word for p in phones[c]])) for word in words
    ]
    aligner = scripts[0].Aligner(3, 4)
    aligner.fit(pairs, rounds=8)
    expected = [[len(phones[c]) for c in word] for word in words]
    assert aligner.align(pairs) == expected
    assert aligner.align([(np.array([0]), np.array([0, 1, 2]))]) == [None]  # three phones on one letter


def test_the_hold_out_is_fair(scripts: Scripts) -> None:
    held_out = scripts[2].is_held_out
    words = [f"word{number}" for number in range(4000)]
    share = sum(map(held_out, words)) / len(words)
    assert 0.04 < share < 0.06
    assert all(held_out(word) == held_out(f"{word}'s") for word in words[:200])
    assert all(held_out(f"{word}s") == held_out(f"{word}s'") for word in words[:200])


def test_edit_distance(scripts: Scripts) -> None:
    distance = scripts[2].distance
    assert distance(("K", "AE1", "T"), ("K", "AE1", "T")) == 0
    assert distance(("K", "AE1", "T"), ("AE1", "T", "S")) == 2
    assert distance((), ("A", "B")) == 2
    assert distance(("A", "B", "C"), ("A", "X", "C", "D")) == 2


def test_entries_are_read_from_the_data_file(scripts: Scripts, tmp_path: Path) -> None:
    entries = {"a": "AH0", "a(2)": "EY1", "a.m.": "EY2", "caught": "K AA1 T", "caught(2)": "K AO1 T", "x-y": "EH1"}
    lines = [f"  {json.dumps(word)}: {json.dumps(phones)}," for word, phones in entries.items()]
    path = tmp_path / "index.js"
    path.write_text("\n".join(["export const dictionary = {", *lines, '  "re": "R EY1 # rare",', "}"]))
    read = scripts[1].read_entries(path)
    chosen = {word: " ".join(phones) for word, phones in read.items() if word not in scripts[1].CORRECTIONS}
    assert chosen == {"a": "AH0", "caught": "K AO1 T", "re": "R EY1"}
    assert read["every"] == ("EH1", "V", "R", "IY0")


def test_the_trained_network_is_the_one_that_ships(scripts: Scripts, tmp_path: Path) -> None:
    """Weights written by the script and run in NumPy give what torch gives, but for the rounding to int8."""
    import torch

    from glowvox.text.g2p import load

    torch.manual_seed(0)
    trainee = scripts[2].Trainee(3, width=6, layers=2, decoder=5, embed=4).eval()
    weights = {name: value.detach() for name, value in trainee.named_parameters()}
    scripts[2].write(weights, ((), ("B",), ("AA1", "B")), tmp_path / "net.npz")
    network = load(tmp_path / "net.npz")
    ids = [scripts[2].LETTERS.index(letter) for letter in "cab"]
    expected = trainee.encode(torch.tensor(ids)[:, None])[:, 0].detach().numpy()
    np.testing.assert_allclose(network._encode(ids), expected, atol=0.02)
    assert network.labels == ((), ("B",), ("AA1", "B"))
