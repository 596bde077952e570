"""A trained model that speaks: text in, audio out, through Griffin-Lim or a vocoder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from glowvox.audio.mel import MelConfig
from glowvox.audio.noise import draw
from glowvox.audio.wave import Audio
from glowvox.errors import CheckpointError
from glowvox.models.glow_tts import GlowTTS, GlowTTSSpeech
from glowvox.runtime.style import Style, centres
from glowvox.text.frontend import Sentence, make_front_end, token_names
from glowvox.text.symbols import Symbols
from glowvox.train.run import Run, RunSettings
from glowvox.train.sounding import joined_sound, speaker_number
from glowvox.train.vocoders import Vocoder
from glowvox.train.weights import read_weights, trained_values


@dataclass(frozen=True)
class Spoken:
    """One sentence as the model said it."""

    sentence: Sentence
    symbols: tuple[str, ...]
    durations: npt.NDArray[np.int64]  # frames a symbol
    mel: npt.NDArray[np.float32]  # (M, T)


class Speaker:
    """A model in evaluation mode, its text front end and its mel settings.

    vocoder  what makes sound of its mels; None is Griffin-Lim
    raises   InputError where the vocoder wants other mels
    """

    def __init__(
        self,
        settings: RunSettings,
        values: dict[str, Tensor],
        *,
        lexicon: Path | None = None,
        vocoder: Vocoder | None = None,
    ) -> None:
        self.settings = settings
        self.vocoder = vocoder
        if vocoder is not None:
            vocoder.require(settings.mel, maker="this voice")
        self.speakers = settings.speakers
        self.symbols = Symbols(settings.symbols)
        self.front_end = make_front_end(settings.front_end, symbols=self.symbols, lexicon=lexicon)
        self.model = GlowTTS(
            settings.train.model,
            vocabulary=len(settings.symbols),
            bands=settings.mel.bands,
            speakers=len(settings.speakers),
        )
        try:
            self.model.load_state_dict(values)
        except RuntimeError as error:
            raise CheckpointError(f"these weights are not of the model in their settings: {error}") from None
        self.model.eval()

    @classmethod
    def load(cls, place: Path, *, lexicon: Path | None = None, vocoder: Vocoder | None = None) -> Speaker:
        """From a run folder or a weights file.

        raises  CheckpointError if it is neither
        """
        if place.is_dir():
            run = Run.load(place)
            return cls(run.settings, trained_values(run)[0], lexicon=lexicon, vocoder=vocoder)
        settings, values, _ = read_weights(place)
        return cls(settings, values, lexicon=lexicon, vocoder=vocoder)

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
    ) -> list[Spoken]:
        """The sentences of a text as mels, each with the frames of its symbols.

        variation  how far from the mean reading; None is the voice's own
        style      what the reading strays around
        raises     UsageError for a style of another model
        """
        if style is not None:
            style.require("glow-tts", self.mel.fingerprint())
            speed *= style.settings.pace
        number = self.number(speaker)
        spoken = []
        for sentence in self.front_end(text):
            symbols = tuple(token_names([sentence], framed=self.front_end.framed)) if sentence.tokens else ()
            if not symbols:
                spoken.append(
                    Spoken(sentence, (), np.zeros(0, np.int64), np.zeros((self.settings.mel.bands, 0), np.float32))
                )
                continue
            tokens = torch.tensor([self.symbols.encode(symbols)])
            voice = torch.tensor([number]) if len(self.speakers) > 1 else None
            spread = self.settings.variation if variation is None else variation
            speech = self.model.generate(
                tokens, torch.tensor([len(symbols)]), speaker=voice, variation=spread, speed=speed, noise=seed
            )
            if style is not None:
                around = torch.from_numpy(_noise(style, int(speech.frames[0]), spread, seed)).T
                speech = respoken(self.model, tokens, voice, speech, around)
            spoken.append(Spoken(sentence, symbols, speech.durations[0].numpy(), speech.mel[0].numpy()))
        return spoken

    def say(
        self,
        text: str,
        *,
        speaker: str | None = None,
        speed: float = 1.0,
        variation: float | None = None,
        seed: int = 0,
        style: Style | None = None,
    ) -> Audio:
        """A text as audio: sentences joined by a pause, pauses asked for in the text exact to the sample.

        raises  as `speak` does
        """
        spoken = self.speak(text, speaker=speaker, speed=speed, variation=variation, seed=seed, style=style)
        return joined_sound([(item.sentence, item.mel) for item in spoken], self.mel, self.vocoder, seed=seed)


def respoken(
    model: GlowTTS, tokens: Tensor, speaker: Tensor | None, speech: GlowTTSSpeech, noise: Tensor
) -> GlowTTSSpeech:
    """The same in the same time from other noise, taken as it is.

    tokens   (1, N)
    speaker  (1,) or None  or (1, G)
    noise    (M, T)
    """
    count = torch.tensor([tokens.shape[1]])
    lasting = speech.durations.to(noise.dtype)
    return model.generate(tokens, count, speaker=speaker, variation=1.0, durations=lasting, noise=[noise])


def _noise(style: Style, frames: int, variation: float, seed: int) -> npt.NDArray[np.float32]:
    """Noise around a style (T, M)."""
    bands = len(style.mean)
    return centres(style.mean, frames, bands) + np.float32(variation) * draw(seed, (frames, bands))
