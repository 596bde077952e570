"""Reference outputs of HiFi-GAN: generators and discriminators."""

from __future__ import annotations

from pathlib import Path

from tests.golden import checks_discriminators, checks_generators
from tests.golden.result import Result
from tests.golden.stored import Stored


def check(path: Path) -> list[Result]:
    """Every tensor of a `hifigan_*` file."""
    file = Stored(path)
    if checks_discriminators.kind(file):
        return checks_discriminators.check(file, vocos=False)
    return checks_generators.check(file)
