"""Reference outputs of BigVGAN: generators, discriminators and the mel loss of its second version."""

from __future__ import annotations

import re
from pathlib import Path

from glowvox.models.spectral_losses import SCALES, MultiScaleMel
from tests.golden import checks_discriminators, checks_generators
from tests.golden.result import Result
from tests.golden.stored import Stored


def check(path: Path) -> list[Result]:
    """Every tensor of a `bigvgan_*` file."""
    file = Stored(path)
    if checks_discriminators.kind(file):
        return checks_discriminators.check(file, vocos=False)
    return checks_generators.check(file) if "in/mel" in file.tensors else _check_mel_loss(file)


def _check_mel_loss(file: Stored) -> list[Result]:
    rate = re.search(r"sampling_rate=(\d+)", file.meta["source"])
    windows, bands = file.meta.get("window_lengths"), file.meta.get("n_mels")
    scales = list(zip(windows, bands, strict=True)) if windows and bands else SCALES
    made = file.tensors["in/y_hat"].clone().requires_grad_()
    loss = MultiScaleMel(int(rate[1]) if rate else 24_000, scales)(made[:, 0], file.tensors["in/y"][:, 0])
    file.near("out/loss", loss)
    loss.backward()
    file.gradient("grad/y_hat", made.grad)
    return file.finish()
