"""Our vocoder: its graph and NumPy's sound against torch's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from glowvox.audio.mel import MelConfig
from glowvox.audio.noise import draw
from glowvox.export.parity import vocoder_parity
from glowvox.export.vocoder_graph import measure, vocoder_graph
from glowvox.models.istft_config import IstftConfig
from glowvox.models.istft_vocoder import MIDDLE_LEVEL, SPREAD
from glowvox.runtime.bundle import VocoderSettings
from glowvox.runtime.istft import Istft
from glowvox.runtime.session import Session
from tests.fixtures.exported import VOCODER, make_vocoder

VOCODERS = {
    "harmonic": (VOCODER, MelConfig()),
    "plain": (IstftConfig(width=16, feed_forward=24, layers=2, source="plain"), MelConfig()),
    "two frames together": (IstftConfig(width=16, feed_forward=24, layers=2, stack=2), MelConfig()),
    "three, plain, kernel 3": (
        IstftConfig(width=16, feed_forward=24, layers=1, stack=3, kernel=3, source="plain"),
        MelConfig(),
    ),
    "another mel": (VOCODER, MelConfig(sample_rate=16000, fft_size=640, window=640, hop=160, bands=40)),
    "one window a frame, odd hop": (
        replace(VOCODER, pieces=1),
        MelConfig(sample_rate=16000, fft_size=375, window=375, hop=125, bands=40, high=7000),
    ),
    "four": (replace(VOCODER, pieces=4), MelConfig()),
}


def settings_of(vocoder):
    stack = vocoder.config.stack
    return VocoderSettings(kind="istft", stack=stack, pieces=vocoder.config.pieces, reach=vocoder.reach)


@pytest.mark.parametrize("name", VOCODERS)
def test_graph_and_sound_do_what_the_model_does(name: str) -> None:
    config, mel = VOCODERS[name]
    vocoder = make_vocoder(config, mel)
    differences = vocoder_parity(vocoder, vocoder_graph(vocoder, precision="fp32"), settings_of(vocoder))
    stages = {difference.stage for difference in differences}
    assert stages >= {"vocoder.spectra", "vocoder.sound"}
    assert ("vocoder.f0" in stages) == (config.source == "harmonic")
    for difference in differences:
        assert difference.within, f"{difference.stage}: {difference.worst:.1e}"


def test_the_whole_chain_sounds_as_torch_does() -> None:
    vocoder = make_vocoder()
    mel = 2 * torch.randn(1, 80, 90, generator=torch.Generator().manual_seed(0)) - 4
    noise = torch.from_numpy(draw(4, (1, 90 * 256)))
    with torch.no_grad():
        expected = vocoder(mel, noise=noise)[0].numpy()
    session = Session(vocoder_graph(vocoder, precision="fp32"), name="vocoder")
    found = np.concatenate(list(Istft(session, vocoder.mel, settings_of(vocoder)).stream(mel[0].T.numpy(), seed=4)))
    assert found.shape == expected.shape
    assert 10 * np.log10((expected**2).mean() / ((found - expected) ** 2).mean()) > 60


def test_measured_ranges_hold_what_was_met() -> None:
    vocoder = make_vocoder()
    mel = 3 * torch.randn(80, 50) - 4
    spans = measure(vocoder, [mel])
    layers = {
        f"{part}{number}.{side}" for part in ("sound", "pitch") for number in (0, 1) for side in ("widen", "narrow")
    }
    assert set(spans) == {"head", "sound.start", *layers}
    with torch.no_grad():
        heard = vocoder.network((mel[None] - MIDDLE_LEVEL) / SPREAD)
    low, high = spans["head"]
    assert low <= float(heard.min()) < 0 < float(heard.max()) <= high
    assert high < 1.2 * float(heard.max())
