"""What is exported: a trained model, its settings, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from msgspec import structs

from glowvox.export.leading import led_by
from glowvox.files import array_bytes
from glowvox.models.glow_tts import GlowTTS
from glowvox.text.frontend import FrontEnd
from glowvox.train.run import RunSettings
from glowvox.train.speaker import Speaker
from glowvox.train.weights import read_weights


@dataclass(frozen=True)
class Source:
    """An acoustic model to export.

    card  what its weights file says of data, licence and consent; empty for a run
    """

    settings: RunSettings
    model: GlowTTS
    front_end: FrontEnd
    card: dict[str, str]

    @classmethod
    def load(cls, place: Path, *, lexicon: Path | None = None) -> Source:
        """From a run folder or a weights file.

        raises  CheckpointError if it is neither
        """
        speaker = Speaker.load(place, lexicon=lexicon)
        card = {} if place.is_dir() else read_weights(place)[2]
        return cls(speaker.settings, speaker.model, speaker.front_end, card)

    def led_by(self, speaker: str) -> Source:
        """The same with one speaker moved to the front, who speaks unless another is asked for.

        raises  UsageError for a name that is not there
        """
        names, model = led_by(speaker, self.settings.speakers, self.model)
        return replace(self, settings=structs.replace(self.settings, speakers=names), model=model)

    @property
    def variation(self) -> float:
        """How far from the mean reading the voice speaks unless asked otherwise."""
        return self.settings.variation

    @property
    def speaker_width(self) -> int:
        """Width of the vectors that tell speakers apart; 0 where there is nothing to tell."""
        table = self.model.speaker_table
        return 0 if table is None else table.embedding_dim

    def vectors(self) -> torch.Tensor | None:
        """The speakers' vectors at unit length (S, G), or None."""
        table = self.model.speaker_table
        return None if table is None else F.normalize(table.weight.detach())

    def vectors_file(self) -> bytes | None:
        """`vectors` as the content of a .npy file."""
        vectors = self.vectors()
        return None if vectors is None else array_bytes(vectors.float().numpy())
