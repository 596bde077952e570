"""Keep a run's averaged weights in half precision, with the settings and what a person should know of them.

    python scripts/keep_weights.py runs/me weights/me.safetensors --data "my recordings" --licence CC0-1.0

Later trainings go on from such a file, and `glowvox say --voice weights/me.safetensors` speaks with it. The run may be
a vocoder's, too.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from glowvox.train.run import Run, VocoderRun, kind_of
from glowvox.train.weights import write_vocoder_weights, write_weights


def main() -> None:
    """Write the file and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--data", required=True, help="what it was trained on, with its sources")
    parser.add_argument("--licence", required=True)
    parser.add_argument("--variation", type=float, help="what the voice speaks with; chosen on a validation list")
    parser.add_argument("--contrast", type=float, help="between the bands of what it says; likewise")
    parser.add_argument("--speaking-only", action="store_true", help="leave out what only the alignment search needs")
    options = parser.parse_args()
    card = {"data": options.data, "licence": options.licence}
    if kind_of(options.run) == "vocoder":
        if options.variation is not None or options.contrast is not None or options.speaking_only:
            parser.error("--variation, --contrast and --speaking-only are for voices; this run is a vocoder's")
        size = write_vocoder_weights(VocoderRun.load_vocoder(options.run), options.output, card=card)
    else:
        size = write_weights(
            Run.load(options.run),
            options.output,
            card=card,
            variation=options.variation,
            contrast=options.contrast,
            speaking_only=options.speaking_only,
        )
    print(f"{options.output}: {size:,} bytes")


if __name__ == "__main__":
    main()
