from __future__ import annotations

import numpy as np
import pytest

from glowvox.audio.resample import resample
from glowvox.audio.resample_stream import StreamResampler


@pytest.mark.parametrize("rates", [(22_050, 24_000), (24_000, 22_050), (16_000, 24_000), (48_000, 8_000)])
@pytest.mark.parametrize("length", [0, 1, 777, 100_003])
def test_pieces_of_any_size_give_what_the_whole_gives(rates: tuple[int, int], length: int) -> None:
    random = np.random.default_rng(0)
    sound = random.standard_normal(length).astype(np.float32)
    stream = StreamResampler(*rates)
    pieces = []
    at = 0
    while at < length:
        size = int(random.integers(0, 30_000))
        pieces.append(stream.feed(sound[at : at + size]))
        at += size
    pieces.append(stream.flush())
    whole = resample(sound, *rates)
    joined = np.concatenate(pieces)
    assert len(joined) == len(whole)
    np.testing.assert_allclose(joined, whole, atol=2e-6)


def test_equal_rates_pass_the_sound_through() -> None:
    stream = StreamResampler(22_050, 22_050)
    sound = np.ones(10, np.float32)
    assert stream.feed(sound) is sound
    assert len(stream.flush()) == 0


def test_memory_does_not_grow_with_the_sound() -> None:
    stream = StreamResampler(22_050, 24_000)
    for _ in range(100):
        stream.feed(np.zeros(22_050, np.float32))
        assert len(stream.held) < 3 * 22_050
