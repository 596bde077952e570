"""A Flowtron to export: the trained model, its settings, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import torch
from msgspec import structs

from glowvox.export.flowtron_graphs import gaussians, speaker_width, step_graph, steps_of, text_graph
from glowvox.export.graph import Precision
from glowvox.export.leading import led_by
from glowvox.files import array_bytes
from glowvox.models.flowtron import Flowtron
from glowvox.models.flowtron_file import FlowtronSettings
from glowvox.models.flowtron_sampling import Sampling, greatest_length
from glowvox.runtime.bundle import ENCODER, FlowtronVoice, step_name
from glowvox.text.frontend import FrontEnd
from glowvox.train.flowtron_speaker import FlowtronSpeaker


@dataclass(frozen=True)
class FlowtronSource:
    """A Flowtron to export.

    card  what is known of data, licence and consent
    """

    settings: FlowtronSettings
    model: Flowtron
    front_end: FrontEnd
    variation: float
    card: dict[str, str]

    @classmethod
    def load(cls, place: Path, *, lexicon: Path | None = None) -> FlowtronSource:
        """From a run folder, or a file of `glowvox import flowtron`.

        raises  CheckpointError if it is neither
        """
        speaker = FlowtronSpeaker.load(place, lexicon=lexicon)
        return cls(speaker.settings, speaker.model, speaker.front_end, speaker.variation, {})

    def led_by(self, speaker: str) -> FlowtronSource:
        """The same with one speaker moved to the front, who speaks unless another is asked for.

        raises  UsageError for a name that is not there
        """
        names, model = led_by(speaker, self.settings.speakers, self.model)
        return replace(self, settings=structs.replace(self.settings, speakers=names), model=model)

    @property
    def voice(self) -> FlowtronVoice:
        """What the runtime's loop must know."""
        first = steps_of(self.model)[0]
        gated = steps_of(self.model)[-1].gate is not None
        room = 2 * greatest_length(1) - greatest_length(2)
        return FlowtronVoice(
            flows=len(self.model.steps),
            states=1 + first.decoder.num_layers,
            hidden=first.attention_lstm.hidden_size,
            gate=Sampling().gate if gated else None,
            room=room,
            room_per_token=greatest_length(1) - room,
            told=True,
        )

    def graphs(self, precision: Precision) -> dict[str, bytes]:
        """The graphs by the name of their file."""
        found = {ENCODER: text_graph(self.model, precision=precision)}
        for number, step in enumerate(steps_of(self.model)):
            found[step_name(number)] = step_graph(step, precision=precision)
        return found

    def vectors(self) -> torch.Tensor | None:
        """The speakers' vectors (S, G), or None where there is one."""
        return self.model.speaker_table.weight.detach() if speaker_width(self.model) else None

    def vectors_file(self) -> bytes | None:
        """`vectors` as the content of a .npy file."""
        return _array(self.vectors())

    def prior_file(self) -> bytes | None:
        """Means and standard deviations of a mixture as the content of a .npy file; None where the prior is none.

        raises  UsageError where only a recording can tell them
        """
        return _array(gaussians(self.model))


def _array(values: torch.Tensor | None) -> bytes | None:
    return None if values is None else array_bytes(values.detach().float().numpy())
