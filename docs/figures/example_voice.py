"""A voice small enough to learn while a picture is drawn: ten symbols with spectra of their own, and a tiny Glow-TTS."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from glowvox.data.batch import Batch
from glowvox.models.glow_tts import GlowTTS, GlowTTSOutput, log_likelihood
from glowvox.models.glow_tts_config import DecoderConfig, DurationConfig, EncoderConfig, GlowTTSConfig
from glowvox.models.likelihood import counts, losses
from glowvox.train.initialise import initialise_actnorm

SYMBOLS = ("_", "^", "$", " ", "M", "S", "T", "AA1", "IY1", "UW1")
WORDS = (("M", "AA1"), ("S", "IY1"), ("T", "UW1"), ("M", "IY1", "T"), ("S", "UW1", "M"), ("T", "AA1", "S"))
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
    """

    model: GlowTTS
    symbols: tuple[str, ...]
    clip: Batch
    snapshots: list[Snapshot] = field(default_factory=list)
    curves: dict[str, list[float]] = field(default_factory=dict)


def learn(steps: int = 400, shown: tuple[int, ...] = (0, 40, 400), seed: int = 2) -> Example:
    """Train on made-up clips; the first clip of the first batch is the one that is shown."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    spectra = _spectra(rng)
    model = GlowTTS(CONFIG, vocabulary=len(SYMBOLS), bands=BANDS)
    batches = [_batch(rng, spectra) for _ in range(24)]
    initialise_actnorm(model, [(b.mel, b.frames, None) for b in batches[:4]])
    clip = _first(batches[0])
    names = tuple(SYMBOLS[i] for i in clip.tokens[0].tolist())
    example = Example(model, names, clip, curves={"misfit": [], "volume": [], "nll": [], "duration": []})
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


def _batch(rng: np.random.Generator, spectra: dict[str, np.ndarray], clips: int = 8) -> Batch:
    items = [_clip(rng, spectra) for _ in range(clips)]
    tokens = torch.zeros(clips, max(len(ids) for ids, _ in items), dtype=torch.int64)
    mel = torch.zeros(clips, BANDS, max(len(m) for _, m in items))
    for row, (ids, values) in enumerate(items):
        tokens[row, : len(ids)] = torch.tensor(ids)
        mel[row, :, : len(values)] = torch.from_numpy(values).T
    lengths: Tensor = torch.tensor([len(ids) for ids, _ in items])
    frames: Tensor = torch.tensor([len(values) for _, values in items])
    return Batch(tuple(str(n) for n in range(clips)), tokens, lengths, mel, frames, torch.zeros(clips, dtype=torch.int64))


def _clip(rng: np.random.Generator, spectra: dict[str, np.ndarray]) -> tuple[list[int], np.ndarray]:
    words = [WORDS[i] for i in rng.integers(len(WORDS), size=4)]
    names = ["^"]
    for word in words:
        names += [*word, " "]
    names = [*names[:-1], "$"]
    rows = []
    for name in names:
        frames = max(1, round(LASTS[name] * float(np.exp(0.15 * rng.standard_normal()))))
        rows.append(np.tile(spectra[name], (frames, 1)))
    mel = _smoothed(np.concatenate(rows))
    mel += 0.25 * rng.standard_normal(mel.shape)
    return [SYMBOLS.index(name) for name in names], mel[: len(mel) // 2 * 2].astype(np.float32)


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
