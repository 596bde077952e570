"""Coqui's settings of a Glow-TTS, every field with its documented default."""

from __future__ import annotations

import ast
import math
from pathlib import Path
from typing import ClassVar

from glowvox.compat.coqui.fields import Fields
from glowvox.importers.coqui_fields import FIELDS, Field
from glowvox.importers.coqui_glow_tts import read_settings
from glowvox.importers.coqui_settings import WHEN_SILENT


class BaseAudioConfig(Fields):
    """The `audio` field: how recordings become mel spectrograms, and these become sound."""

    defaults: ClassVar = {
        "fft_size": 1024,
        "win_length": 1024,
        "hop_length": 256,
        "frame_shift_ms": None,
        "frame_length_ms": None,
        "stft_pad_mode": "reflect",
        "sample_rate": 22050,
        "resample": False,
        "preemphasis": 0.0,
        "ref_level_db": 20,
        "do_sound_norm": False,
        "log_func": "np.log10",
        "do_trim_silence": True,
        "trim_db": 45,
        "do_rms_norm": False,
        "db_level": None,
        "power": 1.5,
        "griffin_lim_iters": 60,
        "num_mels": 80,
        "mel_fmin": 0.0,
        "mel_fmax": None,
        "spec_gain": 20,
        "do_amp_to_db_linear": True,
        "do_amp_to_db_mel": True,
        "pitch_fmax": 640.0,
        "pitch_fmin": 1.0,
        "signal_norm": True,
        "min_level_db": -100,
        "symmetric_norm": True,
        "max_norm": 4.0,
        "clip_norm": True,
        "stats_path": None,
    }


class BaseDatasetConfig(Fields):
    """An entry of the `datasets` field: where a corpus lies, and its layout."""

    defaults: ClassVar = {
        "formatter": "",
        "dataset_name": "",
        "path": "",
        "meta_file_train": "",
        "ignored_speakers": None,
        "language": "",
        "phonemizer": "",
        "meta_file_val": "",
        "meta_file_attn_mask": "",
    }


# of fields whose default the page calls a factory
MADE: dict[str, object] = {
    "optimizer_params": {"betas": [0.9, 0.998], "weight_decay": 1e-6},
    "lr_scheduler_params": {"warmup_steps": 4000},
    "audio": BaseAudioConfig(),
    "datasets": [BaseDatasetConfig()],
    "test_sentences": [
        "The quick brown fox jumps over the lazy dog.",
        "Are you sure that this is the right way home?",
        "On the third day, the rain stopped and the river went down.",
        "She sells two hundred sea shells, at four for a dollar.",
        "Wait!",
    ],
    "encoder_params": WHEN_SILENT,
}


def _default(field: Field) -> object:
    if field.name in MADE:
        return MADE[field.name]
    return math.inf if field.default == "inf" else ast.literal_eval(field.default)


class GlowTTSConfig(Fields):
    """The 112 documented fields; docs/coqui-fields.md says of each what becomes of it here.

    raises  ConfigError for an unknown field, with the nearest known one
    """

    defaults: ClassVar = {field.name: _default(field) for field in FIELDS}

    def load_json(self, path: str | Path) -> None:
        """Take over the fields of a settings file; JSON, in which `//` may open a comment.

        raises  ConfigError for a file that cannot be read, is of another model or has an unknown field
        """
        self.update(read_settings(Path(path)))
