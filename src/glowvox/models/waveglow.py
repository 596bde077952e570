"""WaveGlow (Prenger et al. 2018): a normalising flow between waveforms and white noise, conditioned on mel frames."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from glowvox.audio.mel import MelConfig
from glowvox.audio.noise import draw
from glowvox.errors import ConfigError, UsageError
from glowvox.flows.base import Chain, Flow
from glowvox.flows.coupling import AffineCoupling
from glowvox.flows.mixing import GroupMixing
from glowvox.flows.remainder import Remainder
from glowvox.flows.squeeze import squeeze, unsqueeze
from glowvox.models.waveglow_config import WaveGlowConfig
from glowvox.nn.masks import length_mask
from glowvox.nn.precision import full_precision, upcast
from glowvox.nn.upsample import GroupedUpsample
from glowvox.nn.wavenet import WaveNet

SIGMA = 0.666  # of the noise that is usually spoken from


@dataclass(frozen=True)
class WaveGlowOutput:
    """What training found; zero in the padding."""

    latent: Tensor  # (B, group, T')  channels in the order in which they left
    log_det: Tensor  # (B,)           log |det ∂latent/∂samples|
    mask: Tensor  # (B, 1, T')


class WaveGlow(nn.Module):
    """Waveforms from mel spectrograms by maximum likelihood.

    raises  ConfigError for a hop that is not whole columns, or an upsampling kernel that is not whole hops
    """

    def __init__(self, config: WaveGlowConfig, mel: MelConfig) -> None:
        super().__init__()
        if mel.hop % config.group or config.upsample_kernel % mel.hop:
            raise ConfigError(
                f"waveglow: group = {config.group} must divide the hop of {mel.hop} samples, and that "
                f"upsample_kernel = {config.upsample_kernel}"
            )
        self.config, self.mel = config, mel
        self.upsample = GroupedUpsample(mel.bands, kernel=config.upsample_kernel, stride=mel.hop, group=config.group)
        self.chain = wave_flow(config, cond_width=mel.bands * config.group)

    def forward(self, mel: Tensor) -> Tensor:
        """Speak with the usual sigma and the first seed, as any vocoder is asked to.

        mel      (B, M, T)
        returns  (B, T · hop)
        """
        return self.generate(mel)

    def encode(self, mel: Tensor, samples: Tensor, lengths: Tensor | None = None) -> WaveGlowOutput:
        """Map recordings to noise (figure 1): what training asks for.

        mel      (B, M, T)     of these samples from their first on; padding may hold anything
        samples  (B, S)        full scale ±1; padding may hold anything
        lengths  (B,) or None  samples of each item, the last of which do not fill a column being left out; None: all S
        raises   UsageError where the mel spectrogram ends before the samples
        """
        group = self.config.group
        whole = samples.shape[1] // group * group
        reach = (mel.shape[2] - 1) * self.mel.hop + self.config.upsample_kernel
        if whole > reach:
            raise UsageError(
                f"{samples.shape[1]} samples, but the mel spectrogram of {mel.shape[2]} frames reaches {reach}",
                hint="mel and samples must be cut from the same place of a recording",
            )
        inside = samples.new_full((len(samples),), whole) if lengths is None else lengths
        mask = length_mask(inside // group * group, whole, dtype=samples.dtype)
        columns, column_mask = squeeze(samples[:, None, :whole] * mask, mask, group)
        latent, log_det = self.chain(columns, column_mask, self.upsample(mel, columns.shape[2]))
        return WaveGlowOutput(latent, log_det, column_mask)

    @torch.no_grad()
    def generate(
        self,
        mel: Tensor,
        frames: Tensor | None = None,
        *,
        sigma: float = SIGMA,
        noise: Sequence[Tensor] | int = 0,
    ) -> Tensor:
        """Speak: white noise through the inverse flow (§2.4).

        mel      (B, M, T)     padding may hold anything
        frames   (B,) or None  of each item; None: all T
        sigma    standard deviation of the noise; 0.6 to 1
        noise    one standard normal (group, T') tensor an item, or a seed from which every item draws its own
        returns  (B, T · hop)  zero in the padding; not bounded to ±1
        raises   UsageError for a sigma that is negative or no number
        """
        if not (sigma >= 0 and math.isfinite(sigma)):
            raise UsageError(f"sigma = {sigma} must be a number not below 0; 0.6 to 1 sounds best")
        group = self.config.group
        phases = self.mel.hop // group
        counts = [mel.shape[2]] * len(mel) if frames is None else frames.tolist()
        inside = torch.tensor([count * phases for count in counts], device=mel.device)
        mask = length_mask(inside, mel.shape[2] * phases, dtype=mel.dtype)
        if not mask.numel():
            return mel.new_zeros(len(mel), 0)
        latent = mel.new_zeros(len(mel), group, mask.shape[2])
        for item, count in enumerate(inside.tolist()):
            draw = noise if isinstance(noise, int) else noise[item]
            latent[item, :, :count] = _drawn(draw, group, count)
        cond = self.upsample(_only(mel, counts), mask.shape[2])
        columns, _ = self.chain.inverse(latent * sigma, mask, cond)
        return unsqueeze(columns, mask, group)[0][:, 0]


def wave_flow(config: WaveGlowConfig, *, cond_width: int) -> Flow:
    """The invertible part: steps of dense mixing and affine coupling, channels leaving on the way (figure 1).

    cond_width  channels that condition each column
    returns     a flow of columns (B, group, T')
    """
    return Chain(
        Remainder(config.finished(number), _step(config, number, cond_width)) for number in range(config.flows)
    )


def _step(config: WaveGlowConfig, number: int, cond_width: int) -> Flow:
    channels = config.group - config.finished(number)
    network = WaveNet(
        channels // 2,
        width=config.width,
        layers=config.layers,
        kernel=config.kernel,
        dilation_rate=2,
        cond_width=cond_width,
    )
    swapped = config.alternating and number % 2 == 1
    return Chain([GroupMixing(channels, splits=channels), AffineCoupling(network, swapped=swapped)])


def values(out: WaveGlowOutput) -> Tensor:
    """Samples inside one batch, () ; sums over processes give the global count."""
    return out.mask.sum() * out.latent.shape[1]


def nll(out: WaveGlowOutput, *, sigma: float = 1.0, total: Tensor | None = None) -> Tensor:
    """Negative log-likelihood in nats a sample (eq. 7, with its constant).

    The published loss leaves out the constant ln σ + ½ ln 2π; the gradients are the same.

    sigma    standard deviation of the noise
    total    () what to divide by: the batch's own `values` unless given, the global ones where a step is shared
    returns  ()
    """
    inside = values(out)
    with full_precision(out.latent):
        energy = upcast(out.latent).square().sum() / (2 * sigma**2)
        constant = (math.log(sigma) + 0.5 * math.log(2 * math.pi)) * inside
        return (energy + constant - out.log_det.sum()) / (inside if total is None else total)


def _only(mel: Tensor, counts: Sequence[int]) -> Tensor:
    """Mels with nothing in the padding: the stretching of the last frame reaches beyond its own samples."""
    return mel * length_mask(torch.tensor(counts, device=mel.device), mel.shape[2], dtype=mel.dtype)


def _drawn(source: Tensor | int, channels: int, count: int) -> Tensor:
    """Standard normal columns (channels, count); an item's draw depends on the seed alone, not on its batch."""
    if isinstance(source, int):
        return torch.from_numpy(draw(source, (count, channels))).T
    return source[:, :count]
