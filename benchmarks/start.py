"""What starting costs: wall time of `glowvox --help` and of other light commands, and the heavy modules they import.

    python benchmarks/start.py [--rounds 9]

Aim: `glowvox --help` under 0.3 s, with neither NumPy nor torch. The bare interpreter is there to compare with.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

from timing import table

HEAVY = (
    "numpy",
    "torch",
    "scipy",
    "numba",
    "onnxruntime",
    "soundfile",
    "matplotlib",
    "lightning_fabric",
    "msgspec",
    "click",
)
COMMANDS = {
    "the bare interpreter": None,
    "glowvox --help": ["--help"],
    "glowvox say --help": ["say", "--help"],
    "glowvox train --help": ["train", "--help"],
    'glowvox explain "Hello there."': ["explain", "Hello there."],
}


def program(arguments: list[str] | None) -> list[str]:
    """The command as a process of this interpreter."""
    return [sys.executable, "-c", "pass"] if arguments is None else [sys.executable, "-m", "glowvox", *arguments]


def imported(arguments: list[str] | None) -> str:
    """The heavy modules that the command imports."""
    command = program(arguments)
    told = subprocess.run(
        [command[0], "-X", "importtime", *command[1:]], capture_output=True, text=True, check=True
    ).stderr
    names = {line.rpartition("|")[2].strip() for line in told.splitlines() if line.startswith("import time:")}
    return ", ".join(name for name in HEAVY if name in names) or "none"


def seconds(arguments: list[str] | None) -> float:
    """Wall time of one run."""
    start = time.perf_counter()
    subprocess.run(program(arguments), stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main() -> None:
    """Measure every command in turn and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    heavy = {name: imported(arguments) for name, arguments in COMMANDS.items()}  # the files are in the cache from here
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, arguments in COMMANDS.items():
            times[name].append(seconds(arguments))
    bare = statistics.median(times["the bare interpreter"])
    rows = [
        (
            name,
            f"{statistics.median(found):.3f}",
            f"{min(found):.3f}",
            f"{statistics.median(found) / bare:.1f}",
            heavy[name],
        )
        for name, found in times.items()
    ]
    print(table(("wall time, s", "median", "least", "ratio", "imports"), rows))


if __name__ == "__main__":
    main()
