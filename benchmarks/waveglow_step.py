"""A training step of WaveGlow: as one writes it down first, ours, and ours in bfloat16; one thread.

    python benchmarks/waveglow_step.py [--preset tiny] [--clips 4] [--rounds 7]

Cuts of 16,000 samples. The plain form is the published arithmetic with torch's own one-dimensional convolutions,
transposed convolution and weight normalisation; before anything is timed both must give the same loss.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import torch
from timing import measure, table
from torch import Tensor, nn

from glowvox.audio.mel import MelConfig
from glowvox.importers.waveglow_names import place
from glowvox.models.waveglow import WaveGlow, nll
from glowvox.models.waveglow_config import PRESETS, WaveGlowConfig

BANDS, HOP, SAMPLES = 80, 256, 16_000


def normed(inputs: int, outputs: int, kernel: int = 1, dilation: int = 1) -> nn.Module:
    """torch's own convolution under torch's own weight normalisation."""
    reach = dilation * (kernel - 1) // 2
    return nn.utils.parametrizations.weight_norm(nn.Conv1d(inputs, outputs, kernel, dilation=dilation, padding=reach))


class PlainNetwork(nn.Module):
    """The network of a coupling, by the book."""

    def __init__(self, config: WaveGlowConfig, half: int) -> None:
        super().__init__()
        width, layers = config.width, config.layers
        self.width = width
        self.start = normed(half, width)
        self.cond_layer = normed(BANDS * config.group, 2 * width * layers)
        self.in_layers = nn.ModuleList(normed(width, 2 * width, config.kernel, 2**i) for i in range(layers))
        self.res_skip_layers = nn.ModuleList(
            normed(width, 2 * width if i < layers - 1 else width) for i in range(layers)
        )
        self.end = nn.Conv1d(width, 2 * half, 1)

    def forward(self, x: Tensor, cond: Tensor) -> Tensor:
        """x (B, C, T), cond (B, G, T) → (B, 2C, T)."""
        hidden = self.start(x)
        skip = torch.zeros_like(hidden)
        shifts = self.cond_layer(cond)
        for index, (gate, residual) in enumerate(zip(self.in_layers, self.res_skip_layers, strict=True)):
            first = index * 2 * self.width
            both = gate(hidden) + shifts[:, first : first + 2 * self.width]
            out = residual(torch.tanh(both[:, : self.width]) * torch.sigmoid(both[:, self.width :]))
            if index < len(self.in_layers) - 1:
                hidden = hidden + out[:, : self.width]
                out = out[:, self.width :]
            skip = skip + out
        return self.end(skip)  # type: ignore[no-any-return]


class PlainMixing(nn.Module):
    """An invertible convolution of width one."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(channels, channels, 1, bias=False)


class PlainWaveGlow(nn.Module):
    """The whole model under the published names, by the book."""

    def __init__(self, config: WaveGlowConfig) -> None:
        super().__init__()
        self.config = config
        left = [config.group - config.finished(number) for number in range(config.flows)]
        self.upsample = nn.ConvTranspose1d(BANDS, BANDS, config.upsample_kernel, HOP)
        self.convinv = nn.ModuleList(PlainMixing(channels) for channels in left)
        self.WN = nn.ModuleList(PlainNetwork(config, channels // 2) for channels in left)

    def loss(self, mel: Tensor, samples: Tensor) -> Tensor:
        """mel (B, M, T), samples (B, S) → nats a sample without the constant, ()."""
        group = self.config.group
        cond = self.upsample(mel)[:, :, : samples.shape[1]].unfold(2, group, group).permute(0, 2, 1, 3)
        cond = cond.contiguous().view(cond.shape[0], cond.shape[1], -1).permute(0, 2, 1)
        x = samples.unfold(1, group, group).permute(0, 2, 1)
        finished, total, columns = [], torch.zeros(()), x.shape[0] * x.shape[2]
        for number, (mixing, network) in enumerate(zip(self.convinv, self.WN, strict=True)):
            if number and number % self.config.early_every == 0:
                finished.append(x[:, : self.config.early_size])
                x = x[:, self.config.early_size :]
            x = mixing.conv(x)
            total = total + columns * torch.logdet(mixing.conv.weight[:, :, 0])
            half = x.shape[1] // 2
            kept, changed = x[:, :half], x[:, half:]
            out = network(kept, cond)
            total = total + out[:, half:].sum()
            x = torch.cat([kept, torch.exp(out[:, half:]) * changed + out[:, :half]], 1)
        z = torch.cat([*finished, x], 1)
        return (z.square().sum() / 2 - total) / z.numel()


def twins(config: WaveGlowConfig) -> tuple[WaveGlow, PlainWaveGlow]:
    """Both forms with the same numbers in them."""
    torch.manual_seed(0)
    ours, plain = WaveGlow(config, MelConfig(bands=BANDS, hop=HOP)), PlainWaveGlow(config)
    with torch.no_grad():
        for parameter in ours.parameters():
            parameter.add_(0.01 * torch.randn_like(parameter))
        values = dict(ours.named_parameters())
        for name, parameter in plain.named_parameters():
            found = place(name)
            assert found is not None
            parameter.copy_(values[found.name].view_as(parameter))
    return ours, plain


def main() -> None:
    """Measure all forms in turn and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", choices=PRESETS, default="tiny")
    parser.add_argument("--clips", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    torch.set_num_threads(1)
    ours, plain = twins(PRESETS[given.preset])
    mel, samples = torch.randn(given.clips, BANDS, SAMPLES // HOP + 1) - 5, 0.1 * torch.randn(given.clips, SAMPLES)
    torch.testing.assert_close(
        nll(ours.encode(mel, samples)) - 0.918938533, plain.loss(mel, samples), rtol=1e-4, atol=1e-4
    )

    def step(model: nn.Module, loss: Callable[[], Tensor]) -> Callable[[], None]:
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, fused=True)

        def work() -> None:
            optimizer.zero_grad()
            loss().backward()
            optimizer.step()

        return work

    def half() -> Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return nll(ours.encode(mel, samples))

    ways = {
        "plain fp32": step(plain, lambda: plain.loss(mel, samples)),
        "ours fp32": step(ours, lambda: nll(ours.encode(mel, samples))),
        "ours bf16": step(ours, half),
    }
    times = measure(ways, rounds=given.rounds)
    first = times["plain fp32"].median
    rows = [
        (name, f"{time.median:.0f}", f"{time.least:.0f}", f"{first / time.median:.2f}") for name, time in times.items()
    ]
    print(table((f"step, {given.preset}", "CPU ms, median", "least", "ratio"), rows))


if __name__ == "__main__":
    main()
