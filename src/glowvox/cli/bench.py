"""`glowvox bench`: what speaking costs on this machine."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from glowvox.audio.wave import Audio
    from glowvox.cli.speaking import Speaking
    from glowvox.evaluate.report import Judges
    from glowvox.evaluate.speed import Pace

STARTS = 5  # processes started, and first pieces waited for


@click.command("bench")
@click.option("--voice", metavar="PLACE", help="The voice to measure. Default: the one that 'say' would take.")
@click.option(
    "--rounds", type=click.IntRange(min=1), default=5, show_default=True, help="How often each text is spoken."
)
@click.option("--quick", is_flag=True, help="Texts of 2, 6 and 20 seconds only.")
@click.option("--hour", is_flag=True, help="Also speak one text of an hour, and tell how its memory grows (Linux).")
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True, help="Cores for a sentence.")
@click.option(
    "--recogniser",
    type=click.Path(path_type=Path, exists=True),
    help="Folder of a CTranslate2 Whisper model: the word error of each sound that was timed.",
)
@click.option("--pocketsphinx", is_flag=True, help="Word error of a weak recogniser: a smoke test only.")
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
def command(
    *,
    voice: str | None,
    rounds: int,
    quick: bool,
    hour: bool,
    threads: int,
    recogniser: Path | None,
    pocketsphinx: bool,
    as_json: bool,
) -> None:
    """Measure what speaking costs here, the text front end included.

    Processor seconds of this process, median of interleaved rounds, for texts from one second to five minutes; time
    from the start of a process to a finished file; time to the first sound of a loaded voice; memory; disk. RTF is
    processor seconds a second of audio: 0.01 is a hundred times faster than speaking. Compare only figures of the
    same machine, best of the same run: benchmarks/peers.py puts other synthesisers beside this one.
    """
    from glowvox.cli.speaking import open_voice, voice_place
    from glowvox.evaluate.panel import Panel

    place = voice_place(voice)
    judges = Panel(recogniser=recogniser, pocketsphinx=pocketsphinx).load() if recogniser or pocketsphinx else None
    speaker = open_voice(str(place), threads=threads)
    found = {"machine": machine(), "voice": speaker.name, "threads": threads}
    found |= _rows(speaker, quick=quick, rounds=rounds, judges=judges)
    found |= _latency(speaker)
    found |= _processes(place, hour=hour)
    click.echo(json.dumps(found, indent=1) if as_json else _text(found))


def machine() -> dict[str, str]:
    """Processor, cores and versions that the figures belong to."""
    from glowvox import __version__

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found = {
        "glowvox": __version__,
        "python": platform.python_version(),
        "processor": _processor(),
        "cores": str(cores),
    }
    try:
        import onnxruntime
    except ImportError:
        return found
    return found | {"onnxruntime": onnxruntime.__version__}


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _rows(speaker: Speaking, *, quick: bool, rounds: int, judges: Judges | None) -> dict[str, object]:
    """The table of texts, each with the word error of the very sound that was timed."""
    from glowvox.audio.wave import join
    from glowvox.evaluate.speed import PASSAGES, QUICK, paces

    def say(text: str) -> Audio:
        return join(speaker.stream(text))

    wanted = {name: text for name, text in PASSAGES.items() if not quick or name in QUICK}
    measured, sound = paces({speaker.name: say}, wanted, rounds=rounds)
    rows = []
    for pace in measured:
        error = word_error(wanted[pace.passage], sound[pace.speaker, pace.passage], judges)
        rows.append(row_of(pace) | ({"word_error": error} if judges is not None else {}))
    return {"texts": rows, "judges": list(judges.identities) if judges is not None else []}


def row_of(pace: Pace) -> dict[str, object]:
    """A row of the table, as plain values."""
    return {
        "speaker": pace.speaker,
        "text": pace.passage,
        "characters": pace.characters,
        "seconds": round(pace.seconds, 3),
        "cpu_s": round(pace.cpu_s, 5),
        "rtf": round(pace.rtf, 5),
        "rtf_least": round(pace.least_rtf, 5),
        "wall_s": round(pace.wall_s, 5),
        "rounds": pace.rounds,
    }


def word_error(text: str, audio: Audio, judges: Judges | None) -> float | None:
    """Share of words that the first recogniser got wrong; None where there is none."""
    from glowvox.evaluate.report import Item, evaluate

    if judges is None or not judges.recognisers:
        return None
    scores = evaluate([Item("bench", text, audio)], judges, name="bench")
    (heard,) = scores.clips[0].heard.values()
    return heard.words.rate


def _latency(speaker: Speaking) -> dict[str, object]:
    from glowvox.evaluate.speed import PASSAGES, first_piece_s

    clocks = {"first_sound_ms": time.perf_counter, "first_sound_cpu_ms": time.process_time}
    found = {
        name: first_piece_s(speaker.stream, PASSAGES["20 s"], rounds=2 * STARTS, clock=clock)
        for name, clock in clocks.items()
    }
    return {name: _spread([1000 * seconds for seconds in values]) for name, values in found.items()}


def _processes(place: Path, *, hour: bool) -> dict[str, object]:
    """What processes of their own cost, and the disk."""
    from glowvox.cli.bench_process import installed_mib, speak_for_an_hour, start_to_wav, voice_mb
    from glowvox.evaluate.speed import PASSAGES

    start_to_wav(place, PASSAGES["2 s"])  # the files are in the system's cache from here on
    starts = [start_to_wav(place, PASSAGES["2 s"]) for _ in range(STARTS)]
    long = start_to_wav(place, PASSAGES["20 s"])
    sizes = installed_mib()
    found: dict[str, object] = {
        "start_to_2_s_wav_s": _spread([start.wall_s for start in starts]),
        "start_to_2_s_wav_cpu_s": _spread([start.cpu_s for start in starts]),
        "peak_mb_2_s": round(statistics.median(start.peak_mb for start in starts), 1),
        "peak_mb_20_s": round(long.peak_mb, 1),
        "packages_mib": {name: round(size, 1) for name, size in sorted(sizes.items())},
        "installed_mib": round(sum(sizes.values()), 1),
        "voice_mb": round(voice_mb(place), 2),
    }
    if hour:
        spoken = speak_for_an_hour(place, PASSAGES["1 min"])
        found["hour"] = {
            "seconds": round(spoken.seconds),
            "mb_after_a_minute": round(spoken.minute_mb, 1),
            "mb_at_the_end": round(spoken.end_mb, 1),
        }
    return found


def _spread(values: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 4), "least": round(min(values), 4)}


def _text(found: dict[str, object]) -> str:
    """The tables for people."""
    from glowvox.evaluate.speed import UNIT, columns

    rows = found["texts"]
    machine_of, first, start = found["machine"], found["first_sound_ms"], found["start_to_2_s_wav_s"]
    start_cpu, first_cpu = found["start_to_2_s_wav_cpu_s"], found["first_sound_cpu_ms"]
    assert isinstance(rows, list)
    assert isinstance(machine_of, dict)
    assert isinstance(first, dict)
    assert isinstance(start, dict)
    assert isinstance(start_cpu, dict)
    assert isinstance(first_cpu, dict)
    unit = next((row["rtf"] for row in rows if row["text"] == UNIT), None)
    judged = "word_error" in rows[0]
    table = [["text", "characters", "audio s", "CPU s", "RTF", "least", f"of {UNIT}", *(["words wrong"] * judged)]]
    for row in rows:
        wrong = [f"{100 * row['word_error']:.1f} %"] if judged and row["word_error"] is not None else [""] * judged
        share = f"{row['rtf'] / unit:.2f}" if unit else ""
        times = [f"{row['seconds']:.2f}", f"{row['cpu_s']:.4f}", f"{row['rtf']:.4f}", f"{row['rtf_least']:.4f}"]
        table.append([row["text"], str(row["characters"]), *times, share, *wrong])
    lines = [
        ", ".join(f"{key} {value}" for key, value in machine_of.items()),
        f"voice {found['voice']}, {found['threads']} thread(s), {rows[0]['rounds']} rounds",
        "",
        columns(table),
        "",
        f"start of a process to a finished 2 s WAV   {start['median']:.3f} s (least {start['least']:.3f})",
        f"    of that, of the processor              {start_cpu['median']:.3f} s (least {start_cpu['least']:.3f})",
        f"first sound of a loaded voice              {first['median']:.1f} ms (least {first['least']:.1f})",
        f"    of that, of the processor              {first_cpu['median']:.1f} ms (least {first_cpu['least']:.1f})",
        f"largest memory, 2 s and 20 s               {found['peak_mb_2_s']} MB, {found['peak_mb_20_s']} MB",
        f"on disk: packages, voice                   {found['installed_mib']} MiB, {found['voice_mb']} MB",
    ]
    hour = found.get("hour")
    if isinstance(hour, dict):
        grown = f"{hour['mb_after_a_minute']} MB after a minute, {hour['mb_at_the_end']} MB at the end"
        spoken = f"one text of {hour['seconds'] / 60:.0f} minutes"
        lines.append(f"{spoken:<43}{grown}")
    judges = found["judges"]
    assert isinstance(judges, list)
    return "\n".join([*lines, *(f"words heard by {judge}" for judge in judges)])
