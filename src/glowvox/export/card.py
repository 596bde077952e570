"""What a voice says of itself in words: its card and its licence."""

from __future__ import annotations

from collections.abc import Sequence

from glowvox.export.facts import LEAST_NATURAL, MOST_MISHEARD, Facts, Score
from glowvox.export.flowtron_source import FlowtronSource
from glowvox.export.gate import Verdict
from glowvox.export.source import Source
from glowvox.runtime.bundle import VoiceSettings


def card_text(
    settings: VoiceSettings, verdicts: Sequence[Verdict], source: Source | FlowtronSource, facts: Facts
) -> bytes:
    """CARD.md: what the voice was trained on and by whom, what it is worth, what eight bits cost it."""
    parameters = sum(value.numel() for value in source.model.parameters())
    rows = [
        ("language", settings.language),
        ("speakers", _speakers(settings.speakers)),
        ("trained on", settings.data),
        ("consent", settings.consent),
        ("licence", settings.licence),
        ("acoustic model", f"{'Flowtron' if settings.flowtron else 'Glow-TTS'}, {parameters:,} parameters as trained"),
        ("steps", source.card.get("step", "not stated")),
        ("sound", "Griffin-Lim, no network" if settings.vocoder.kind == "griffin-lim" else settings.vocoder.kind),
        ("text", f"{settings.front_end} front end, version {settings.front_end_version}"),
        ("precision", ", ".join(f"{name} {kind}" for name, kind in settings.precision.items())),
        ("made with", settings.made_with),
    ]
    lines = [f"# {settings.name}", "", "The speech of this voice is synthetic; say so where you use it.", ""]
    lines += ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]
    lines += _told(facts)
    if verdicts:
        lines += ["", "## Eight bits", ""]
        lines += ["Graphs in eight bits against the same in full, on sentences that were not trained on:", ""]
        lines += [
            "| graph | mel-cepstral distortion | allowed | change of length | word errors | |",
            "|---|---|---|---|---|---|",
        ]
        lines += [_row(verdict) for verdict in verdicts]
    return ("\n".join(lines) + "\n").encode()


def _speakers(names: Sequence[str]) -> str:
    return ", ".join(names) + ("; the first unless another is asked for" if len(names) > 1 else "")


def _told(facts: Facts) -> list[str]:
    """The sections that only people can write."""
    lines = _section("Training", facts.training)
    if facts.scores:
        lines += ["", "## Scores", ""]
        lines += ["Sentences that were not trained on: words that Whisper tiny.en mishears, naturalness from 1 to 5 as"]
        lines += ["DistillMOS predicts it; in brackets those of the recordings of the same sentences.", ""]
        lines += ["| speaker | sentences | words misheard | naturalness | |", "|---|---|---|---|---|"]
        lines += [_score(score) for score in facts.scores]
    if facts.experimental():
        bound = f"more than {MOST_MISHEARD:g} % of words misheard, or a naturalness below {LEAST_NATURAL:g}"
        lines += ["", f"Experimental: {bound}."]
    return lines + _section("Known faults", facts.faults) + _section("Credit", facts.credit)


def _section(title: str, entries: Sequence[str]) -> list[str]:
    return ["", f"## {title}", "", *(f"- {entry}" for entry in entries)] if entries else []


def _score(score: Score) -> str:
    words = f"{score.word_error:.1f} % ({score.word_error_recordings:.1f})"
    naturalness = f"{score.distillmos:.2f} ({score.distillmos_recordings:.2f})"
    mark = "**experimental**" if score.falls_short else ""
    return f"| {score.speaker} | {score.sentences} | {words} | {naturalness} | {mark} |"


def _row(verdict: Verdict) -> str:
    heard = "not measured"
    if verdict.before is not None and verdict.after is not None:
        heard = f"{verdict.before.errors} → {verdict.after.errors} of {verdict.after.total}"
    figures = f"{verdict.distortion:.2f} dB | {verdict.most_distortion:.2f} dB | {100 * verdict.shift:.1f} % | {heard}"
    return f"| {verdict.graph} | {figures} | {'accepted' if verdict.accepted else 'refused'} |"


def licence_text(settings: VoiceSettings) -> bytes:
    """LICENSE: under what terms the voice may be used."""
    return (
        f"SPDX-License-Identifier: {settings.licence}\n\n"
        f"The voice '{settings.name}' (all files of this folder) is licensed under {settings.licence}.\n"
        f"It was trained on: {settings.data}\n"
        f"Consent: {settings.consent}\n"
    ).encode()
