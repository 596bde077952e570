"""Numbers in words."""

from __future__ import annotations

import pytest

from glowvox.text import numbers


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (7, "seven"),
        (12, "twelve"),
        (20, "twenty"),
        (42, "forty two"),
        (100, "one hundred"),
        (110, "one hundred ten"),
        (999, "nine hundred ninety nine"),
        (1000, "one thousand"),
        (1001, "one thousand one"),
        (20_015, "twenty thousand fifteen"),
        (1_000_000, "one million"),
        (3_000_000_001, "three billion one"),
        (-8, "minus eight"),
        (10**33, "one decillion"),
        (10**36 - 1, " ".join(f"nine hundred ninety nine {scale}" for scale in reversed(numbers.SCALES)).strip()),
        (10**36, "one" + " zero" * 36),
    ],
)
def test_cardinal(number: int, words: str) -> None:
    assert numbers.cardinal(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zeroth"),
        (1, "first"),
        (2, "second"),
        (3, "third"),
        (5, "fifth"),
        (8, "eighth"),
        (9, "ninth"),
        (12, "twelfth"),
        (20, "twentieth"),
        (31, "thirty first"),
        (100, "one hundredth"),
        (1_000_000, "one millionth"),
    ],
)
def test_ordinal(number: int, words: str) -> None:
    assert numbers.ordinal(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "one"),
        (476, "four hundred seventy six"),
        (1000, "one thousand"),
        (1066, "ten sixty six"),
        (1100, "eleven hundred"),
        (1905, "nineteen oh five"),
        (1999, "nineteen ninety nine"),
        (2000, "two thousand"),
        (2009, "two thousand nine"),
        (2010, "twenty ten"),
        (2024, "twenty twenty four"),
        (12_000, "twelve thousand"),
    ],
)
def test_year(number: int, words: str) -> None:
    assert numbers.year(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1990, "nineteen nineties"),
        (1900, "nineteen hundreds"),
        (2000, "two thousands"),
        (1910, "nineteen tens"),
        (80, "eighties"),
    ],
)
def test_decade(number: int, words: str) -> None:
    assert numbers.decade(number) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3.14", "three point one four"),
        (".5", "point five"),
        ("10", "ten"),
        ("007", "zero zero seven"),
        ("0.05", "zero point zero five"),
    ],
)
def test_decimal(text: str, words: str) -> None:
    assert numbers.decimal(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("101", "one oh one"),
        ("747", "seven forty seven"),
        ("1080", "ten eighty"),
        ("300", "three hundred"),
        ("12", "twelve"),
        ("007", "zero zero seven"),
    ],
)
def test_pairs(text: str, words: str) -> None:
    assert numbers.pairs(text) == words


@pytest.mark.parametrize(
    ("numerator", "denominator", "words"),
    [
        (1, 2, "one half"),
        (3, 2, "three halves"),
        (1, 4, "one quarter"),
        (3, 4, "three quarters"),
        (2, 3, "two thirds"),
        (1, 100, "one one hundredth"),
        (95, 100, "ninety five over one hundred"),
        (1, 0, "one over zero"),
        (5, 1, "five over one"),
        (7, 99, "seven over ninety nine"),
    ],
)
def test_fraction(numerator: int, denominator: int, words: str) -> None:
    assert numbers.fraction(numerator, denominator) == words


def test_mixed_fraction() -> None:
    assert numbers.mixed_fraction(3, 1, 2) == "three and a half"
    assert numbers.mixed_fraction(1, 1, 4) == "one and a quarter"
    assert numbers.mixed_fraction(2, 2, 3) == "two and two thirds"
    assert numbers.mixed_fraction(0, 1, 2) == "one half"


def test_a_number_past_all_names_is_read_digit_by_digit() -> None:
    assert numbers.whole("1" * 36).startswith("one hundred eleven decillion")
    assert numbers.whole("1" * 37) == " ".join(["one"] * 37)


def test_plural() -> None:
    assert [numbers.plural(word) for word in ("sixty", "six", "five")] == ["sixties", "sixes", "fives"]
