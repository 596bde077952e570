"""How far, in time, a Flowtron's attention is from the phone that is being spoken, and where its gate would stop.

    python benchmarks/flowtron_attention.py RUN PREPARED CORPUS [--splits val,test] [--pictures FOLDER]

RUN is a run or weights file of a Flowtron, PREPARED a folder prepared from CORPUS, which holds exact times of phones in
`phones.tsv`. In each frame every token is as wrong as its phone is far away: 0 within its time, else the distance to
the nearer end. The error of the attention is the mean over its weights, that of its choice the likeliest token's.
Symbols without a phone of their own (boundaries, punctuation) have the time between their neighbours'. An even reading,
every token as many frames, is what attention has to beat. Frames and phones are those of the recording: the model hears
it, and each step attends by itself, with the prior and without.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from glowvox.data.batch import collate
from glowvox.data.corpus import read_corpus
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.prepared import Clip, Prepared
from glowvox.data.sound import clean
from glowvox.evaluate.boundaries import comparable_phone
from glowvox.evaluate.edits import align
from glowvox.evaluate.tables import PHONES, read_alignments
from glowvox.evaluate.tiers import Interval
from glowvox.models.attention_prior import AttentionPrior
from glowvox.models.flowtron_likelihood import flowtron_losses
from glowvox.train.attention_pictures import Reading, attention_picture
from glowvox.train.flowtron_speaker import FlowtronSpeaker, gate_curve

Floats = npt.NDArray[np.float64]
GATE = 0.5


def distances(symbols: Iterable[str], frames: int, true: list[tuple[str, float, float]], frame_s: float) -> Floats:
    """Seconds between each frame and each symbol's time, (T, N).

    true  phones with start and end (seconds)
    """
    own = [(place, comparable_phone(symbol)) for place, symbol in enumerate(symbols)]
    spoken = [(place, phone) for place, phone in own if phone is not None]
    span = np.full((2, len(own)), np.nan)
    for step in align([phone for phone, *_ in true], [phone for _, phone in spoken]):
        if step.reference is not None and step.hypothesis is not None:
            span[:, spoken[step.hypothesis][0]] = true[step.reference][1:]
    known = np.flatnonzero(~np.isnan(span[0]))
    for place in np.flatnonzero(np.isnan(span[0])):
        before, behind = known[known < place], known[known > place]
        span[0, place] = span[1, before[-1]] if len(before) else 0.0
        span[1, place] = span[0, behind[0]] if len(behind) else frames * frame_s
    time = (np.arange(frames)[:, None] + 0.5) * frame_s
    return np.maximum(0, np.maximum(span[0] - time, time - span[1]))


def exact_times(corpus: Path, prepared: Prepared) -> dict[str, list[tuple[str, float, float]]]:
    """Phones of every clip, counted from where its prepared mel begins."""
    config = PrepareConfig(mel=prepared.mel)
    sounds = {utterance.id: utterance.audio for utterance in read_corpus(corpus).utterances}
    found = {}
    for alignment in read_alignments(corpus / "phones.tsv"):
        start = clean(sounds[alignment.id], config).start / prepared.mel.sample_rate
        found[alignment.id] = _shifted(alignment.tier(PHONES).intervals, start)
    return found


def _shifted(intervals: Iterable[Interval], start: float) -> list[tuple[str, float, float]]:
    named = ((comparable_phone(interval.label), interval) for interval in intervals)
    return [(phone, i.start_s - start, i.end_s - start) for phone, i in named if phone is not None]


@torch.no_grad()
def main() -> None:
    """Measure every split and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("prepared", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--splits", default="val,test")
    parser.add_argument("--pictures", type=Path, help="folder for pictures of the first clip of each split")
    given = parser.parse_args()
    voice, prepared = FlowtronSpeaker.load(given.run), Prepared.load(given.prepared)
    frame_s = prepared.mel.hop / prepared.mel.sample_rate
    times = exact_times(given.corpus, prepared)
    for split in given.splits.split(","):
        clips = prepared.clips(split)
        away = [distances(clip.symbols, clip.frames, times[clip.id], frame_s) for clip in clips]
        even = np.concatenate([d[np.arange(len(d)), np.arange(len(d)) * d.shape[1] // len(d)] for d in away])
        print(f"{split}: {len(clips)} clips; an even reading is {1000 * even.mean():.0f} ms off")
        for name, with_prior in (("with the prior", True), ("without", False)):
            print(f"  {name}: {_measured(voice, clips, away, with_prior=with_prior)}")
        if given.pictures is not None:
            given.pictures.mkdir(parents=True, exist_ok=True)
            _draw(voice, clips[0], given.pictures / f"{split}-{clips[0].id}.png")


def _measured(voice: FlowtronSpeaker, clips: list[Clip], away: list[Floats], *, with_prior: bool) -> str:
    """One line: errors of each step in milliseconds, likelihood, gate."""
    prior, frames = AttentionPrior(), sum(clip.frames for clip in clips)
    mean, choice = np.zeros(len(voice.model.steps)), np.zeros(len(voice.model.steps))
    nll, lengths = 0.0, []
    for clip, far in zip(clips, away, strict=True):
        batch = collate([clip])
        helped = prior.batch(batch.token_lengths, batch.frames) if with_prior else None
        out = voice.model(batch.tokens, batch.token_lengths, batch.mel, batch.frames, batch.speaker, helped)
        nll += float(flowtron_losses(out).nll) * clip.frames
        for step, weight in enumerate(out.attention):
            rows = weight[0].double().numpy()
            mean[step] += (rows * far).sum()
            choice[step] += far[np.arange(len(far)), rows.argmax(axis=1)].sum()
        if out.gate is not None:
            opened = np.flatnonzero(torch.sigmoid(out.gate[0, 0]).numpy() > GATE)
            lengths.append((clip.frames - 1 - opened[0]) / clip.frames if len(opened) else 1.0)
    errors = "; ".join(
        f"step {step + 1}: {1000 * mean[step] / frames:.0f} ms, its choice {1000 * choice[step] / frames:.0f} ms"
        for step in range(len(mean))
    )
    gate = f", gate {100 * np.mean(lengths):.1f} % of the length from the end" if lengths else ""
    return f"{errors}, nll {nll / frames:.3f}{gate}"


def _draw(voice: FlowtronSpeaker, clip: Clip, path: Path) -> None:
    batch = collate([clip])
    gate, looks = gate_curve(voice.model, batch.tokens, batch.mel, batch.speaker)
    reading = Reading(clip.symbols, np.ascontiguousarray(clip.mel().T), looks, gate)
    attention_picture(path, reading, voice.mel, title=f"{clip.id}: {clip.text}")


if __name__ == "__main__":
    main()
