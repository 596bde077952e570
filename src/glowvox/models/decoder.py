"""The flow decoder of Glow-TTS: mel ⇄ latent."""

from __future__ import annotations

from torch import Tensor

from glowvox.flows.actnorm import ActNorm
from glowvox.flows.base import Chain, Flow
from glowvox.flows.coupling import AffineCoupling
from glowvox.flows.mixing import GroupMixing
from glowvox.flows.squeeze import squeeze, unsqueeze
from glowvox.models.glow_tts_config import DecoderConfig
from glowvox.nn.wavenet import WaveNet


class FlowDecoder(Flow):
    """Squeeze, K blocks of activation normalisation, mixing and coupling, unsqueeze (Glow-TTS §3.3, figure 2)."""

    def __init__(self, config: DecoderConfig, *, bands: int, cond_width: int) -> None:
        super().__init__()
        self.factor = config.squeeze
        channels = bands * config.squeeze
        if channels % config.splits:
            raise ValueError(
                f"decoder: splits = {config.splits} must divide the {channels} channels of the squeezed mel"
            )
        self.chain = Chain(layer for _ in range(config.blocks) for layer in self._block(config, channels, cond_width))

    @staticmethod
    def _block(config: DecoderConfig, channels: int, cond_width: int) -> tuple[Flow, Flow, Flow]:
        network = WaveNet(
            channels // 2,
            width=config.width,
            layers=config.layers,
            kernel=config.kernel,
            dilation_rate=config.dilation_rate,
            cond_width=cond_width,
            dropout=config.dropout,
        )
        return (
            ActNorm(channels),
            GroupMixing(channels, splits=config.splits),
            AffineCoupling(network, sigmoid_scale=config.sigmoid_scale),
        )

    def forward(self, x: Tensor, mask: Tensor, cond: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Mel → latent.

        x        (B, M, T)           T a multiple of the squeeze factor
        mask     (B, 1, T)
        cond     (B, G, 1) or None
        returns  (B, M, T), (B,)
        """
        squeezed, inside = squeeze(x, mask, self.factor)
        latent, log_det = self.chain(squeezed, inside, cond)
        return unsqueeze(latent, inside, self.factor)[0], log_det

    def inverse(self, y: Tensor, mask: Tensor, cond: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Latent → mel.

        y        (B, M, T)           T a multiple of the squeeze factor
        mask     (B, 1, T)
        cond     (B, G, 1) or None
        returns  (B, M, T), (B,)
        """
        squeezed, inside = squeeze(y, mask, self.factor)
        mel, log_det = self.chain.inverse(squeezed, inside, cond)
        return unsqueeze(mel, inside, self.factor)[0], log_det
