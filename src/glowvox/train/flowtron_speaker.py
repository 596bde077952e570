"""A Flowtron that speaks: text in, audio out, through Griffin-Lim or a vocoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from glowvox.audio.mel import MelConfig
from glowvox.audio.wave import Audio
from glowvox.errors import CheckpointError
from glowvox.models.flowtron import Flowtron
from glowvox.models.flowtron_file import FORMAT, FlowtronSettings, build, read_flowtron
from glowvox.models.flowtron_sampling import Sampling
from glowvox.models.tensor_file import is_of_kind
from glowvox.nn.recurrent import reverse
from glowvox.runtime.style import Style
from glowvox.text.frontend import Sentence, make_front_end, token_names
from glowvox.text.symbols import Symbols
from glowvox.train.run import FlowtronRun, FlowtronRunSettings, RunFolder, kind_of
from glowvox.train.sounding import joined_sound, speaker_number
from glowvox.train.vocoders import Vocoder
from glowvox.train.weights import trained_values

VARIATION = 0.5  # of a published model
TOGETHER = 16  # sentences spoken side by side

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Recited:
    """One sentence as a Flowtron said it."""

    sentence: Sentence
    symbols: tuple[str, ...]
    mel: Floats  # (M, T)
    attention: tuple[Floats, ...] = ()  # (T, N) a step
    ended: bool = True  # whether the gate ended it


@dataclass(frozen=True)
class Attending:
    """How a Flowtron reads a text.

    gate         probability of "the last frame" above which a sentence ends; None never asks
    temperature  of the attention: below 1 it looks at fewer symbols at once
    longest      greatest number of frames of a sentence; None lets it grow with the text
    """

    gate: float | None = 0.5
    temperature: float = 1.0
    longest: int | None = None


class FlowtronSpeaker:
    """A Flowtron in evaluation mode, its text front end and its mel settings.

    variation  standard deviation of the noise, where a listener asks for no other
    passes     how often it rehearsed in training
    vocoder    what makes sound of its mels; None is Griffin-Lim
    raises     InputError where the vocoder wants other mels
    """

    def __init__(
        self,
        model: Flowtron,
        settings: FlowtronSettings,
        *,
        variation: float = VARIATION,
        passes: int = 0,
        lexicon: Path | None = None,
        vocoder: Vocoder | None = None,
    ) -> None:
        if vocoder is not None:
            vocoder.require(settings.mel, maker="this voice")
        self.settings, self.vocoder = settings, vocoder
        self.variation, self.passes = variation, passes
        self.speakers = settings.speakers
        self.symbols = Symbols(settings.symbols)
        self.front_end = make_front_end(settings.front_end, symbols=self.symbols, lexicon=lexicon)
        self.model = model.eval()

    @classmethod
    def load(cls, place: Path, *, lexicon: Path | None = None, vocoder: Vocoder | None = None) -> FlowtronSpeaker:
        """From a run folder, or a file of `glowvox import flowtron`.

        raises  CheckpointError if it is neither
        """
        if place.is_dir():
            run = RunFolder.load_flowtron(place)
            model = trained_flowtron(run)
            return cls(
                model,
                file_settings(run.settings),
                variation=run.settings.variation,
                passes=run.settings.train.rehearsal.passes,
                lexicon=lexicon,
                vocoder=vocoder,
            )
        model, settings = read_flowtron(place)
        return cls(model, settings, lexicon=lexicon, vocoder=vocoder)

    @property
    def mel(self) -> MelConfig:
        """The mel settings that the model was trained on."""
        return self.settings.mel

    def number(self, speaker: str | None) -> int:
        """A speaker's number by name; the first where none is named.

        raises  UsageError for an unknown name
        """
        return speaker_number(speaker, self.speakers)

    def speak(
        self,
        text: str,
        *,
        speaker: str | None = None,
        speed: float = 1.0,
        variation: float | None = None,
        seed: int = 0,
        style: Style | None = None,
        attending: Attending = Attending(),
    ) -> list[Recited]:
        """The sentences of a text as mels, with the attention of every step.

        speed      2 is twice as fast, and the text is read twice
        variation  standard deviation of the noise; None is the voice's own
        style      what the noise strays around
        raises     UsageError for a style of another model
        """
        if style is not None:
            style.require("flowtron", self.mel.fingerprint())
            speed *= style.settings.pace
        sampling = Sampling(
            sigma=self.variation if variation is None else variation,
            gate=attending.gate,
            temperature=attending.temperature,
            longest=attending.longest,
            speed=speed,
            centre=None if style is None else torch.from_numpy(style.mean),
        )
        sentences = self.front_end(text)
        number = self.number(speaker)
        spoken: list[Recited] = []
        for start in range(0, len(sentences), TOGETHER):
            spoken += self._recite(sentences[start : start + TOGETHER], number, sampling, seed)
        return spoken

    def _recite(self, sentences: list[Sentence], number: int, sampling: Sampling, seed: int) -> list[Recited]:
        """Sentences side by side: the weights are read once for all of them, and each stops at its own gate."""
        framed = self.front_end.framed
        symbols = [tuple(token_names([item], framed=framed)) if item.tokens else () for item in sentences]
        tokens, counts = side_by_side([self.symbols.encode(names) for names in symbols])
        speech = self.model.generate(tokens, counts, sampling, speaker=torch.full_like(counts, number), noise=seed)
        found = []
        for item, (sentence, names) in enumerate(zip(sentences, symbols, strict=True)):
            frames, count = int(speech.frames[item]), len(names)
            looks = tuple(weight[item, :frames, :count].numpy() for weight in speech.attention)
            mel = np.ascontiguousarray(speech.mel[item, :, :frames].numpy())
            found.append(Recited(sentence, names, mel, looks if names else (), bool(speech.ended[item])))
        return found

    def say(
        self,
        text: str,
        *,
        speaker: str | None = None,
        speed: float = 1.0,
        variation: float | None = None,
        seed: int = 0,
        style: Style | None = None,
        attending: Attending = Attending(),
    ) -> Audio:
        """A text as sound: sentences joined by a pause, pauses asked for in the text exact to the sample.

        raises  as `speak` does
        """
        spoken = self.speak(
            text, speaker=speaker, speed=speed, variation=variation, seed=seed, style=style, attending=attending
        )
        return self.sound(spoken, seed=seed)

    def sound(self, spoken: list[Recited], *, seed: int = 0) -> Audio:
        """What was spoken, as sound."""
        return joined_sound([(item.sentence, item.mel) for item in spoken], self.mel, self.vocoder, seed=seed)


def side_by_side(texts: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Ids of texts as one batch, (B, N) and (B,)."""
    counts = torch.tensor([len(ids) for ids in texts])
    return pad_sequence([torch.tensor(ids, dtype=torch.long) for ids in texts], batch_first=True), counts


@torch.no_grad()
def gate_curve(model: Flowtron, symbols: Tensor, mel: Tensor, speaker: Tensor) -> tuple[Floats, tuple[Floats, ...]]:
    """The gate's probability in every frame, in real time, and the attention of every step without a prior.

    symbols  (1, N)
    mel      (1, M, T)
    speaker  (1,)
    returns  (T,), one (T, N) a step; zeros where there is no gate
    """
    frames = torch.tensor([mel.shape[2]])
    out = model(symbols, torch.tensor([symbols.shape[1]]), mel, frames, speaker)
    looks = tuple(weight[0].numpy() for weight in out.attention)
    if out.gate is None:
        return np.zeros(mel.shape[2], np.float32), looks
    gate = torch.sigmoid(out.gate).transpose(1, 2)  # in the order of generation
    backwards = len(out.attention) % 2 == 0
    return (reverse(gate, frames) if backwards else gate)[0, :, 0].numpy(), looks


def file_settings(settings: FlowtronRunSettings) -> FlowtronSettings:
    """What of a run's settings goes with its weights."""
    return FlowtronSettings(
        model=settings.train.model,
        mel=settings.mel,
        front_end=settings.front_end,
        symbols=settings.symbols,
        speakers=settings.speakers,
    )


def trained_flowtron(run: FlowtronRun) -> Flowtron:
    """The model of a run with the weights it would speak with.

    raises  CheckpointError if there is no checkpoint yet, or it is of another model
    """
    model = build(file_settings(run.settings))
    values, _ = trained_values(run)
    try:
        model.load_state_dict(values)
    except RuntimeError as error:
        raise CheckpointError(f"{run.folder}: these weights are not of the model in its settings: {error}") from None
    return model


def is_flowtron(place: Path) -> bool:
    """Whether a run folder or a weights file is a Flowtron's."""
    if place.is_dir():
        return (place / "run.toml").is_file() and kind_of(place) == "flowtron"
    return is_of_kind(place, FORMAT)
