"""Import, speak with and export a synthetic checkpoint of every published Glow-TTS size.

    python tests/check_published_sizes.py ../shared/golden [NAME...]

The folder holds glow_tts_state_dict_names.json. A line a model: parameters, seconds of importing, exporting and
speaking, size of the voice in full precision, and how far its graphs lie from the model. The exit status is 0 when all
are whole.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.fixtures.published import (  # noqa: E402 - found through the line above
    bring_in_published,
    export_and_speak,
    published_names,
)

TEXT = "yes"


def main(arguments: list[str] | None = None) -> int:
    """Check the models named on the command line, or all; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("golden", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME")
    asked = parser.parse_args(arguments)
    bad = 0
    for name in asked.names or published_names(asked.golden):
        with tempfile.TemporaryDirectory() as folder:
            start = time.monotonic()
            brought = bring_in_published(name, asked.golden, Path(folder))
            imported = time.monotonic()
            found = export_and_speak(brought.run, Path(folder) / "voice", TEXT)
            whole = brought.parameters == brought.expected and brought.used == brought.tensors
            whole &= found.seconds == found.asked > 0
            bad += not whole
            print(
                f"{name}\t{'ok' if whole else 'FAILED'}\t{brought.parameters:,} of {brought.expected:,} parameters\t"
                f"imported in {imported - start:.1f} s\texported and spoken in {time.monotonic() - imported:.1f} s\t"
                f"{found.bytes / 1e6:.1f} MB\tdifference {found.worst:.1e}\t{found.seconds:.2f} s said",
                flush=True,
            )
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
