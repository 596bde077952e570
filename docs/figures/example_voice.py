"""A voice small enough to learn while a picture is drawn: ten symbols, each with a spectrum, and a tiny Glow-TTS."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch

from glowvox.data.batch import Batch
from glowvox.models.glow_tts import GlowTTS, GlowTTSOutput, log_likelihood
from glowvox.models.glow_tts_config import DecoderConfig, DurationConfig, EncoderConfig, GlowTTSConfig
from glowvox.models.likelihood import counts, losses
from glowvox.train.initialise import initialise_actnorm

SYMBOLS = ("_", "^", "$", " ", "M", "S", "T", "AA1", "IY1", "UW1")
CONSONANTS, VOWELS = ("M", "S", "T"), ("AA1", "IY1", "UW1")
NOISE = 0.12  # standard deviation of the noise on every value, which no model can foretell
LASTS = {"^": 2, "$": 4, " ": 3, "M": 6, "S": 8, "T": 4, "AA1": 11, "IY1": 9, "UW1": 13}  # frames, about
BANDS = 40
CONFIG = GlowTTSConfig(
    encoder=EncoderConfig(width=32, feed_forward=64, layers=2, dropout=0.0),
    duration=DurationConfig(width=32, dropout=0.0),
    decoder=DecoderConfig(blocks=4, width=32, layers=2, dropout=0.0),
)


@dataclass
class Snapshot:
    """The alignment of one clip after a number of steps: (T, N) log-likelihoods and (N,) frames a symbol."""

    step: int
    likelihood: np.ndarray
    durations: np.ndarray


@dataclass
class Example:
    """A trained example voice, and how it came about.

    curves  by name, one value a step: "misfit" + "volume" + ½ ln 2π = "nll"; "duration"
    truth   frames each symbol of the shown clip was made with
    """

    model: GlowTTS
    symbols: tuple[str, ...]
    clip: Batch
    truth: np.ndarray
    snapshots: list[Snapshot] = field(default_factory=list)
    curves: dict[str, list[float]] = field(default_factory=dict)


def learn(steps: int = 400, shown: tuple[int, ...] = (0, 15, 400), seed: int = 2) -> Example:
    """Train on made-up clips; the first clip of the first batch is the one that is shown."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    spectra = _spectra(rng)
    model = GlowTTS(CONFIG, vocabulary=len(SYMBOLS), bands=BANDS)
    items = [[_clip(rng, spectra) for _ in range(8)] for _ in range(24)]
    batches = [_batch(clips) for clips in items]
    initialise_actnorm(model, [(b.mel, b.frames, None) for b in batches[:4]])
    clip = _first(batches[0])
    names = tuple(SYMBOLS[i] for i in items[0][0].ids)
    curves: dict[str, list[float]] = {"misfit": [], "volume": [], "nll": [], "duration": []}
    example = Example(model, names, clip, items[0][0].lasts, curves=curves)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, betas=(0.9, 0.98), weight_decay=1e-6)
    for step in range(steps + 1):
        if step in shown:
            example.snapshots.append(_snapshot(model, clip, step))
        batch = batches[step % len(batches)]
        out = model(batch.tokens, batch.token_lengths, batch.mel, batch.frames)
        loss = losses(out)
        _note(example.curves, out, float(loss.nll.detach()), float(loss.duration.detach()))
        optimizer.zero_grad()
        loss.total.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
    model.eval()
    return example


def _note(curves: dict[str, list[float]], out: GlowTTSOutput, nll: float, duration: float) -> None:
    values = float(counts(out).values)
    misfit = 0.5 * float(((out.latent - out.mean) * torch.exp(-out.log_scale)).square().sum().detach()) / values
    volume = float((out.log_scale.sum() - out.log_det.sum()).detach()) / values
    for name, value in (("misfit", misfit), ("volume", volume), ("nll", nll), ("duration", duration)):
        curves[name].append(value)


@torch.no_grad()
def _snapshot(model: GlowTTS, clip: Batch, step: int) -> Snapshot:
    out = model(clip.tokens, clip.token_lengths, clip.mel, clip.frames)
    encoded = model.encoder(clip.tokens, out.token_mask)
    likelihood = log_likelihood(out.latent, encoded.mean, encoded.log_scale)
    return Snapshot(step, likelihood[0].numpy(), out.durations[0].numpy())


def _spectra(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """One smooth curve over the bands for each symbol; silence for those that are no phones."""
    band = np.arange(BANDS) / BANDS
    spectra = {}
    for name in SYMBOLS:
        peaks = [
            rng.uniform(3, 6) * np.exp(-(((band - rng.uniform(0, 1)) / rng.uniform(0.05, 0.2)) ** 2)) for _ in range(3)
        ]
        spectra[name] = -8.0 + (sum(peaks) if name.isalnum() else 0.05 * sum(peaks))
    return spectra


class Clip(NamedTuple):
    """A made-up clip: (N,) ids, (N,) frames a symbol, (T, M) mel."""

    ids: list[int]
    lasts: np.ndarray
    mel: np.ndarray


def _batch(clips: list[Clip]) -> Batch:
    tokens = torch.zeros(len(clips), max(len(clip.ids) for clip in clips), dtype=torch.int64)
    mel = torch.zeros(len(clips), BANDS, max(len(clip.mel) for clip in clips))
    for row, clip in enumerate(clips):
        tokens[row, : len(clip.ids)] = torch.tensor(clip.ids)
        mel[row, :, : len(clip.mel)] = torch.from_numpy(clip.mel).T
    return Batch(
        ids=tuple(str(number) for number in range(len(clips))),
        tokens=tokens,
        token_lengths=torch.tensor([len(clip.ids) for clip in clips]),
        mel=mel,
        frames=torch.tensor([len(clip.mel) for clip in clips]),
        speaker=torch.zeros(len(clips), dtype=torch.int64),
    )


def _clip(rng: np.random.Generator, spectra: dict[str, np.ndarray]) -> Clip:
    names = ["^"]
    for _ in range(rng.integers(3, 5)):
        for _ in range(rng.integers(1, 3)):
            names += [str(rng.choice(CONSONANTS)), str(rng.choice(VOWELS))]
        names.append(" ")
    names = [*names[:-1], "$"]
    lasts = np.array([max(1, round(LASTS[name] * float(np.exp(0.15 * rng.standard_normal())))) for name in names])
    lasts[-1] += lasts.sum() % 2  # no odd frame
    mel = _smoothed(np.repeat([spectra[name] for name in names], lasts, axis=0))
    mel += NOISE * rng.standard_normal(mel.shape)
    return Clip([SYMBOLS.index(name) for name in names], lasts, mel.astype(np.float32))


def _smoothed(mel: np.ndarray) -> np.ndarray:
    """Neighbouring frames run into each other, as in speech."""
    padded = np.pad(mel, ((1, 1), (0, 0)), mode="edge")
    return 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]


def _first(batch: Batch) -> Batch:
    count, frames = int(batch.token_lengths[0]), int(batch.frames[0])
    return Batch(
        batch.ids[:1],
        batch.tokens[:1, :count],
        batch.token_lengths[:1],
        batch.mel[:1, :, :frames],
        batch.frames[:1],
        batch.speaker[:1],
    )
