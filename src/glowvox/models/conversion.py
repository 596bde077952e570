"""Between mel and latent, and between speakers: round trips, voice conversion, and ways from one to another."""

from __future__ import annotations

import torch
from torch import Tensor

from glowvox.errors import UsageError
from glowvox.models.glow_tts import GlowTTS
from glowvox.nn.masks import length_mask


@torch.no_grad()
def to_latent(model: GlowTTS, mel: Tensor, frames: Tensor, speaker: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """What remains of recordings when the flow has taken off what it knows of their speakers.

    mel      (B, M, T)      padding may hold anything
    frames   (B,)
    speaker  (B,) or None   numbers; or (B, G) vectors
    returns  (B, M, T') and (B,): latents and their frames, cut to whole squeezed columns
    """
    mel, frames = model.whole(mel, frames)
    mask = length_mask(frames, mel.shape[2], dtype=mel.dtype)
    return model.decoder(mel * mask, mask, model.condition(speaker, len(mel)))[0], frames


@torch.no_grad()
def to_mel(model: GlowTTS, latent: Tensor, frames: Tensor, speaker: Tensor | None = None) -> Tensor:
    """Latents as a speaker would sound them.

    latent   (B, M, T)      T and frames whole squeezed columns, as from `to_latent`
    frames   (B,)
    speaker  (B,) or None   numbers; or (B, G) vectors
    returns  (B, M, T)
    """
    mask = length_mask(frames, latent.shape[2], dtype=latent.dtype)
    return model.decoder.inverse(latent * mask, mask, model.condition(speaker, len(latent)))[0]


def convert(
    model: GlowTTS, mel: Tensor, frames: Tensor, *, source: Tensor | None, target: Tensor | None
) -> tuple[Tensor, Tensor]:
    """Recordings of one speaker in the voice of another, in the same words and time (Kim et al. 2020).

    mel      (B, M, T)
    frames   (B,)
    source   (B,) or None  who speaks; numbers, or (B, G) vectors
    target   (B,) or None  who shall
    returns  (B, M, T') and (B,): mels and their frames; with target = source the recordings themselves
    """
    latent, whole = to_latent(model, mel, frames, source)
    return to_mel(model, latent, whole, target), whole


@torch.no_grad()
def between_speakers(model: GlowTTS, first: Tensor, second: Tensor, weight: float) -> Tensor:
    """Voices between two, on the arc from one to the other; what any `speaker` argument takes.

    first, second  (B,)  numbers; or (B, G) vectors
    weight         0 gives the first, 1 the second
    returns        (B, G)  unit vectors
    raises         UsageError where the model has one speaker
    """
    ends = [model.condition(speaker, len(speaker)) for speaker in (first, second)]
    if ends[0] is None or ends[1] is None:
        raise UsageError("this model has one speaker, and nothing lies between it and itself")
    a, b = ends[0][:, :, 0], ends[1][:, :, 0]
    angle = torch.arccos((a * b).sum(dim=1, keepdim=True).clamp(-1, 1))
    # of the same vector twice the arc has no length: any point of it is that vector
    total = torch.sin(angle).clamp(min=1e-6)
    near = angle < 1e-5
    shares = (
        torch.where(near, 1 - weight, torch.sin((1 - weight) * angle) / total),
        torch.where(near, weight, torch.sin(weight * angle) / total),
    )
    return shares[0] * a + shares[1] * b


def between_samples(first: Tensor, second: Tensor, weight: float | Tensor) -> Tensor:
    """Noise between two independent draws, of unit variance everywhere on the way.

    first, second  (...)  standard normal
    weight         0 gives the first, 1 the second; () or of a shape that fits
    """
    return ((1 - weight) * first + weight * second) / ((1 - weight) ** 2 + weight**2) ** 0.5
