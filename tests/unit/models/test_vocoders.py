"""The published vocoders: lengths, settings that cannot be, sizes as published, and what their parts compute."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from msgspec import structs
from torch import nn

from glowvox.audio.conventions import CONVENTIONS
from glowvox.audio.mel import MelConfig
from glowvox.errors import CheckpointError, ConfigError
from glowvox.models.bigvgan import BigVGAN
from glowvox.models.hifi_gan import HiFiGAN
from glowvox.models.snake import TAPS, AntiAliased, Snake, low_pass
from glowvox.models.upsampling import ResidualBlock
from glowvox.models.upsampling_config import HIFI_GAN, BigVGANConfig, HiFiGANConfig
from glowvox.models.vocoder_file import load_vocoder, write_vocoder
from glowvox.models.vocos import Vocos
from glowvox.models.vocos_config import VocosConfig

MEL = MelConfig(hop=8, window=32, fft_size=32, bands=6)
SMALL: dict[str, Any] = {
    "channels": 8,
    "rates": (4, 2),
    "kernels": (8, 4),
    "block_kernels": (3, 5),
    "dilations": ((1, 3), (1, 2)),
}
VOCOS_24K = CONVENTIONS["vocos-24k"]


def small(kind: str) -> HiFiGAN | BigVGAN | Vocos:
    torch.manual_seed(0)
    if kind == "hifi-gan":
        return HiFiGAN(HiFiGANConfig(**SMALL), MEL).eval()
    if kind == "hifi-gan-single":
        return HiFiGAN(HiFiGANConfig(**SMALL, block="single"), MEL).eval()
    if kind == "bigvgan":
        return BigVGAN(BigVGANConfig(**SMALL), MEL).eval()
    if kind == "bigvgan-clipped":
        odd = BigVGANConfig(**SMALL, last="clip", last_bias=False, activation="snake", log_scale=False, block="single")
        return BigVGAN(odd, MEL).eval()
    return Vocos(VocosConfig(width=8, feed_forward=12, layers=2), MEL).eval()


KINDS = ("hifi-gan", "hifi-gan-single", "bigvgan", "bigvgan-clipped", "vocos")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("frames", [1, 2, 13])
def test_a_frame_is_a_hop_and_items_do_not_meet(kind: str, frames: int) -> None:
    model = small(kind)
    mel = torch.randn(3, 6, frames, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        wave = model(mel)
        assert wave.shape == (3, frames * 8)
        torch.testing.assert_close(model(mel[1:2]), wave[1:2])


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_holds_everything_a_vocoder_is(tmp_path: Any, kind: str) -> None:
    model = small(kind)
    size = write_vocoder(tmp_path / "v.safetensors", model)
    assert (tmp_path / "v.safetensors").stat().st_size == size
    loaded, mel = load_vocoder(tmp_path / "v.safetensors")
    assert mel == MEL
    assert loaded.config == model.config
    assert not loaded.training
    x = torch.randn(1, 6, 5)
    assert torch.equal(loaded(x), model(x))


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        (lambda: HiFiGAN(HIFI_GAN["hifi-gan-v1"], MelConfig()), 13_936_130),
        (lambda: HiFiGAN(HIFI_GAN["hifi-gan-v2"], MelConfig()), 928_514),
        (lambda: HiFiGAN(HIFI_GAN["hifi-gan-v3"], MelConfig()), 1_464_322),
        (lambda: BigVGAN(BigVGANConfig(), CONVENTIONS["bigvgan-24k"]), 14_025_154),
        (lambda: Vocos(VocosConfig(), VOCOS_24K), 13_531_650),
    ],
)
def test_sizes_are_the_published_ones(model: Any, parameters: int) -> None:
    with torch.device("meta"):
        assert sum(parameter.numel() for parameter in model().parameters()) == parameters


def test_waves_stay_within_one() -> None:
    loud = 50 * torch.randn(1, 6, 40, generator=torch.Generator().manual_seed(0))
    for kind in ("hifi-gan", "bigvgan", "bigvgan-clipped"):
        model = small(kind)
        with torch.no_grad():
            model.last.gain.mul_(50)
            assert float(model(loud).abs().max()) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kernels": (8,)}, "2 rates and 1 kernels"),
        ({"rates": (), "kernels": ()}, "0 rates and 0 kernels"),
        ({"kernels": (7, 4)}, "kernel = 7 cannot upsample at rate = 4.*; 8 is"),
        ({"kernels": (2, 4)}, "kernel = 2 cannot upsample at rate = 4"),
        ({"channels": 6}, "channels = 6 must be a multiple of 4"),
        ({"dilations": ((1, 3),)}, "2 block_kernels and 1 dilations"),
        ({"block_kernels": (3, 4)}, r"block_kernels = \[3, 4\] must be odd"),
        ({"dilations": ((1, 3), (0,))}, r"dilations = \[\[1, 3\], \[0\]\] must be at least 1"),
    ],
)
def test_sizes_that_cannot_be_built_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        HiFiGANConfig(**(SMALL | change))


def test_rates_that_make_another_hop_are_refused() -> None:
    for build, config in ((HiFiGAN, HiFiGANConfig(**SMALL)), (BigVGAN, BigVGANConfig(**SMALL))):
        with pytest.raises(ConfigError, match=r"rates = \[4, 2\] make 8 samples of a frame, the mel's hop is 256"):
            build(config, MelConfig())  # type: ignore[arg-type]


def test_snake_is_its_equation() -> None:
    x = torch.linspace(-3, 3, 50).reshape(1, 2, 25)
    plain = Snake(2, separate=False, logarithmic=False)
    torch.testing.assert_close(plain(x), x + torch.sin(x) ** 2)
    both = Snake(2, separate=True, logarithmic=True)
    assert both.strength is not None
    with torch.no_grad():
        both.frequency.copy_(torch.tensor([0.0, math.log(2)]))
        both.strength.copy_(torch.tensor([math.log(4), 0.0]))
    torch.testing.assert_close(both(x)[:, 0], x[:, 0] + torch.sin(x[:, 0]) ** 2 / 4)
    torch.testing.assert_close(both(x)[:, 1], x[:, 1] + torch.sin(2 * x[:, 1]) ** 2)


def test_the_filter_keeps_what_is_low_and_stops_what_is_high() -> None:
    taps = low_pass()[0, 0]
    torch.testing.assert_close(taps, taps.flip(0))
    gain = torch.fft.rfft(taps, 1024).abs()  # up to the doubled rate's half
    assert float(gain[0]) == pytest.approx(1, abs=1e-6)
    assert float(gain[256]) == pytest.approx(0.5, abs=0.02)  # at the single rate's half
    assert float(gain[410:].max()) < 0.01
    assert len(taps) == TAPS


def test_without_an_activation_a_slow_wave_passes() -> None:
    slow = torch.sin(2 * math.pi * 10 * torch.arange(400) / 400)[None, None]
    through = AntiAliased(nn.Identity())(slow)
    torch.testing.assert_close(through[..., 20:-20], slow[..., 20:-20], atol=5e-3, rtol=0)


def test_overtones_of_an_activation_do_not_fold_down() -> None:
    class Cube(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x**3

    wave = torch.sin(2 * math.pi * 95 * torch.arange(400) / 400)[None, None]
    plain, guarded = (torch.fft.rfft(part(wave)[0, 0]).abs() for part in (Cube(), AntiAliased(Cube())))
    assert float(plain[115]) == pytest.approx(50, abs=1)  # 3 times 95 lies 115 below the sample rate
    assert float(guarded[115]) < 0.1 * float(plain[115])
    assert float(guarded[95]) > 0.5 * float(plain[95])


def test_residual_blocks_add_to_their_input() -> None:
    for paired in (True, False):
        block = ResidualBlock(4, 3, (1, 3), lambda _: nn.LeakyReLU(0.1), paired=paired)
        x = torch.randn(1, 4, 9)
        with torch.no_grad():
            assert not torch.equal(block(x), x)
            for convolution in (*block.plain, *block.dilated):
                convolution.gain.zero_()
                convolution.bias.zero_()
            assert torch.equal(block(x), x)
        assert len(block.activations) == (4 if paired else 2)


def test_a_centred_mel_gives_vocos_one_hop_less() -> None:
    centred = structs.replace(MEL, padding="centred")
    model = Vocos(VocosConfig(width=8, feed_forward=12, layers=1), centred)
    assert model(torch.randn(2, 6, 9)).shape == (2, 8 * 8)


def test_vocos_limits_the_magnitude() -> None:
    model = small("vocos")
    assert isinstance(model, Vocos)
    with torch.no_grad():
        model.head.weight.zero_()
        model.head.bias.copy_(torch.cat([torch.full((17,), 200.0), torch.zeros(17)]))
        loud = model(torch.zeros(1, 6, 20))
        model.head.bias[:17] = math.log(100.0)
        assert torch.equal(loud, model(torch.zeros(1, 6, 20)))
    assert bool(loud.isfinite().all())


def test_files_that_are_no_vocoders_are_refused(tmp_path: Any) -> None:
    from safetensors.torch import load_file, save_file

    path = tmp_path / "v.safetensors"
    with pytest.raises(CheckpointError, match="no such file"):
        load_vocoder(path)
    save_file({"x": torch.zeros(2)}, path)
    with pytest.raises(CheckpointError, match="not a vocoder file of glowvox"):
        load_vocoder(path)
    path.write_bytes(b"RIFF")
    with pytest.raises(CheckpointError, match="not a readable vocoder file"):
        load_vocoder(path)
    write_vocoder(path, small("vocos"))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CheckpointError, match="not a readable vocoder file"):
        load_vocoder(path)
    path.write_bytes(whole.replace(b'\\"vocos\\"', b'\\"vacos\\"'))
    with pytest.raises(CheckpointError, match="a vocoder of the kind 'vacos'; known here: hifi-gan, bigvgan, vocos"):
        load_vocoder(path)
    path.write_bytes(whole)
    header = {"glowvox-vocoder": '{"kind": "vocos", "config": {"wdth": 8}, "mel": {}}'}
    save_file(load_file(path), path, metadata=header)
    with pytest.raises(ConfigError, match="unknown key 'wdth'; did you mean 'width'"):
        load_vocoder(path)
