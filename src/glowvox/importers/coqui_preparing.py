"""How Coqui's settings prepare recordings, as ours: for an imported run that trains on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from msgspec import structs

from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.splits import SplitRule
from glowvox.errors import ConfigError
from glowvox.importers.coqui_settings import number, section
from glowvox.train.run import RunSettings

PREPARE = "prepare.toml"  # in the run's folder, for `glowvox data prepare --config`


def prepare_config(table: Mapping[str, Any], settings: RunSettings, *, where: str) -> PrepareConfig:
    """Front end and mels of the run, and which clips are left out; lengths are counted in samples and characters there.

    settings  of the imported run
    raises    ConfigError for lengths that leave no clip
    """
    audio = section(table, "audio", where=where)
    rate = settings.mel.sample_rate
    longest = number(table, "max_text_len", math.inf, where=where)
    loud = bool(audio.get("do_rms_norm")) and audio.get("db_level") is not None
    try:
        config = PrepareConfig(
            front_end=settings.front_end,
            mel=settings.mel,
            trim=bool(audio.get("do_trim_silence", True)),
            trim_db=float(audio.get("trim_db") or 45),
            level=loud,
            min_seconds=number(table, "min_audio_len", 1, where=where) / rate,
            max_seconds=number(table, "max_audio_len", math.inf, where=where) / rate,
            min_characters=int(number(table, "min_text_len", 1, where=where)),
            max_characters=None if math.isinf(longest) else int(longest),
            frame_multiple=settings.train.model.decoder.squeeze,
            sound=settings.train.batch.noise > 0,
        )
        return structs.replace(config, speech_db=float(audio["db_level"])) if loud else config
    except (ConfigError, TypeError, ValueError) as error:
        raise ConfigError(f"{where}: {error}") from None


def split_options(table: Mapping[str, Any], *, where: str) -> str:
    """The options of `data prepare` that hold as much out of a corpus without lists as their settings do.

    raises  ConfigError for sizes that are no share and no number
    """
    size = number(table, "eval_split_size", 0.01, where=where)
    most = table.get("eval_split_max_size")
    try:
        SplitRule(size=size, most=most)
    except (ConfigError, TypeError) as error:
        raise ConfigError(f"{where}: eval_split_size, eval_split_max_size: {error}") from None
    capped = f" --held-out-most {most}" if most is not None and size < 1 else ""
    return f"--held-out {size:g}{capped}"
