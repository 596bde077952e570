"""The checking of WaveGlow files: any sizes, seeds and layouts are followed, and what differs is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from glowvox.audio.mel import MelConfig
from glowvox.importers.waveglow_names import place
from glowvox.models.waveglow import WaveGlow, nll
from glowvox.models.waveglow_config import WaveGlowConfig
from tests.golden.checks import check, unexpected
from tests.unit.importers.test_waveglow import LAYERS, apart, conditioned_by_layer, published, same

Layout = Callable[[dict[str, Tensor]], dict[str, Tensor]]
SIGMA = 0.7


def write_file(path: Path, config: WaveGlowConfig, layout: Layout, *, mirrored: bool = False) -> dict[str, Tensor]:
    """Write inputs, weights, outputs and every gradient of a random model as the original's files have them."""
    torch.manual_seed(config.flows)
    bands = 3
    model = WaveGlow(config, MelConfig(bands=bands, hop=256))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
        if mirrored:
            first = next(value for name, value in model.named_parameters() if name.endswith("flow.flows.0.weight"))
            first[0] *= -1
    theirs = layout(published(model))
    mel, audio, infer_mel = torch.randn(2, bands, 3), torch.randn(2, 701), torch.randn(1, bands, 2)
    out = model.encode(mel, audio)
    loss = nll(out, sigma=SIGMA)
    loss.backward()
    gradients = {name: value.grad for name, value in model.named_parameters()}
    by_them = published_gradients(model, gradients)
    exits = (config.flows - 1) // config.early_every
    sizes = [config.early_size] * exits + [config.group - exits * config.early_size]
    noise = torch.randn(1, config.group, 512 // config.group)
    constant = torch.log(torch.tensor(SIGMA)) + 0.5 * torch.log(torch.tensor(2 * torch.pi))
    tensors = {f"weights/{name}": value for name, value in theirs.items()}
    tensors |= {f"grad/{name}": value for name, value in layout(by_them).items()}
    tensors |= {"in/mel": mel, "in/audio": audio, "in/infer_mel": infer_mel, "out/z": out.latent}
    tensors |= {f"in/infer_noise.{turn}": part for turn, part in enumerate(reversed(noise.split(sizes, dim=1)))}
    tensors["out/loss"] = torch.tensor(torch.nan) if mirrored else loss - constant
    tensors["out/infer_audio_sigma0.9"] = model.generate(infer_mel, sigma=0.9, noise=list(noise))
    meta = {
        "source": "made",
        "sigma_loss": SIGMA,
        "hyperparameters": {
            "n_mel_channels": bands,
            "n_flows": config.flows,
            "n_group": config.group,
            "n_early_every": config.early_every,
            "n_early_size": config.early_size,
            "WN_config": {"n_layers": config.layers, "n_channels": config.width, "kernel_size": config.kernel},
        },
    }
    tensors = {name: value.detach().clone().contiguous() for name, value in tensors.items()}
    save_file(tensors, path, metadata={"meta": json.dumps(meta)})
    return tensors


def published_gradients(model: WaveGlow, gradients: dict[str, Tensor | None]) -> dict[str, Tensor]:
    """Gradients under the names of the last layout."""
    found = {}
    for theirs, value in published(model).items():
        where = place(theirs)
        assert where is not None
        gradient = gradients[where.name]
        assert gradient is not None
        found[theirs] = gradient.view_as(value)
    return found


@pytest.mark.parametrize("layout", [same, conditioned_by_layer, apart])
@pytest.mark.parametrize(
    "config",
    [
        WaveGlowConfig(flows=5, group=4, early_every=3, layers=LAYERS, width=5, kernel=5),
        WaveGlowConfig(flows=3, group=16, early_every=1, early_size=4, layers=LAYERS, width=4),
        WaveGlowConfig(flows=2, early_every=9, layers=LAYERS, width=4),
    ],
    ids=["one-exit", "two-exits", "no-exit"],
)
def test_any_sizes_and_layouts_are_followed(tmp_path: Path, config: WaveGlowConfig, layout: Layout) -> None:
    path = tmp_path / "waveglow_made.safetensors"
    tensors = write_file(path, config, layout)
    results = check(path)
    assert [result for result in results if result.status != "ok"] == []
    assert {result.tensor for result in results} == {name for name in tensors if not name.startswith("in/")}


@pytest.mark.parametrize(
    "changed",
    ["out/z", "out/loss", "out/infer_audio_sigma0.9", "weights/upsample.bias", "grad/WN.1.skip_layers.0.weight_v"],
)
def test_a_changed_tensor_is_found(tmp_path: Path, changed: str) -> None:
    path = tmp_path / "waveglow_made.safetensors"
    config = WaveGlowConfig(flows=3, group=4, early_every=2, layers=LAYERS, width=4)
    tensors = write_file(path, config, apart)
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    save_file(tensors | {changed: tensors[changed] * 1.01 + 1e-3}, path, metadata=metadata)
    assert any(result.status == "failed" and unexpected(path, result) for result in check(path))
    save_file(tensors | {"out/other": torch.zeros(1)}, path, metadata=metadata)
    assert [result.tensor for result in check(path) if result.status != "ok"] == ["out/other"]


def test_the_originals_nan_of_a_mirroring_matrix_is_a_listed_departure(tmp_path: Path) -> None:
    path = tmp_path / "waveglow_made.safetensors"
    write_file(path, WaveGlowConfig(flows=2, group=4, layers=LAYERS, width=4), same, mirrored=True)
    found = {result.tensor: result for result in check(path) if result.status != "ok"}
    assert {name: result.status for name, result in found.items()} == {"out/loss": "departed"}
    assert not unexpected(path, found["out/loss"])
