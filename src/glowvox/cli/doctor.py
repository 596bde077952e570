"""`glowvox doctor`: what is installed, what is found, and whether it speaks."""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Literal

import click

from glowvox.errors import GlowvoxError

BASE = ("click", "msgspec", "numpy", "onnxruntime", "soundfile")
EXTRAS = {
    "play": ("miniaudio",),
    "train": (
        "torch",
        "lightning-fabric",
        "numba",
        "scipy",
        "safetensors",
        "onnx",
        "matplotlib",
        "rich",
        "tomli-w",
    ),
    "eval": ("jiwer", "whisper-normalizer", "pocketsphinx"),
    "espeak": ("phonemizer", "espeakng-loader"),
}
RIVALS = ("onnxruntime-gpu", "onnxruntime-directml", "onnxruntime-openvino")  # same module, another package
SENTENCE = "The quick brown fox jumps over the lazy dog."

Verdict = Literal["ok", "note", "wrong"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    about: str
    verdict: Verdict
    said: str
    remedy: str = ""


@click.command("doctor")
@click.option("--voice", metavar="PLACE", help="The voice to try. Default: the one that 'say' would take.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a finding, a line each.")
def command(*, voice: str | None, as_json: bool) -> None:
    """Look at this installation: Python, packages, players, voices; then speak a sentence.

    Exits with 0 where speech works, and with 1 where something is wrong; each wrong thing comes with what to do about
    it. Optional parts that are missing are only noted.
    """
    wrong = 0
    for finding in _findings(voice):
        wrong += finding.verdict == "wrong"
        if as_json:
            click.echo(json.dumps(asdict(finding), ensure_ascii=False))
            continue
        mark = {"ok": "ok   ", "note": "note ", "wrong": "WRONG"}[finding.verdict]
        click.echo(f"{mark}  {finding.about:<12} {finding.said}")
        if finding.remedy:
            click.echo(f"       {'':<12} -> {finding.remedy}")
    if wrong:
        count = "1 thing is" if wrong == 1 else f"{wrong} things are"
        raise GlowvoxError(f"{count} wrong; the lines above say what to do")


def _findings(voice: str | None) -> Iterator[Finding]:
    from glowvox import __version__

    yield Finding("glowvox", "ok", __version__)
    yield Finding("python", "ok", f"{platform.python_version()} at {sys.executable}")
    yield Finding("machine", "ok", f"{platform.platform()}, {_cores()}")
    yield from _packages()
    yield _providers()
    yield _players()
    yield from _voices()
    yield _speech(voice)


def _cores() -> str:
    import os

    if not hasattr(os, "sched_getaffinity"):
        return f"{os.cpu_count()} cores"
    return f"{len(os.sched_getaffinity(0))} of {os.cpu_count()} cores for this process"


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _packages() -> Iterator[Finding]:
    missing = [name for name in BASE if _version(name) is None]
    found = ", ".join(f"{name} {_version(name)}" for name in BASE if name not in missing)
    if missing:
        yield Finding("packages", "wrong", f"missing: {', '.join(missing)}", f"pip install {' '.join(missing)}")
    yield Finding("packages", "ok", found)
    for extra, names in EXTRAS.items():
        absent = [name for name in names if _version(name) is None]
        there = ", ".join(f"{name} {_version(name)}" for name in names if name not in absent)
        if absent:
            remedy = f"if you want it: pip install 'glowvox[{extra}]'"
            yield Finding(f"[{extra}]", "note", f"missing: {', '.join(absent)}", remedy)
        else:
            yield Finding(f"[{extra}]", "ok", there)


def _providers() -> Finding:
    rivals = [name for name in RIVALS if _version(name)]
    if rivals and _version("onnxruntime"):
        remedy = f"pip uninstall -y onnxruntime {' '.join(rivals)}, then install the one you want again"
        return Finding("onnxruntime", "wrong", f"{rivals[0]} and onnxruntime overwrite each other", remedy)
    try:
        import onnxruntime
    except ImportError as error:
        return Finding(
            "onnxruntime", "wrong", f"cannot be imported: {error}", "pip install --force-reinstall onnxruntime"
        )
    return Finding("onnxruntime", "ok", f"runs on {', '.join(onnxruntime.get_available_providers())}")


def _players() -> Finding:
    from glowvox.audio.play import player_names

    names = player_names()
    if names:
        return Finding("players", "ok", ", ".join(names))
    return Finding("players", "note", "none: speech goes to files", "to hear it: pip install 'glowvox[play]'")


def _voices() -> Iterator[Finding]:
    from glowvox.cli.speaking import default_folders, places
    from glowvox.cli.voice_cards import card
    from glowvox.runtime.bundle import is_voice
    from glowvox.runtime.places import AGAIN, BUNDLED

    found = places(default_folders())
    if not any(place.parent == BUNDLED for place in found):
        yield Finding("voice", "wrong", f"the one that comes with glowvox is not in {BUNDLED}", AGAIN)
    for place in found:
        voice = card(place)
        name = f"{voice['name']}  ({place})"
        if "broken" in voice:
            remedy = AGAIN if place.parent == BUNDLED else "get it again, or take it out of this folder"
            yield Finding("voice", "wrong" if is_voice(place) else "note", f"{name}: {voice['broken']}", remedy)
        elif "needs" in voice:
            yield Finding("voice", "note", name, str(voice["needs"]))
        else:
            yield Finding("voice", "ok", name)


def _speech(voice: str | None) -> Finding:
    from glowvox.cli.speaking import open_voice

    began = time.perf_counter()
    try:
        speaker = open_voice(voice)
        loaded = time.perf_counter()
        seconds = 0.0
        for piece in speaker.stream(SENTENCE):
            seconds += piece.seconds
    except GlowvoxError as error:
        return Finding("speech", "wrong", error.message, error.hint or "")
    took = time.perf_counter() - loaded
    if not seconds:
        return Finding("speech", "wrong", f"{speaker.name} said nothing", "glowvox voices verify " + speaker.name)
    said = f"{speaker.name}: loaded in {loaded - began:.2f} s, then {seconds:.1f} s of speech in {took:.3f} s"
    return Finding("speech", "ok", said)
