"""Trained vocoders by their place: a run folder or a weights file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from glowvox.audio.mel import MelConfig
from glowvox.errors import CheckpointError
from glowvox.models.istft_vocoder import IstftVocoder
from glowvox.train.run import VocoderRun
from glowvox.train.weights import read_vocoder_weights, trained_values


class Vocoder:
    """A vocoder in evaluation mode; called with a mel it gives samples.

    name  of its folder or file
    mel   the settings that its mels must have been made with
    """

    def __init__(self, name: str, model: IstftVocoder) -> None:
        self.name, self.model, self.mel = name, model.eval(), model.mel

    @classmethod
    def load(cls, place: Path) -> Vocoder:
        """From a run folder or a weights file.

        raises  CheckpointError if it is neither
        """
        if place.is_dir():
            run = VocoderRun.load_vocoder(place)
            settings, values = run.settings, trained_values(run)[0]
        else:
            settings, values, _ = read_vocoder_weights(place)
        model = IstftVocoder(settings.train.model, settings.mel)
        try:
            model.load_state_dict(values)
        except RuntimeError as error:
            raise CheckpointError(f"{place}: these weights are not of the model in their settings: {error}") from None
        return cls(place.stem, model)

    def require(self, mel: MelConfig, *, maker: str) -> None:
        """Refuse mels of other settings.

        maker   what makes them, for the message
        raises  InputError naming the fields that differ
        """
        self.mel.require_same(mel, own=f"the vocoder {self.name}", others=maker)

    @torch.no_grad()
    def __call__(self, mel: npt.NDArray[np.float32], seed: int = 0) -> npt.NDArray[np.float32]:
        """Samples of a mel; the same for the same seed.

        mel      (M, T)
        returns  (T·hop,)
        """
        frames = mel.shape[1]
        noise = np.random.Generator(np.random.Philox(seed)).standard_normal(frames * self.mel.hop, dtype=np.float32)
        wave = self.model(torch.from_numpy(np.ascontiguousarray(mel))[None], noise=torch.from_numpy(noise)[None])
        samples: npt.NDArray[np.float32] = wave[0].numpy()
        return samples
