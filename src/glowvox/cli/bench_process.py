"""What a process of its own costs: from its start to a finished file, its largest memory, and its place on disk."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import glowvox
from glowvox.errors import GlowvoxError

BASE = ("glowvox", "click", "msgspec", "numpy", "onnxruntime", "soundfile")
HOUR_S = 3600.0

# Runs the command line, then tells the largest memory of this very process: a parent's would count before `exec`.
_COMMAND = """
import atexit, sys, time
def tell():
    try:
        lines = open("/proc/self/status").read().splitlines()
        peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1000
    except OSError:
        import resource
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    print("peak", peak, time.process_time(), file=sys.stderr)
atexit.register(tell)
from glowvox.cli.main import main
sys.argv = ["glowvox", *sys.argv[1:]]
main()
"""

# Speaks for an hour and tells the memory after the first minute and at the end.
_HOUR = """
import sys
from glowvox.cli.speaking import open_voice
def now():
    return int(next(l for l in open("/proc/self/status") if l.startswith("VmRSS")).split()[1]) / 1000
voice, text, wanted = open_voice(sys.argv[1]), sys.stdin.read(), float(sys.argv[2])
seconds, minute = 0.0, None
for piece in voice.stream(text):
    seconds += piece.seconds
    if minute is None and seconds >= 60:
        minute = now()
    if seconds >= wanted:
        break
print(seconds, minute, now())
"""


class Started(NamedTuple):
    """One process from its start to its end: time on the clock and of the processor (s), largest memory (MB)."""

    wall_s: float
    cpu_s: float
    peak_mb: float


class Hour(NamedTuple):
    """A long text: how much was spoken (s), and the memory (MB) after a minute and at the end."""

    seconds: float
    minute_mb: float
    end_mb: float


def start_to_wav(place: Path, text: str) -> Started:
    """Start a process that writes a WAV file and ends.

    raises  GlowvoxError with what it said where it fails
    """
    with tempfile.TemporaryDirectory(prefix="glowvox-") as folder:
        arguments = ["say", "--voice", str(place.resolve()), "-o", "bench.wav", "-q", text]
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", _COMMAND, *arguments], capture_output=True, text=True, check=False, cwd=folder
        )
        wall_s = time.perf_counter() - began
    told = re.search(r"^peak (\S+) (\S+)$", done.stderr, re.MULTILINE)
    if done.returncode or told is None:
        raise GlowvoxError(f"a process that was to speak failed: {done.stderr.strip()[-500:]}")
    return Started(wall_s, float(told[2]), float(told[1]))


def speak_for_an_hour(place: Path, paragraph: str, *, seconds: float = HOUR_S) -> Hour:
    """One text of an hour in a process of its own.

    raises  GlowvoxError with what it said where it fails, as where /proc does not tell the memory
    """
    text = "\n\n".join([paragraph] * round(seconds / 20))
    done = subprocess.run(
        [sys.executable, "-c", _HOUR, str(place.resolve()), str(seconds)],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise GlowvoxError(f"a process that was to speak for an hour failed: {done.stderr.strip()[-500:]}")
    return Hour(*map(float, done.stdout.split()))


def installed_mib() -> dict[str, float]:
    """What this package and everything it requires take on disk, in MiB by package, as `du -sm` counts."""
    found: dict[str, float] = {}
    pending = list(BASE)
    while pending:
        name = pending.pop()
        if name in found:
            continue
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        files = (Path(str(distribution.locate_file(file))) for file in distribution.files or ())
        found[name] = sum(map(_on_disk, _own_files() if name == "glowvox" else files)) / 2**20
        for requirement in distribution.requires or ():
            if "extra ==" not in requirement and name != "glowvox":
                pending.append(re.split(r"[^\w.-]", requirement, maxsplit=1)[0])
    return found


def voice_mb(place: Path) -> float:
    """Bytes on disk of a voice, in MB."""
    files = [place] if place.is_file() else place.rglob("*")
    return sum(path.stat().st_size for path in files if path.is_file()) / 1e6


def _own_files() -> Iterator[Path]:
    """The files of this package where it is, which for an editable installation is elsewhere."""
    return Path(glowvox.__file__).parent.rglob("*")


def _on_disk(path: Path) -> int:
    """The blocks that a file takes, where the system tells them."""
    return getattr(path.stat(), "st_blocks", 0) * 512 or path.stat().st_size if path.is_file() else 0
