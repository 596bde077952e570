"""A file in the format of the authors' reference outputs, filled by our own model: for tests of the checking itself."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from glowvox.importers.glow_tts_names import LEAVES, RULES
from glowvox.importers.glow_tts_settings import model_config
from glowvox.models.glow_tts import GlowTTS
from glowvox.models.likelihood import losses

# what a file may leave to the original constructor's defaults is left to them
BARE: dict[str, Any] = {
    "hidden_channels": 16,
    "filter_channels": 24,
    "filter_channels_dp": 12,
    "kernel_size": 3,
    "n_heads": 2,
    "n_layers_enc": 1,
    "n_blocks_dec": 2,
    "n_block_layers": 2,
}


def their_name(ours: str) -> str:
    """The authors' name of one of our tensors: the rules, backwards."""
    stem, _, leaf = ours.rpartition(".")
    candidates = [f"{stem}.{old}" for old, new in LEAVES.items() if new == leaf] + [ours]
    for theirs, pattern in RULES:
        for name in candidates:
            found = re.fullmatch(re.sub(r"\\\\(\d)", "(.+?)", re.escape(pattern)), name)
            if found is None:
                continue
            made = theirs.replace("\\.", ".")
            for part in found.groups():
                made = re.sub(r"\([^()]*\)", part, made, count=1)
            if re.fullmatch(theirs, made):
                return made
    raise KeyError(ours)


def write_file(path: Path, hyper: dict[str, Any], *, batch: int, seed: int) -> dict[str, Tensor]:
    """Write inputs, weights and a few outputs of a random model; gives the tensors."""
    torch.manual_seed(seed)
    speakers = max(1, hyper.get("n_speakers", 0))
    model = GlowTTS(model_config(hyper, where="test"), vocabulary=9, bands=8, speakers=speakers).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    tensors = {f"weights/{their_name(name)}": value for name, value in model.state_dict().items()}
    inputs = {
        "x": torch.randint(9, (batch, 7)),
        "x_lengths": torch.randint(1, 8, (batch,)),
        "y": torch.randn(batch, 8, 31),
        "y_lengths": torch.randint(14, 32, (batch,)),
    }
    if speakers > 1:
        inputs["speaker_ids"] = torch.randint(speakers, (batch,))
    out = model(*inputs.values())
    speech = model.generate(
        inputs["x"], inputs["x_lengths"], speaker=inputs.get("speaker_ids"), variation=0.5, speed=0.8, noise=3
    )
    tensors |= {f"in/{name}": value for name, value in inputs.items()}
    tensors |= {
        "out/train/z": out.latent,
        "out/train/durations": out.durations,
        "out/train/loss": losses(out).total,
        "out/infer/y_lengths": speech.frames,
        "in/infer/noise": torch.randn(batch, 8, speech.mel.shape[2]),
    }
    settled = model.generate(
        inputs["x"], inputs["x_lengths"], speaker=inputs.get("speaker_ids"), variation=0.5, speed=0.8,
        noise=list(tensors["in/infer/noise"]),
    )  # fmt: skip
    tensors["out/infer/y"] = settled.mel
    meta = {"hyperparameters": hyper, "n_vocab": 9, "out_channels": 8, "noise_scale": 0.5, "length_scale": 1.25}
    tensors = {name: value.detach().contiguous() for name, value in tensors.items()}
    save_file(tensors, path, metadata={"meta": json.dumps(meta)})
    return tensors
