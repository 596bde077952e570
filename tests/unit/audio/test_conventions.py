from __future__ import annotations

from pathlib import Path

import pytest

from glowvox.audio.conventions import CONVENTIONS, convention
from glowvox.errors import ConfigError, UsageError


def test_names_and_files(tmp_path: Path) -> None:
    assert convention("vocos-24k").scale == "htk"
    file = tmp_path / "mine.toml"
    file.write_text("high = 7600.0\nbands = 64\n")
    assert (convention(str(file)).high, convention(str(file)).bands) == (7600.0, 64)


def test_wrong_names_and_keys_are_explained(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'tacotron-22k'"):
        convention("tacotron22k")
    with pytest.raises(ConfigError, match=r"gone\.toml: no such file"):
        convention(str(tmp_path / "gone.toml"))
    file = tmp_path / "mine.toml"
    file.write_text("hopp = 3\n")
    with pytest.raises(ConfigError, match=r"mine\.toml: unknown key 'hopp'; did you mean 'hop'"):
        convention(str(file))


def test_all_conventions_differ() -> None:
    assert len({config.fingerprint() for config in CONVENTIONS.values()}) == len(CONVENTIONS)
