"""The symbol table: order, ids, messages."""

from __future__ import annotations

import pytest

from glowvox.errors import TextError
from glowvox.text.symbols import ARPABET, Symbols


def test_the_house_inventory_never_changes_its_order() -> None:
    assert ARPABET.names[:15] == ("_", "^", "$", " ", ",", ".", "?", "!", ";", ":", "-", "…", "(", ")", '"')
    assert ARPABET.names[15:19] == ("B", "CH", "D", "DH")
    assert ARPABET.names[39:45] == ("AA0", "AA1", "AA2", "AE0", "AE1", "AE2")
    assert ARPABET.names[-1] == "UW2"
    assert len(ARPABET) == 84


def test_ids_and_names_are_inverse() -> None:
    names = ["^", "HH", "AH0", "L", "OW1", "$"]
    assert ARPABET.encode(names) == [1, 21, 45, 24, 73, 2]
    assert ARPABET.decode(ARPABET.encode(names)) == names


def test_an_unknown_symbol_is_named_with_its_code_point() -> None:
    with pytest.raises(TextError, match=r"symbol 2: the model does not know '☂' \(U\+2602\)"):
        ARPABET.encode(["^", "☂"])


def test_ids_outside_the_table_are_refused() -> None:
    with pytest.raises(TextError, match="id 84 at position 1 lies outside 0 to 83"):
        ARPABET.decode([0, 84])
    with pytest.raises(TextError, match="id -1 at position 0"):
        ARPABET.decode([-1])


def test_tables_must_make_sense() -> None:
    with pytest.raises(TextError, match="'a' is listed twice"):
        Symbols(("_", "a", "b", "a"))
    with pytest.raises(TextError, match="at least its pad symbol"):
        Symbols(())


def test_membership() -> None:
    assert "AA1" in ARPABET
    assert "AA3" not in ARPABET
