"""Front ends by name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from glowvox.errors import ConfigError, TextError
from glowvox.text.frontend import FRONT_ENDS, make_front_end, token_names


@pytest.mark.parametrize("name", [name for name in FRONT_ENDS if name != "espeak"])
def test_each_front_end_keeps_the_protocol(name: str) -> None:
    front_end = make_front_end(name)
    assert front_end.name == name
    assert front_end.version
    sentences = front_end("Hello there.")
    names = token_names(sentences, framed=front_end.framed)
    assert len(names) > 5
    if name != "characters":  # its inventory comes from a corpus
        assert front_end.symbols.encode(names)
    for sentence in sentences:
        for word in sentence.words:
            assert "Hello there."[slice(*word.span)] == word.text


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="unknown front end 'englsh'; did you mean 'english'?"):
        make_front_end("englsh")


def test_variants_and_lexicons_only_where_they_mean_something(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'english' has no variants"):
        make_front_end("english:gb")
    with pytest.raises(ConfigError, match="the front end 'characters' uses no lexicon"):
        make_front_end("characters", lexicon=tmp_path / "x")
    with pytest.raises(TextError, match="no such file"):
        make_front_end("english", lexicon=tmp_path / "x")


def test_importing_it_loads_neither_numpy_nor_the_dictionary() -> None:
    code = "import sys, glowvox.text.frontend; print('numpy' in sys.modules, 'torch' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.split() == ["False", "False"]
