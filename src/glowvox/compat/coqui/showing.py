"""What a test run shows: a mel spectrogram and an alignment, as figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt
from torch import Tensor

from glowvox.audio.mel import MelConfig
from glowvox.errors import UsageError
from glowvox.models.glow_tts import log_likelihood
from glowvox.models.text_encoder import Encoded
from glowvox.train.pictures import Alignment, alignment_figure, mel_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Figures = dict[str, "Figure"]
Sounds = dict[str, npt.NDArray[np.float32]]


class Logger(Protocol):
    """What `test_log` asks of a logger."""

    def test_figures(self, step: int, figures: Figures) -> object:
        """Take figures by name."""
        ...

    def test_audios(self, step: int, audios: Sounds, sample_rate: int) -> object:
        """Take sounds (S,) by name."""
        ...


def text_and_speaker(sentence: object) -> tuple[str, str | None]:
    """A test sentence, and who is to say it where that is said.

    raises  UsageError for anything but a text, or a list of a text and a speaker
    """
    text, speaker = sentence, None
    if isinstance(sentence, list | tuple) and 1 <= len(sentence) <= 2:
        text, speaker = (*sentence, None)[:2]
    if not isinstance(text, str) or not (speaker is None or isinstance(speaker, str)):
        raise UsageError(f"test_sentences: {sentence!r}: expected a text, or a list of a text and a speaker's name")
    return text, speaker


def draw(
    outputs: Mapping[str, Tensor], encoded: Encoded, symbols: list[str], mel: MelConfig, *, title: str
) -> dict[str, Figure]:
    """The figures of one sentence: its `prediction`, and its `alignment`.

    outputs  of `inference`, of one item
    encoded  what the encoder says of its N tokens
    """
    spoken = _array(outputs["model_outputs"]).T
    likelihood = log_likelihood(outputs["y_mean"].transpose(1, 2), encoded.mean, encoded.log_scale)
    alignment = Alignment(
        symbols=tuple(symbols),
        durations=_array(outputs["alignments"]).sum(axis=1).astype(np.int64),
        predicted=np.expm1(_array(outputs["durations_log"])[:, 0]),
        likelihood=_array(likelihood).T,
        prior=_array(outputs["y_mean"]).T,
    )
    return {
        "prediction": mel_figure({"prediction": spoken}, mel, title=title),
        "alignment": alignment_figure(alignment, mel, title=title),
    }


def _array(tensor: Tensor) -> npt.NDArray[np.float32]:
    array: npt.NDArray[np.float32] = tensor[0].detach().float().cpu().numpy()
    return array
