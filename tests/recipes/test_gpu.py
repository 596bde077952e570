"""`recipes/gpu.sh`: training on a machine that has nothing but torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.fixtures.prepared import make_prepared

SCRIPT = Path(__file__).parents[2] / "recipes" / "gpu.sh"
LEFT_OUT = ("soundfile", "soxr", "scipy", "numba", "matplotlib", "onnx", "onnxruntime", "rich", "pyloudnorm")
BARE = """
import sys
sys.modules.update(dict.fromkeys({left_out!r}))
sys.argv = ["glowvox", *{arguments!r}]
from glowvox.cli.main import main
main()
"""


def test_it_says_what_it_wants() -> None:
    found = subprocess.run(["bash", str(SCRIPT)], capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert found.stderr.startswith("usage: bash recipes/gpu.sh PREPARED OUT")


def test_training_needs_no_library_for_audio_text_or_pictures(tmp_path: Path) -> None:
    prepared = make_prepared(tmp_path / "clips")
    arguments = ["train", str(prepared), "--preset", "tiny", "--steps", "2", "-o", str(tmp_path / "run")]
    program = BARE.format(left_out=LEFT_OUT, arguments=arguments)
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    assert "all 2 steps are done; saved at step 2" in found.stderr
    assert "samples: ModuleNotFoundError" in found.stderr or "needs the package 'matplotlib'" in found.stderr
