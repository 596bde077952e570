"""Vocoders by their place: a run folder, its weights file, or an imported one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from glowvox.audio.mel import MelConfig, compress
from glowvox.audio.noise import draw
from glowvox.errors import CheckpointError, UsageError
from glowvox.models.denoiser import Denoiser
from glowvox.models.hifi_gan import HiFiGAN
from glowvox.models.istft_config import IstftConfig
from glowvox.models.istft_vocoder import IstftVocoder
from glowvox.models.upsampling_config import HiFiGANConfig
from glowvox.models.vocoder_file import is_imported, load_vocoder
from glowvox.models.waveglow import SIGMA, WaveGlow
from glowvox.models.waveglow_config import WaveGlowConfig
from glowvox.train.run import VocoderRun
from glowvox.train.weights import read_vocoder_weights, trained_values


class Model(Protocol):
    """Any vocoder's network."""

    def __call__(self, mel: Tensor) -> Tensor:
        """mel (B, M, T) → wave (B, S)."""
        ...


Network = IstftVocoder | HiFiGAN | WaveGlow  # those that are trained here


def make_vocoder(config: IstftConfig | HiFiGANConfig | WaveGlowConfig, mel: MelConfig) -> Network:
    """An untrained vocoder of some settings."""
    if isinstance(config, WaveGlowConfig):
        return WaveGlow(config, mel)
    return IstftVocoder(config, mel) if isinstance(config, IstftConfig) else HiFiGAN(config, mel)


class Vocoder:
    """A vocoder that is called with a mel and gives samples.

    name   of its folder or file
    model  in evaluation mode
    mel    the settings that its mels must have been made with
    """

    def __init__(self, name: str, model: Model, mel: MelConfig) -> None:
        self.name, self.model, self.mel = name, model, mel

    @classmethod
    def load(cls, place: Path) -> Vocoder:
        """From a run folder, a weights file, or what `glowvox import` made of a published vocoder.

        raises  CheckpointError if it is none of them
        """
        if place.is_file() and is_imported(place):
            imported, mel = load_vocoder(place)
            return cls(place.stem, imported.eval(), mel)
        if place.is_dir():
            run = VocoderRun.load_vocoder(place)
            settings, values = run.settings, trained_values(run)[0]
        else:
            settings, values, _ = read_vocoder_weights(place)
        model = make_vocoder(settings.train.model, settings.mel)
        try:
            model.load_state_dict(values)
        except RuntimeError as error:
            raise CheckpointError(f"{place}: these weights are not of the model in their settings: {error}") from None
        return cls(place.stem, model.eval(), settings.mel)

    def require(self, mel: MelConfig, *, maker: str) -> None:
        """Refuse mels of other settings.

        maker   what makes them, for the message
        raises  InputError naming the fields that differ
        """
        self.mel.require_same(mel, own=f"the vocoder {self.name}", others=maker)

    @torch.no_grad()
    def __call__(
        self,
        mel: npt.NDArray[np.float32],
        seed: int = 0,
        *,
        sigma: float | None = None,
        denoiser: Denoiser | None = None,
        strength: float = 0.1,
    ) -> npt.NDArray[np.float32]:
        """Samples of a mel; the same for the same seed.

        mel       (M, T)
        sigma     of a WaveGlow's noise: standard deviation; None is the usual one
        denoiser  from `denoiser`; None leaves the sound as it is
        strength  of the denoiser
        returns   (S,)
        raises    UsageError for a sigma where the vocoder is no WaveGlow
        """
        if sigma is not None and not isinstance(self.model, WaveGlow):
            raise UsageError(f"sigma is of a WaveGlow's noise; {self.name} is none")
        batch = torch.from_numpy(np.ascontiguousarray(mel))[None]
        if isinstance(self.model, IstftVocoder):
            wave = self.model(batch, noise=torch.from_numpy(draw(seed, (1, mel.shape[1] * self.mel.hop))))
        elif isinstance(self.model, WaveGlow):
            wave = self.model.generate(batch, sigma=SIGMA if sigma is None else sigma, noise=seed)
        else:
            wave = self.model(batch)  # the others draw no noise
        if denoiser is not None:
            wave = denoiser(wave, strength)
        samples: npt.NDArray[np.float32] = wave[0].numpy()
        return samples

    @torch.no_grad()
    def denoiser(self) -> Denoiser:
        """Takes out the hum that the vocoder makes of silence without noise; WaveGlow, as published, of zeros."""
        model, mel = self.model, self.mel
        silence = float(compress(np.zeros(1), mel)[0])
        made: Callable[[Tensor], Tensor] = model
        if isinstance(model, IstftVocoder):
            made = partial(_quietly, model)
        elif isinstance(model, WaveGlow):
            made, silence = partial(model.generate, sigma=0.0), 0.0
        return Denoiser.of(made, bands=mel.bands, fft_size=mel.fft_size, hop=mel.hop, level=silence)


def _quietly(model: IstftVocoder, mel: Tensor) -> Tensor:
    return model(mel, noise=mel.new_zeros(len(mel), mel.shape[2] * model.mel.hop))  # type: ignore[no-any-return]
