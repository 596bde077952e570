"""What a vocoder in training makes of recordings it did not learn from, beside the recordings."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from glowvox.audio.wave import Audio, write_wav
from glowvox.data.prepared import Clip
from glowvox.data.segments import FULL_SCALE
from glowvox.train.sounding import within_scale
from glowvox.train.vocoder_recipe import VocoderRecipe
from glowvox.train.waveglow_recipe import WaveGlowRecipe

SECONDS = 4.0  # of each recording that a WaveGlow copies: enough to judge, and a big one is slow

log = logging.getLogger(__name__)


@torch.no_grad()
def write_copies(folder: Path, recipe: VocoderRecipe | WaveGlowRecipe, clips: Sequence[Clip]) -> None:
    """Write `ID.real.wav` and `ID.copy.wav` of every clip, by the averaged weights; training goes on as before."""
    model, rate, hop = recipe.model, recipe.model.mel.sample_rate, recipe.model.mel.hop
    most = round(SECONDS * rate / hop) if isinstance(recipe, WaveGlowRecipe) else None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with recipe.averaged(), torch.random.fork_rng():
            torch.manual_seed(0)
            for clip in clips:
                mel = torch.from_numpy(np.array(clip.mel()[:most]).T)[None].to(recipe.fabric.device)
                copy = within_scale(model(mel)[0].float().cpu().numpy())
                real = clip.wave()[: most and most * hop].astype(np.float32) / np.float32(FULL_SCALE)
                for name, samples in (("real", real), ("copy", copy)):
                    write_wav(folder / f"{clip.id}.{name}.wav", Audio(samples, rate))
    except Exception as error:  # whatever went wrong here is worth less than the training
        log.warning("samples: %s: %s; training goes on without", type(error).__name__, error)
