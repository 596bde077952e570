"""What a vocoder makes of recordings it did not learn from, beside the recordings."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from glowvox.audio.wave import Audio, write_wav
from glowvox.data.prepared import Clip
from glowvox.data.segments import FULL_SCALE
from glowvox.train.optimizer import swapped
from glowvox.train.vocoder_recipe import VocoderRecipe

log = logging.getLogger(__name__)


@torch.no_grad()
def write_samples(folder: Path, recipe: VocoderRecipe, clips: Sequence[Clip]) -> None:
    """Write `ID.real.wav` and `ID.copy.wav` of every clip, by the averaged weights; training goes on as before."""
    model = recipe.model
    average = recipe.average.values if recipe.average else {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with swapped(model, average), torch.random.fork_rng():
            torch.manual_seed(0)
            for clip in clips:
                mel = torch.from_numpy(np.array(clip.mel()).T)[None].to(recipe.fabric.device)
                copy = model(mel)[0].cpu().numpy()
                real = clip.wave().astype(np.float32) / np.float32(FULL_SCALE)
                for name, samples in (("real", real), ("copy", copy)):
                    write_wav(folder / f"{clip.id}.{name}.wav", Audio(samples, model.mel.sample_rate))
    except Exception as error:  # whatever went wrong here is worth less than the training
        log.warning("samples: %s: %s; training goes on without", type(error).__name__, error)
