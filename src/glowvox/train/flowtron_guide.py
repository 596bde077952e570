"""Where attention is told to look at the beginning of a Flowtron's training."""

from __future__ import annotations

import math
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from glowvox.audio.mel import MelConfig
from glowvox.data.batch import Batch
from glowvox.errors import ConfigError
from glowvox.models.flowtron import FlowtronOutput
from glowvox.train.speaker import Speaker

STRAY = 6.0  # frames: about a phone
TURN = 32  # frames between one such shift and the next


class AttentionGuide:
    """The token that is spoken in each frame: by the alignment search of a Glow-TTS, or by an even reading.

    voice   what searches; None reads evenly
    own     the numbers that it gives to the speakers of the run
    """

    def __init__(self, voice: Speaker | None = None, own: tuple[int, ...] = ()) -> None:
        self.voice, self.own = voice, own
        self._kept: dict[str, Tensor] = {}  # by clip

    @classmethod
    def load(cls, place: Path, mel: MelConfig, symbols: tuple[str, ...], speakers: tuple[str, ...]) -> AttentionGuide:
        """By a run folder or weights file, for a run of these mels, symbols and speakers.

        raises  InputError for other mels; ConfigError for other symbols, or speakers that it does not know;
                CheckpointError if it is no Glow-TTS
        """
        voice = Speaker.load(place)
        voice.mel.require_same(mel, own=f"the guide {place}", others="the run")
        if tuple(voice.symbols.names) != symbols:
            raise ConfigError(
                f"attention: guide_by = {place}: its symbols are not those of the run",
                hint="prepare the recordings with its front end, or train a guide on this preparation",
            )
        unknown = [name for name in speakers if name not in voice.speakers]
        if unknown and len(voice.speakers) > 1:
            raise ConfigError(
                f"attention: guide_by = {place}: it does not know the speaker '{unknown[0]}'",
                hint=f"it knows {', '.join(voice.speakers)}; train a guide on this preparation with `glowvox train`",
            )
        numbers = tuple(voice.speakers.index(name) if name in voice.speakers else 0 for name in speakers)
        return cls(voice, numbers)

    def places(self, batch: Batch) -> Tensor:
        """(B, T)  the token of every frame; 0 in the padding."""
        found = torch.zeros(len(batch.ids), batch.mel.shape[2], dtype=torch.long, device=batch.mel.device)
        for item, name in enumerate(batch.ids):
            if name not in self._kept:
                self._kept[name] = self._read(batch, item)
            found[item, : len(self._kept[name])] = self._kept[name]
        return found

    @torch.no_grad()
    def _read(self, batch: Batch, item: int) -> Tensor:
        """One clip: (T,)."""
        count, frames = batch.token_lengths[item : item + 1], batch.frames[item : item + 1]
        tokens, mel = batch.tokens[item : item + 1, : int(count)], batch.mel[item : item + 1, :, : int(frames)]
        model = None if self.voice is None else self.voice.model.to(mel.device)
        if model is None or bool(model.whole(mel, frames)[1] < count):  # evenly, also where the search has no room
            return torch.arange(int(frames), device=mel.device) * int(count) // int(frames)
        several = len(self.voice.speakers) > 1 if self.voice is not None else False
        speaker = mel.new_tensor([self.own[int(batch.speaker[item])]]).long() if several else None
        durations = model(tokens, count, mel, frames, speaker).durations[0].long()
        places = durations.new_tensor(range(int(count))).repeat_interleave(durations)
        left = int(frames) - len(places)  # the odd frame that fills no squeeze
        return torch.cat([places, places.new_full((left,), int(count) - 1)])


def is_led(step: int, share: float) -> bool:
    """Whether the text is read along the guide itself in a step: in `share` of them, spread as evenly as can be."""
    return math.floor(step * share) > math.floor((step - 1) * share)


def strayed(places: Tensor, frames: Tensor, chance: torch.Generator) -> Tensor:
    """The same reading, a little early here and a little late there: by `STRAY` frames (standard deviation).

    places   (B, T)
    frames   (B,)
    chance   on the CPU
    returns  (B, T)  the first frame stays; 0 in the padding
    """
    size = places.shape[1]
    knots = STRAY * torch.randn(len(places), 1, size // TURN + 2, generator=chance)
    knots[:, :, 0] = 0
    late = F.interpolate(knots, size=size, mode="linear", align_corners=True)[:, 0].to(places.device)
    time = torch.arange(size, device=places.device)
    heard = torch.minimum((time - late).round().long().clamp(min=0), frames[:, None] - 1)
    return places.gather(1, heard) * (time < frames[:, None])


def guide_loss(out: FlowtronOutput, places: Tensor, prior: Tensor | None) -> Tensor:
    """Cross-entropy of attention, as it is without the prior, to the tokens that are spoken, in nats.

    places   (B, T)
    prior    (B, T, N) or None  that attention was multiplied with
    returns  ()                 summed over frames, mean over the steps
    """
    inside, nats = out.frame_mask[:, 0], []
    for scores in out.log_attention:
        own = scores if prior is None else scores - torch.log(prior + 1e-20)
        nats.append(-(own.gather(2, places[:, :, None])[:, :, 0] * inside).sum())
    return torch.stack(nats).mean()
