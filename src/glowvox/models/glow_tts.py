"""Glow-TTS (Kim et al. 2020): a text encoder and a flow decoder joined by monotonic alignment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from glowvox.audio.noise import draw
from glowvox.errors import UsageError
from glowvox.models.contrast import contrast
from glowvox.models.decoder import FlowDecoder
from glowvox.models.frame_prior import FramePrior
from glowvox.models.glow_tts_config import GlowTTSConfig
from glowvox.models.speaker_vectors import SpeakerVectors
from glowvox.models.text_encoder import Encoded, TextEncoder
from glowvox.models.token_means import TokenMeans
from glowvox.nn.alignment import diagonal, require_room, search
from glowvox.nn.masks import expand, length_mask, token_of_frame
from glowvox.nn.precision import full_precision, upcast


@dataclass(frozen=True)
class GlowTTSOutput:
    """What training's forward pass found; zero in the padding."""

    latent: Tensor  # (B, M, T)
    log_det: Tensor  # (B,)       log |det ∂latent/∂mel|
    mean: Tensor  # (B, M, T)     prior of each frame
    log_scale: Tensor  # (B, M, T)
    durations: Tensor  # (B, N)   frames a token, from the alignment search
    log_duration: Tensor  # (B, N)  as predicted
    log_target: Tensor  # (B, N)  what should have been predicted
    token_mask: Tensor  # (B, 1, N)
    frame_mask: Tensor  # (B, 1, T)
    token_prior: tuple[Tensor, Tensor] | None  # (B, M, T) twice: mean and logarithm of scale of each frame's token
    # alone, where the search goes by those


@dataclass(frozen=True)
class GlowTTSSpeech:
    """What inference produced; zero in the padding."""

    mel: Tensor  # (B, M, T)
    frames: Tensor  # (B,)        frames of each item
    durations: Tensor  # (B, N)   frames a token; rows sum to the item's frames
    log_duration: Tensor  # (B, N)


class GlowTTS(nn.Module):
    """Speech from text by maximum likelihood.

    vocabulary  number of token ids
    bands       mel bands
    speakers    number of voices; with one there is no speaker table, unless the configuration has vectors given
    """

    contrast: Tensor | None

    def __init__(self, config: GlowTTSConfig, *, vocabulary: int, bands: int, speakers: int = 1) -> None:
        super().__init__()
        given = config.speakers == "given"
        cond_width = config.speaker_width if speakers > 1 or given else 0
        self.bands = bands
        self.duration_offset = config.duration.offset
        self.speaker_table: nn.Embedding | SpeakerVectors | None = None
        if given:
            self.speaker_table = SpeakerVectors(speakers, cond_width)
        elif cond_width:
            self.speaker_table = nn.Embedding(speakers, cond_width)
            nn.init.uniform_(self.speaker_table.weight, -0.1, 0.1)
        self.encoder = TextEncoder(
            config.encoder,
            config.duration,
            vocabulary=vocabulary,
            bands=bands,
            mean_only=config.mean_only,
            speaker_width=cond_width,
        )
        self.token_means: TokenMeans | None = None
        if config.token_means:
            moving = config.frame_prior.layers > 0
            self.token_means = TokenMeans(vocabulary, config.encoder.width, bands, scaled=moving)
        self.frame_prior: FramePrior | None = None
        if config.frame_prior.layers:
            self.frame_prior = FramePrior(
                config.frame_prior, channels=config.encoder.width, bands=bands, speaker_width=cond_width
            )
        self.decoder = FlowDecoder(config.decoder, bands=bands, cond_width=cond_width)
        sharper = contrast(bands, config.contrast).float() if config.contrast else None  # not every device has doubles
        self.register_buffer("contrast", sharper, persistent=False)

    def forward(
        self,
        tokens: Tensor,
        token_lengths: Tensor,
        mel: Tensor,
        frames: Tensor,
        speaker: Tensor | None = None,
        *,
        guide: float = 0.0,
    ) -> GlowTTSOutput:
        """Map recordings to the latent space and align them with their texts (figure 1a).

        tokens         (B, N)
        token_lengths  (B,)
        mel            (B, M, T)      padding may hold anything
        frames         (B,)           the odd frame that does not fill a squeeze is left out
        speaker        (B,) or None   numbers; or (B, G) vectors
        guide          how strongly the search is held near an even reading of the text
        raises         InputError where an item has fewer frames than tokens
        """
        cond = self.condition(speaker, len(tokens))
        mel, frames = self.whole(mel, frames)
        require_room(token_lengths, frames)
        token_mask = length_mask(token_lengths, tokens.shape[1], dtype=mel.dtype)
        frame_mask = length_mask(frames, mel.shape[2], dtype=mel.dtype)
        encoded = self.encoder(tokens, token_mask, cond)
        latent, log_det = self.decoder(mel * frame_mask, frame_mask, cond)
        searched = self.searched(tokens, encoded)
        durations = self.align(latent, *searched, token_lengths, frames, guide=guide)
        index = token_of_frame(durations, mel.shape[2])
        mean, log_scale = self.prior(encoded, durations, index, frame_mask, cond)
        return GlowTTSOutput(
            latent=latent,
            log_det=log_det,
            mean=mean,
            log_scale=log_scale,
            durations=durations,
            log_duration=encoded.log_duration,
            log_target=self._log_target(durations, token_mask),
            token_mask=token_mask,
            frame_mask=frame_mask,
            token_prior=self._by_frame(searched, index, frame_mask) if self.token_means is not None else None,
        )

    def searched(self, tokens: Tensor, encoded: Encoded) -> tuple[Tensor, Tensor]:
        """The Gaussians of the tokens that the alignment search goes by: (B, M, N) means, logarithms of scales."""
        return (encoded.mean, encoded.log_scale) if self.token_means is None else self.token_means(tokens)

    def _by_frame(self, pair: tuple[Tensor, Tensor], index: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        return expand(pair[0], index) * mask, expand(pair[1], index) * mask

    def prior(
        self, encoded: Encoded, durations: Tensor, index: Tensor, mask: Tensor, cond: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Mean and logarithm of scale of each frame's latent.

        durations  (B, N)
        index      (B, T)  token of each frame
        mask       (B, 1, T)
        cond       (B, G, 1) or None
        returns    (B, M, T), (B, M, T), zero in the padding
        """
        mean, log_scale = self._by_frame((encoded.mean, encoded.log_scale), index, mask)
        if self.frame_prior is None:
            return mean, log_scale
        moved, spread = self.frame_prior(encoded.hidden, durations, index, mask, cond)
        return mean + moved, log_scale + spread

    def whole(self, mel: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Cut mels and lengths down to whole squeezed columns.

        mel      (B, M, T)
        frames   (B,)
        returns  (B, M, T'), (B,)
        """
        factor = self.decoder.factor
        return mel[:, :, : mel.shape[2] // factor * factor], frames // factor * factor

    def condition(self, speaker: Tensor | None, batch: int) -> Tensor | None:
        """What tells the items' speakers apart, at unit length.

        speaker  (B,) or None  numbers, or (B, G) vectors; without, the only speaker there is
        returns  (B, G, 1) or None
        raises   UsageError where speakers are missing, do not exist, or are vectors of another width
        """
        table = self.speaker_table
        if table is None:
            if speaker is not None and (speaker.is_floating_point() or bool((speaker != 0).any())):
                raise UsageError("this model has one speaker; speaker numbers other than 0 do not exist")
            return None
        count = table.num_embeddings
        if speaker is None and count == 1:
            speaker = torch.zeros(batch, dtype=torch.int64, device=table.weight.device)
        if speaker is None or speaker.shape[:1] != (batch,):
            raise UsageError(f"this model has {count} speakers: name one for each item")
        if speaker.is_floating_point():
            if speaker.shape[1:] != (table.embedding_dim,):
                raise UsageError(
                    f"speaker vectors of shape {tuple(speaker.shape)}: this model's have {table.embedding_dim} values, "
                    f"one vector for each of the {batch} items"
                )
            return F.normalize(speaker)[:, :, None]
        if bool(((speaker < 0) | (speaker >= count)).any()):
            raise UsageError(f"speaker numbers {speaker.tolist()}: this model has 0 to {count - 1}")
        return F.normalize(table(speaker))[:, :, None]

    def _log_target(self, durations: Tensor, mask: Tensor) -> Tensor:
        """What the duration predictor should say of `durations` (B, N)."""
        return torch.log(durations.to(mask.dtype) + (self.duration_offset or 1e-8)) * mask[:, 0]

    def lasting(self, log_duration: Tensor, mask: Tensor, *, speed: float = 1.0) -> Tensor:
        """Whole frames of each token, from what the duration predictor says.

        log_duration  (B, N)
        mask          (B, 1, N)
        speed         2 is twice as fast
        returns       (B, N)
        """
        inside = mask[:, 0]
        frames = torch.ceil((log_duration.exp() - self.duration_offset) * inside / speed)
        return frames.clamp(min=self.duration_offset) * inside

    @torch.no_grad()
    def forced(self, out: GlowTTSOutput, speaker: Tensor | None = None) -> Tensor:
        """The mean reading of a text with the durations of its recording (teacher forcing).

        out      from `forward`
        speaker  (B,) or None  as in `forward`
        returns  (B, M, T)     a mel
        """
        return self.decoder.inverse(out.mean, out.frame_mask, self.condition(speaker, len(out.mean)))[0]

    @torch.no_grad()
    def align(
        self,
        latent: Tensor,
        mean: Tensor,
        log_scale: Tensor,
        token_lengths: Tensor,
        frames: Tensor,
        *,
        guide: float = 0.0,
    ) -> Tensor:
        """Most likely durations of the tokens (§3.2, eq. 7).

        latent         (B, M, T)
        mean           (B, M, N)
        log_scale      (B, M, N)
        token_lengths  (B,)
        frames         (B,)
        returns        (B, N)
        """
        with full_precision(latent):
            scores = log_likelihood(latent, mean, log_scale)
            if guide:
                scores = scores + guide * diagonal(token_lengths, frames, (scores.shape[1], scores.shape[2]))
            return search(scores, token_lengths, frames)

    @torch.no_grad()
    def generate(
        self,
        tokens: Tensor,
        token_lengths: Tensor,
        *,
        speaker: Tensor | None = None,
        variation: float | Tensor = 0.667,
        speed: float = 1.0,
        durations: Tensor | None = None,
        noise: Sequence[Tensor] | int = 0,
    ) -> GlowTTSSpeech:
        """Speak: durations, a sample of the prior, the inverse flow (figure 1b).

        tokens         (B, N)
        token_lengths  (B,)            zero for an empty text, which has no frames
        speaker        (B,) or None    numbers; or (B, G) vectors
        variation      standard deviation of the latent around the prior's mean; (B, N) of each token's own
        speed          2 is twice as fast
        durations      (B, N) or None  frames a token to use instead of the predicted; NaN keeps the prediction
        noise          one (M, T') tensor an item, or a seed from which every item draws its own
        """
        if not (speed > 0 and math.isfinite(speed)):
            raise UsageError(f"speed = {speed} must be a positive number; 1 is the speaker's own pace")
        cond = self.condition(speaker, len(tokens))
        if not bool((token_lengths > 0).any()):
            blank = self.encoder.embedding.weight
            nothing = torch.zeros_like(tokens)
            return GlowTTSSpeech(
                blank.new_zeros(len(tokens), self.bands, 0), token_lengths.clone(), nothing, nothing.to(blank.dtype)
            )
        token_mask = length_mask(token_lengths, tokens.shape[1])
        encoded = self.encoder(tokens, token_mask, cond)
        wanted = self.lasting(encoded.log_duration, token_mask, speed=speed)
        if durations is not None:
            wanted = torch.where(durations.isnan(), wanted, durations.round().clamp(min=0)) * token_mask[:, 0]
        whole, frames = self._fit(wanted.long(), token_lengths)
        size = int(frames.max())
        frame_mask = length_mask(frames, size)
        index = token_of_frame(whole, size)
        mean, log_scale = self.prior(encoded, whole, index, frame_mask, cond)
        sample = _noise(noise, frames, self.bands, size).to(mean)
        spread = expand(variation[:, None].to(mean), index) if isinstance(variation, Tensor) else variation
        latent = (mean + log_scale.exp() * sample * spread) * frame_mask
        return GlowTTSSpeech(self.sounding(latent, frame_mask, cond), frames, whole, encoded.log_duration)

    def sounding(self, latent: Tensor, mask: Tensor, cond: Tensor | None) -> Tensor:
        """The mel of a latent, with as much contrast as the configuration asks for.

        latent   (B, M, T)
        mask     (B, 1, T)
        cond     (B, G, 1) or None  of the speakers
        returns  (B, M, T)
        """
        mel, _ = self.decoder.inverse(latent, mask, cond)
        return mel if self.contrast is None else self.contrast.to(mel) @ mel

    def _fit(self, durations: Tensor, token_lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Durations whose sums are whole squeezed columns: cut at the end, and never less than one column a text."""
        factor = self.decoder.factor
        total = durations.sum(dim=1)
        frames = torch.where(token_lengths > 0, (total // factor * factor).clamp(min=factor), torch.zeros_like(total))
        ends = durations.cumsum(dim=1).clamp(max=frames[:, None])
        last = (token_lengths - 1).clamp(min=0)
        spoken = torch.arange(durations.shape[1], device=durations.device) >= last[:, None]
        ends = torch.where(spoken, frames[:, None], ends)  # a text shorter than a column fills it
        return ends.diff(dim=1, prepend=torch.zeros_like(ends[:, :1])), frames


def log_likelihood(latent: Tensor, mean: Tensor, log_scale: Tensor) -> Tensor:
    """log N(z_t; μ_n, σ_n) summed over channels, for every frame and token, by two matrix products.

    latent     (B, M, T)
    mean       (B, M, N)
    log_scale  (B, M, N)
    returns    (B, T, N)
    """
    latent, mean, log_scale = upcast(latent), upcast(mean), upcast(log_scale)
    precision = torch.exp(-2 * log_scale)
    constant = -0.5 * (mean**2 * precision + 2 * log_scale + math.log(2 * math.pi)).sum(dim=1, keepdim=True)
    frames = latent.transpose(1, 2)
    cross = torch.baddbmm(constant, frames, mean * precision)
    return torch.baddbmm(cross, frames**2, precision, alpha=-0.5)


def _noise(source: Sequence[Tensor] | int, frames: Tensor, bands: int, size: int) -> Tensor:
    """Standard normal draws (B, M, T); an item's draw depends on the seed alone, not on its batch."""
    out = torch.zeros(len(frames), bands, size)
    for item, count in enumerate(frames.tolist()):
        if isinstance(source, int):
            out[item, :, :count] = torch.from_numpy(draw(source, (count, bands))).T
        else:
            out[item, :, :count] = source[item][:, :count]
    return out
