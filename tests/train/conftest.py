"""Prepared folders that tests of training share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.prepared import make_prepared


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve clips of two speakers."""
    return make_prepared(tmp_path_factory.mktemp("prepared"), clips=12, speakers=2, seed=0)
