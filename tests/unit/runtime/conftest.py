"""One small voice of random weights for all tests of the runtime."""

from __future__ import annotations

from pathlib import Path

import pytest

from glowvox.runtime.voice import Voice
from tests.fixtures.exported import make_voice_folder


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A voice on disk; not to be changed."""
    return make_voice_folder(tmp_path_factory.mktemp("voices") / "tiny")


@pytest.fixture(scope="session")
def voice(folder: Path) -> Voice:
    return Voice.load(folder)
