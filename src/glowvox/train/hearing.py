"""What a trained voice makes of the clips of a corpus or prepared folder, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import torch
from torch import Tensor

from glowvox.audio.mel import log_mel
from glowvox.audio.read import read_audio
from glowvox.data.corpus import Corpus, read_corpus
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.prepared import Clip, Prepared
from glowvox.data.sound import clean, speech_level_db
from glowvox.data.splits import SPLITS
from glowvox.data.utterance import Utterance
from glowvox.errors import AudioError, CorpusError, InputError, TextError
from glowvox.evaluate.misfit import Evidence
from glowvox.models.glow_tts import log_likelihood
from glowvox.models.scoring import by_token
from glowvox.nn.alignment import require_room
from glowvox.nn.masks import length_mask, token_of_frame
from glowvox.train.aligner import labelled
from glowvox.train.speaker import Speaker


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """One clip as the voice aligns it; a plain record, so that many can wait on disk.

    place       file and row, or the id alone
    start_s     trimmed off before the first token (s)
    frame_s     length of a frame (s)
    symbols     of the clip
    words       with the places of first and last symbol
    frames, expected, doubt  as in `evaluate.misfit.Evidence`
    speech_db   level of the speaking parts as recorded (dB re full scale); None where it is not known
    silence_s   silence at both ends (s); None where it is not known
    fault       why the clip could not be aligned, else empty
    """

    id: str
    place: str
    text: str
    start_s: float = 0.0
    frame_s: float = 0.0
    symbols: list[str] = []
    words: list[tuple[str, int, int]] = []
    frames: list[int] = []
    expected: list[float] = []
    doubt: list[float] = []
    speech_db: float | None = None
    silence_s: float | None = None
    fault: str = ""

    def evidence(self) -> Evidence:
        """The record as arrays."""
        spoken = np.array([symbol[-1].isalnum() for symbol in self.symbols], dtype=np.bool_)
        return Evidence(spoken, np.array(self.frames, np.float64), np.array(self.expected), np.array(self.doubt))


class Listener:
    """A voice that listens to clips as one of its speakers.

    speaker  name in the voice to hear every clip as; None takes each clip's own
    """

    def __init__(self, voice: Speaker, speaker: str | None = None) -> None:
        voice.number(speaker)
        self.voice = voice
        self.speaker = speaker

    def clips(self, data: Path, *, split: str = "all") -> tuple[int, Iterator[Heard]]:
        """How many clips a corpus or prepared folder has, and an iterator that hears them in its order.

        split   one of the lists, or "all"
        raises  CorpusError if it cannot be read, or names a speaker that the voice does not know
        """
        if (data / "prepared.toml").is_file():
            return self._prepared(Prepared.load(data), split)
        return self._corpus(read_corpus(data), split)

    def _prepared(self, folder: Prepared, split: str) -> tuple[int, Iterator[Heard]]:
        folder.mel.require_same(self.voice.mel, own=str(folder.folder), others="the voice")
        splits = SPLITS if split == "all" else (split,)
        clips = [clip for name in splits for clip in folder.clips(name)]
        numbers = {place: self._number(name, folder.folder) for place, name in enumerate(folder.speakers)}
        return len(clips), (self._hear_prepared(clip, numbers[clip.speaker]) for clip in clips)

    def _corpus(self, corpus: Corpus, split: str) -> tuple[int, Iterator[Heard]]:
        chosen = None if split == "all" else set(corpus.splits.get(split, ()))
        clips = [utterance for utterance in corpus.utterances if chosen is None or utterance.id in chosen]
        numbers = {name: self._number(name, corpus.root) for name in dict.fromkeys(clip.speaker for clip in clips)}
        return len(clips), (self._hear_recording(clip, numbers[clip.speaker]) for clip in clips)

    def _number(self, name: str, data: Path) -> int:
        if self.speaker is not None or len(self.voice.speakers) == 1:
            return self.voice.number(self.speaker)
        if name not in self.voice.speakers:
            raise CorpusError(
                f"{data}: the voice does not know its speaker '{name}'",
                hint=f"say whose voice is nearest: --speaker {' or '.join(self.voice.speakers)}",
            )
        return self.voice.number(name)

    def _hear_prepared(self, clip: Clip, number: int) -> Heard:
        heard = Heard(id=clip.id, place=clip.id, text=clip.text)
        try:
            symbols, words = labelled(self.voice.front_end(clip.text), framed=self.voice.front_end.framed)
            if tuple(symbols) != clip.symbols:  # another lexicon or version read it: its symbols count, words are lost
                symbols, words = list(clip.symbols), []
            mel = torch.from_numpy(np.array(clip.mel().T))
            return self._measured(heard, symbols, words, mel, number)
        except (TextError, InputError) as error:
            return msgspec.structs.replace(heard, fault=_reason(error.message))

    def _hear_recording(self, utterance: Utterance, number: int) -> Heard:
        heard = Heard(id=utterance.id, place=str(utterance.place) or utterance.audio.name, text=utterance.text)
        config = PrepareConfig(mel=self.voice.mel)
        try:
            level = speech_level_db(
                read_audio(utterance.audio, config.mel.sample_rate).audio.samples, config.mel.sample_rate
            )
            sound = clean(utterance.audio, config)
            rate = config.mel.sample_rate
            heard = msgspec.structs.replace(
                heard,
                start_s=sound.start / rate,
                speech_db=level,
                silence_s=(sound.whole - len(sound.samples)) / rate,
            )
            symbols, words = labelled(self.voice.front_end(utterance.text), framed=self.voice.front_end.framed)
            mel = torch.from_numpy(log_mel(sound.samples, config.mel))
            return self._measured(heard, symbols, words, mel, number)
        except (AudioError, TextError, InputError) as error:
            return msgspec.structs.replace(heard, fault=_reason(error.message.removeprefix(f"{utterance.audio}: ")))

    def _measured(
        self, heard: Heard, symbols: list[str], words: list[tuple[str, list[int]]], mel: Tensor, number: int
    ) -> Heard:
        ids = torch.tensor([self.voice.symbols.encode(symbols)])
        several = torch.tensor([number]) if len(self.voice.speakers) > 1 else None
        frames, expected, doubt = listen(self.voice, ids, mel[None], several, name=heard.id)
        return msgspec.structs.replace(
            heard,
            frame_s=self.voice.mel.hop / self.voice.mel.sample_rate,
            symbols=symbols,
            words=[(word, places[0], places[-1]) for word, places in words],
            frames=frames.tolist(),
            expected=expected.tolist(),
            doubt=doubt.tolist(),
        )


@torch.no_grad()
def listen(
    voice: Speaker, tokens: Tensor, mel: Tensor, speaker: Tensor | None, *, name: str
) -> tuple[Tensor, Tensor, Tensor]:
    """Align one recording with its text, and say how far to believe each token.

    tokens   (1, N)
    mel      (1, M, T)
    speaker  (1,) or None
    returns  three of (N,): frames of each token, the frames expected of it, and its doubt: the nats a mel value by
             which its frames would be likelier under their best token of the text
    raises   InputError where there are more tokens than frames
    """
    model = voice.model
    count, size = torch.tensor([tokens.shape[1]]), torch.tensor([mel.shape[2]])
    require_room(count, model.whole(mel, size)[1], (name,))
    out = model(tokens, count, mel, size, speaker)
    encoded = model.encoder(tokens, length_mask(count, tokens.shape[1]), model.condition(speaker, 1))
    mean, log_scale = encoded.mean, encoded.log_scale
    if model.frame_prior is not None:  # the encoder's mean is then no token's own
        mean, log_scale = model.searched(tokens, encoded)
    likelihood = log_likelihood(out.latent, mean, log_scale)
    own = likelihood.gather(2, token_of_frame(out.durations, likelihood.shape[1])[:, :, None])[:, :, 0]
    doubt = by_token(likelihood.amax(dim=2) - own, out.durations) / (model.bands * out.durations)
    expected = (out.log_duration.exp() - model.duration_offset).clamp(min=0.1)
    return out.durations[0], expected[0], doubt[0].clamp(min=0)


def _reason(message: str) -> str:
    return message.removeprefix("alignment: ")
