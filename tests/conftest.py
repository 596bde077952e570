"""Where the large reference files are, and what to do without them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def _folder(variable: str, default: str) -> Path:
    return Path(os.environ.get(variable, REPOSITORY.parent / "shared" / default))


@pytest.fixture(scope="session")
def golden_dir() -> Path:
    """Folder of outputs of the original implementations (GLOWVOX_GOLDEN)."""
    folder = _folder("GLOWVOX_GOLDEN", "golden")
    if not folder.is_dir():
        pytest.skip("the reference outputs are not here; set GLOWVOX_GOLDEN to their folder")
    return folder


@pytest.fixture(scope="session")
def corpora_dir() -> Path:
    """Folder of the development corpora (GLOWVOX_CORPORA)."""
    folder = _folder("GLOWVOX_CORPORA", "corpora")
    if not folder.is_dir():
        pytest.skip("the development corpora are not here; set GLOWVOX_CORPORA to their folder")
    return folder


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave slow tests out unless markers are chosen with -m."""
    if not config.getoption("-m"):
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="slow: run it with -m slow"))
