"""The command itself: quick, torch-free, and never a traceback."""

from __future__ import annotations

import subprocess
import sys

import pytest

from glowvox import __version__
from glowvox.cli.main import VERBS
from tests.cli.conftest import Command


def test_help_loads_neither_numpy_nor_torch() -> None:
    code = (
        "import sys\nfrom glowvox.cli.main import main\nsys.argv = ['glowvox', '--help']\n"
        "try:\n    main()\nfinally:\n"
        "    print(sorted({'numpy', 'torch', 'onnxruntime'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert all(verb in done.stdout for verb in VERBS)


def test_explain_loads_no_torch() -> None:
    code = (
        "import sys\nfrom glowvox.cli.main import main\nsys.argv = ['glowvox', 'explain', 'Hello, world.']\n"
        "try:\n    main()\nfinally:\n    print('torch' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "False"
    assert "HH" in done.stdout


def test_version(glowvox: Command) -> None:
    assert glowvox("--version").out.strip() == f"glowvox, version {__version__}"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(glowvox: Command, verb: str) -> None:
    outcome = glowvox(verb, "--help")
    assert outcome.status == 0
    assert outcome.out.startswith(f"Usage: glowvox {verb}")
    assert len(outcome.out.splitlines()) > 5


def test_an_unknown_option_is_a_usage_error(glowvox: Command) -> None:
    outcome = glowvox("voices", "--colour")
    assert outcome.status == 2
    assert "No such option" in outcome.err
