"""Coqui's speaker manager: names of speakers by number, and their vectors where those are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from glowvox.compat.coqui.config import GlowTTSConfig
from glowvox.config import near
from glowvox.errors import ConfigError, UsageError
from glowvox.importers.coqui_speakers import read_names, read_vectors

Sample = Mapping[str, Any] | Sequence[str]  # with `speaker_name`; or text, audio file, speaker


class SpeakerManager:
    """The speakers a model knows.

    names    in the order of their numbers
    vectors  (S, G) or None  of a speaker encoder
    """

    def __init__(self, names: Sequence[str], vectors: Tensor | None = None) -> None:
        self.vectors = vectors
        self.name_to_id = {name: number for number, name in enumerate(names)}
        self.speaker_names = [*names]
        self.num_speakers = len(names)

    @classmethod
    def init_from_config(cls, config: GlowTTSConfig, samples: Sequence[Sample] | None = None) -> SpeakerManager | None:
        """The speakers of the settings' files; or those of the samples, by the alphabet; or None.

        raises  ConfigError for a file that cannot be used
        """
        if config.use_d_vector_file:
            listed = config.d_vector_file or []
            paths = [Path(path) for path in ([listed] if isinstance(listed, str | Path) else listed)]
            return cls(*read_vectors(paths, config.d_vector_dim or 0)) if paths else None
        if config.use_speaker_embedding and config.speakers_file:
            return cls(read_names(Path(config.speakers_file)))
        if config.use_speaker_embedding and samples:
            return cls(sorted({_speaker(sample) for sample in samples}))
        return None

    def number(self, name: str) -> int:
        """The number of a speaker.

        raises  UsageError for a name that is none's
        """
        if name not in self.name_to_id:
            raise UsageError(f"no speaker is called '{name}'{near(name, self.speaker_names)}")
        return self.name_to_id[name]


def _speaker(sample: Sample) -> str:
    try:
        return str(sample["speaker_name"] if isinstance(sample, Mapping) else sample[2])
    except (LookupError, TypeError):
        raise ConfigError(
            f"the sample {sample!r} names no speaker: expected 'speaker_name', or text, audio file and speaker"
        ) from None
