"""Sound in pieces is the sound of one pass, whatever the length, the cut and the precision."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from glowvox.audio.noise import draw
from glowvox.audio.stft import hann
from glowvox.export.vocoder_graph import measure, vocoder_graph
from glowvox.models.istft_config import IstftConfig
from glowvox.runtime import istft
from glowvox.runtime.bundle import VocoderSettings
from glowvox.runtime.excitation import Pulses, runs
from glowvox.runtime.istft import Istft, schedule
from glowvox.runtime.kept_noise import KeptNoise, KeptNumbers, PhraseNoise
from glowvox.runtime.overlap import Framing, Overlap
from glowvox.runtime.session import Session
from tests.fixtures.exported import make_vocoder

CONFIGS = {
    "harmonic": IstftConfig(width=24, feed_forward=32, layers=3),
    "stacked": IstftConfig(width=24, feed_forward=32, layers=2, stack=2),
    "plain": IstftConfig(width=24, feed_forward=32, layers=2, source="plain"),
}


@lru_cache
def vocoder(kind: str, precision: str) -> Istft:
    model = make_vocoder(CONFIGS[kind])
    spans = measure(model, [torch.from_numpy(mel(400, 9)).T])
    stack = model.config.stack
    of = VocoderSettings(kind="istft", stack=stack, pieces=model.config.pieces, reach=model.reach)
    return Istft(Session(vocoder_graph(model, precision=precision, spans=spans), name="vocoder"), model.mel, of)


def mel(frames: int, seed: int) -> np.ndarray:
    return (2 * np.random.default_rng(seed).standard_normal((frames, 80)) - 4).astype(np.float32)


@pytest.mark.parametrize("precision", ["fp32", "int8"])
@pytest.mark.parametrize("kind", CONFIGS)
@settings(max_examples=8, deadline=None)
@given(frames=st.integers(1, 420), seed=st.integers(0, 9))
def test_pieces_join_to_one_pass(kind: str, precision: str, frames: int, seed: int) -> None:
    heard, content = vocoder(kind, precision), mel(frames, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(istft, "WHOLE", 10**9)
        (whole,) = heard.stream(content, seed=seed)
        patch.setattr(istft, "WHOLE", 0)
        patch.setattr(istft, "FIRST", 40)
        patch.setattr(istft, "REST", 72)
        patch.setattr(istft, "LEAST", 24)
        pieces = list(heard.stream(content, seed=seed))
    joined = np.concatenate(pieces)
    assert len(joined) == len(whole) == frames * 256
    assert all(len(piece) for piece in pieces)
    error, peak = np.abs(joined - whole), np.abs(whole).max()
    # an activation quantised within rounding of a half may fall either way: nothing else may differ
    assert error.max() <= (1e-4 if precision == "fp32" else 1e-2) * peak
    assert (error.astype(float) ** 2).mean() <= 10**-3.5 * (whole.astype(float) ** 2).mean()
    seams = np.cumsum([len(piece) for piece in pieces])[:-1]
    near = np.zeros(len(whole), dtype=bool)
    for seam in seams:
        near[max(0, seam - 512) : seam + 512] = True
    if near.any() and not near.all():
        assert error[near].max() <= max(2 * error[~near].max(), 1e-5 * peak)


@given(frames=st.integers(0, 3000))
def test_the_schedule_covers_every_frame_once(frames: int) -> None:
    pieces = list(schedule(frames))
    assert [place for start, end in pieces for place in range(start, end)] == list(range(frames))
    assert all(end - start >= istft.LEAST for start, end in pieces[1:])
    assert all(end - start < istft.REST + istft.LEAST for start, end in pieces)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=12), st.integers(0, 5))
def test_pulses_are_the_same_for_every_cut(cuts: list[int], seed: int) -> None:
    frames, hop = 12, 100
    generator = np.random.default_rng(seed)
    f0 = generator.uniform(60, 400, frames).astype(np.float32)
    voiced = generator.integers(0, 2, frames).astype(np.float32)
    whole = Pulses(frames, sample_rate=16000, hop=hop).extend(f0, voiced, frames * hop)
    stops = [min(stop, frames * hop) for stop in np.cumsum(cuts)] + [frames * hop]
    parts = Pulses(frames, sample_rate=16000, hop=hop)
    np.testing.assert_array_equal(np.concatenate([parts.extend(f0, voiced, stop) for stop in stops]), whole)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.sampled_from([(64, 16), (60, 20), (75, 25)]))
def test_kept_noise_is_the_noise_of_each_phrase(counts: list[int], sizes: tuple[int, int]) -> None:
    """Whatever was spoken before, a phrase has the spectra that it would have alone, cut anyhow."""
    fft_size, hop = sizes
    framing, frames = Framing(hann(fft_size, fft_size), hop), sum(counts)
    signal = np.pad(draw(3, (frames * hop,)), framing.edge)
    kept = KeptNoise(framing)
    for phrase in (kept.phrase(frames, 3), kept.phrase(frames, 3), PhraseNoise(framing, frames, 3)):
        found = np.concatenate([phrase.take(count) for count in counts])
        np.testing.assert_array_equal(found, framing.transform(signal))
    longer = kept.phrase(frames + 5, 3)
    np.testing.assert_array_equal(
        longer.take(3), framing.transform(np.pad(draw(3, ((frames + 5) * hop,)), framing.edge))[:3]
    )
    assert not np.array_equal(kept.phrase(frames, 4).take(frames), found)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.sampled_from([(64, 16), (60, 20), (32, 16)]))
def test_overlapped_frames_give_back_the_signal(counts: list[int], sizes: tuple[int, int]) -> None:
    fft_size, hop = sizes
    frames = sum(counts)
    framing = Framing(hann(fft_size, fft_size), hop)
    signal = np.random.default_rng(frames).standard_normal(frames * hop).astype(np.float32)
    spectra = framing.transform(np.pad(signal, framing.edge))
    assert len(spectra) == frames
    overlap = Overlap(framing, frames)
    ends = np.cumsum(counts)
    pieces = [overlap.add(spectra[end - count : end]) for count, end in zip(counts, ends, strict=True)]
    np.testing.assert_allclose(np.concatenate(pieces), signal, atol=2e-4)


def test_pulses_are_the_sum_of_their_harmonics() -> None:
    frames, hop, rate = 20, 80, 8000
    f0 = np.full(frames, 310.0, np.float32)
    found = Pulses(frames, sample_rate=rate, hop=hop).extend(f0, np.ones(frames, np.float32), 1600)
    phase = 2 * np.pi * 310.0 / rate * np.arange(1, 1601)
    room = rate / 2 / 310
    last = int(room)
    whole = sum(np.cos(k * phase) for k in range(1, last))
    expected = np.sqrt(2 / (last - 1 + (room - last) ** 2)) * (whole + (room - last) * np.cos(last * phase))
    np.testing.assert_allclose(found, expected, atol=2e-3)
    assert abs((found**2).mean() - 1) < 0.02


def test_pulses_are_silent_where_nothing_is_voiced() -> None:
    f0, voiced = np.full(9, 150.0, np.float32), np.zeros(9, np.float32)
    voiced[3:5] = 1
    found = Pulses(9, sample_rate=8000, hop=80).extend(f0, voiced, 720)
    heard = np.flatnonzero(found)
    assert 2.5 * 80 <= heard[0] < 2.6 * 80  # they fade in from the middle of frame 2
    assert 5.4 * 80 < heard[-1] < 5.5 * 80


@given(st.lists(st.booleans(), max_size=30), st.integers(0, 4))
def test_runs_are_the_stretches_that_are_set(marks: list[bool], bridged: int) -> None:
    found = runs(np.array(marks, bool), bridged=bridged)
    covered = {place for run in found for place in range(run.start, run.stop)}
    assert covered >= {place for place, mark in enumerate(marks) if mark}
    assert all(marks[run.start] and marks[run.stop - 1] for run in found)
    assert all(after.start - before.stop > bridged for before, after in zip(found, found[1:], strict=False))
    for run in found:
        assert not any(not any(marks[place : place + bridged + 1]) for place in range(run.start, run.stop - bridged))


def test_kept_numbers_are_those_of_the_seed() -> None:
    kept = KeptNumbers()
    for seed, shape in [(1, (3, 5)), (1, (9, 5)), (1, (2, 5)), (2, (4, 5)), (1, (0, 5)), (1, (3, 5))]:
        np.testing.assert_array_equal(kept.draw(seed, shape), draw(seed, shape))
