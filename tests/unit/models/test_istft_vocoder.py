"""Our vocoder: its signal path is exact, its network sees as far as it says."""

from __future__ import annotations

import math

import pytest
import torch

from glowvox.audio.mel import MelConfig, log_mel
from glowvox.errors import ConfigError
from glowvox.models.harmonic import pulses
from glowvox.models.istft_config import PRESETS, IstftConfig
from glowvox.models.istft_vocoder import IstftVocoder, Spectra, minimum_phase

MEL = MelConfig()
PIECES = IstftConfig().pieces
BINS = MEL.fft_size // PIECES // 2 + 1


def make(*, source: str = "harmonic", stack: int = 1) -> IstftVocoder:
    torch.manual_seed(0)
    config = IstftConfig(width=24, feed_forward=32, layers=2, kernel=5, source=source, stack=stack)  # type: ignore[arg-type]
    return IstftVocoder(config, MEL).eval()


def flat(frames: int, *, gain: float, noise: float) -> Spectra:
    zero = torch.zeros(1, frames * PIECES, BINS)
    hz = torch.full((1, frames), math.log(200.0))
    return Spectra(zero + gain, zero, zero + noise, hz, torch.ones(1, frames))


def test_gains_of_one_give_the_source_and_gains_of_the_noise_the_noise() -> None:
    model, frames = make(), 20
    noise = torch.randn(1, frames * MEL.hop)
    source = pulses(torch.full((1, frames), 200.0), torch.ones(1, frames), sample_rate=MEL.sample_rate, hop=MEL.hop)
    f0 = torch.full((1, frames), 200.0)
    torch.testing.assert_close(
        model.wave(flat(frames, gain=0.0, noise=-90.0), noise=noise, f0=f0), source, atol=2e-4, rtol=0
    )
    torch.testing.assert_close(model.wave(flat(frames, gain=-90.0, noise=0.0), noise=noise), noise, atol=2e-4, rtol=0)


def test_a_plain_head_makes_the_wave_of_its_spectrum() -> None:
    model, frames = make(source="plain"), 12
    wave = torch.randn(1, frames * MEL.hop)
    spectrum = model._transform(wave)
    made = model.wave(Spectra(spectrum.abs().log(), spectrum.angle(), None, None, None))
    torch.testing.assert_close(made, wave, atol=2e-4, rtol=0)


@pytest.mark.parametrize("stack", [1, 2])
@pytest.mark.parametrize("source", ["harmonic", "plain"])
def test_a_frame_depends_on_its_neighbours_within_reach_alone(source: str, stack: int) -> None:
    model = make(source=source, stack=stack)
    mel = torch.randn(1, MEL.bands, 80, requires_grad=True)
    found = model.spectra(mel)
    pitch = 0 if found.log_f0 is None else found.log_f0[0, 40]
    (found.gain[0, 40 * model.config.pieces].sum() + pitch).backward()  # both networks
    assert mel.grad is not None
    (touched,) = mel.grad[0].abs().sum(0).nonzero(as_tuple=True)
    reach = model.reach + stack - 1
    assert int(touched.min()) >= 40 - reach
    assert int(touched.max()) <= 40 + reach
    assert int(touched.max()) - int(touched.min()) > 2 * model.reach - stack


@pytest.mark.parametrize("frames", [1, 2, 7])
def test_any_number_of_frames_gives_as_many_hops(frames: int) -> None:
    for stack in (1, 2):
        wave = make(stack=stack)(torch.randn(2, MEL.bands, frames))
        assert wave.shape == (2, frames * MEL.hop)
        assert torch.isfinite(wave).all()


def test_before_training_the_wave_has_the_envelope_of_its_mel() -> None:
    wave = 0.1 * torch.randn(1, 60 * MEL.hop, generator=torch.Generator().manual_seed(0))
    mel = torch.from_numpy(log_mel(wave[0].numpy(), MEL))[None]
    for source in ("harmonic", "plain"):
        torch.manual_seed(1)
        made = make(source=source)(mel)[0].detach().numpy()
        found = torch.from_numpy(log_mel(made, MEL))
        quieter = math.log(2) / 2 if source == "harmonic" else None  # half of it is pulses, silent here or not
        if quieter is not None:
            assert abs(float((mel[0] - found)[:, 3:-3].mean())) < quieter + 0.15
        assert float((mel[0] - found)[:, 3:-3].mean(1).std()) < 0.6


def test_the_phase_begins_as_that_of_the_causal_filter_with_the_envelope() -> None:
    model = make()
    torch.nn.init.zeros_(model.head.weight)
    mel = log_mel((0.1 * torch.randn(1, 40 * MEL.hop))[0].numpy(), MEL)
    with torch.no_grad():
        found = model.spectra(torch.from_numpy(mel)[None])
    response = torch.fft.irfft(torch.polar(found.gain.exp(), found.phase))[0, 10]
    half = model.size // 2
    assert float((response[:half] ** 2).sum() / (response**2).sum()) > 0.95  # nearly all behind the pulse
    gain = torch.randn(3, BINS)
    phase = gain @ minimum_phase(BINS)
    cepstrum = torch.fft.irfft(torch.complex(gain, phase))
    torch.testing.assert_close(
        cepstrum[:, model.size // 2 + 1 :], torch.zeros(3, model.size // 2 - 1), atol=1e-5, rtol=0
    )


def test_noise_given_makes_the_wave_repeatable() -> None:
    model, mel = make(), torch.randn(1, MEL.bands, 9)
    noise = torch.randn(1, 9 * MEL.hop)
    assert torch.equal(model(mel, noise=noise), model(mel, noise=noise))


def test_sizes_by_name() -> None:
    sizes = {name: sum(p.numel() for p in IstftVocoder(config, MEL).parameters()) for name, config in PRESETS.items()}
    assert sizes == {"istft-small": 4_033_578, "istft-fast": 2_543_730, "istft-base": 14_040_874}


def test_a_mel_whose_frames_lie_elsewhere_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"padding = centred.*expected padding 'same'"):
        IstftVocoder(IstftConfig(), MelConfig(padding="centred"))
    with pytest.raises(ConfigError, match="hop = 256, in 3 pieces: expected padding 'same', a hop that is a multiple"):
        IstftVocoder(IstftConfig(pieces=3), MEL)
    with pytest.raises(ValueError, match="kernel = 4 must be odd; 5 is"):
        IstftConfig(kernel=4)
