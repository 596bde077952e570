"""Coqui's own reference outputs and checkpoints through its interface."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from torch import Tensor

from glowvox.compat.coqui import GlowTTS, GlowTTSConfig
from glowvox.errors import CheckpointError
from tests.fixtures.coqui import ENCODERS, model_of, their_tensors
from tests.unit.compat.building import SPEAKERS, SYMBOLS, random_model, recordings, small, speaker_of

FILES = ("c1_rel_pos_transformer", "c2_gated_conv_speakers")


class Golden:
    """One file of reference outputs, and a model with its settings and weights."""

    def __init__(self, path: Path, folder: Path) -> None:
        with safe_open(path, "pt") as file:
            self.meta: dict[str, Any] = json.loads(file.metadata()["meta"])
            self.tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
        weights = {name[8:]: value for name, value in self.tensors.items() if name.startswith("weights/")}
        torch.save({"model": weights, "step": 7}, folder / "checkpoint.pth")
        scales = {name: self.meta[name] for name in ("inference_noise_scale", "length_scale")}
        config = GlowTTSConfig(**self.meta["config"], **scales)
        self.model = GlowTTS(config)
        self.model.load_checkpoint(config, folder / "checkpoint.pth", eval=True)
        names = ("x", "x_lengths", "y", "y_lengths")
        self.inputs = [self.tensors[f"in/{name}"] for name in names]
        self.aux = {name: self.tensors[f"in/{name}"] for name in ("speaker_ids",) if f"in/{name}" in self.tensors}

    def near(self, place: str, outputs: dict[str, Tensor], *, absolute: float = 1e-5) -> int:
        """Compare all outputs that are stored under a place; alignments are (B, T_de, T_en) there."""
        count = 0
        for name, value in outputs.items():
            stored = self.tensors.get(f"{place}/{name}")
            if stored is None:
                continue
            found = value.transpose(1, 2) if name == "alignments" else value
            torch.testing.assert_close(found, stored, atol=absolute, rtol=1e-5, check_dtype=False, msg=name)
            count += 1
        return count


@pytest.fixture(params=FILES)
def golden(request: pytest.FixtureRequest, golden_dir: Path, tmp_path: Path) -> Golden:
    return Golden(golden_dir / f"glow_tts_coqui_{request.param}.safetensors", tmp_path)


@torch.no_grad()
def test_reference_outputs_of_the_forward_pass(golden: Golden) -> None:
    out = golden.model(*golden.inputs, golden.aux)
    assert golden.near("out/train", out) == 7
    lengths = (golden.inputs[3], golden.inputs[1])
    given = (out[name] for name in ("z", "y_mean", "y_log_scale", "logdet"))
    found = golden.model.get_criterion()(
        *given, lengths[0], out["durations_log"], out["total_durations_log"], lengths[1]
    )
    stored = {"log_mle": "loss_mle_floored_lengths", "loss_dur": "loss_dur"}
    for name, theirs in stored.items():
        torch.testing.assert_close(found[name], golden.tensors[f"out/train/{theirs}"].reshape(()), atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_reference_outputs_of_inference(golden: Golden) -> None:
    forced = golden.model.inference_with_MAS(*golden.inputs, golden.aux)
    mel = forced.pop("model_outputs")
    del forced["logdet"]  # of the decoding, which the reference does not keep
    place = "out/inference_with_MAS"
    assert golden.near(place, forced) == 5
    stored = golden.tensors[f"{place}/decoded_mel_not_returned_by_reference"]
    torch.testing.assert_close(mel, stored, atol=1e-4, rtol=1e-5)
    again = golden.model.decoder_inference(golden.inputs[2], golden.inputs[3], golden.aux)
    assert golden.near("out/decoder_inference", {"model_outputs": again["model_outputs"]}, absolute=1e-4) == 1
    item = {name: value[1:2] for name, value in golden.aux.items()}
    count = int(golden.inputs[1][1])
    golden.model.inference_noise_scale = 0.0
    spoken = golden.model.inference(golden.inputs[0][1:2, :count], item)
    predicted = {"durations_log": spoken["durations_log"]}
    assert golden.near("out/infer_single1", {n: v for n, v in predicted.items() if v is not None}) == 1


@pytest.mark.parametrize("speakers", SPEAKERS)
@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_checkpoint_of_theirs_is_loaded_whole(encoder: str, speakers: str, tmp_path: Path) -> None:
    config = small(encoder, **SPEAKERS[speakers])
    source = random_model(config)
    tensors = their_tensors(source.model.float())
    torch.save({"model": tensors}, tmp_path / "best_model.pth")
    model = GlowTTS(config)
    model.load_checkpoint(config, tmp_path / "best_model.pth", eval=True)
    assert model.initialised
    assert not model.training
    aux = speaker_of(speakers)
    assert torch.equal(model.double()(*recordings(), aux)["z"], source.double()(*recordings(), aux)["z"])


def test_a_table_of_one_speaker_is_loaded(tmp_path: Path) -> None:
    config = small(use_speaker_embedding=True, num_speakers=1)
    tensors = their_tensors(random_model(config).model.float()) | {"emb_g.weight": torch.ones(1, 16)}
    torch.save({"model": tensors}, tmp_path / "best_model.pth")
    model = GlowTTS(config)
    model.load_checkpoint(config, tmp_path / "best_model.pth")
    assert model.training
    cond = model.model.condition(None, 1)
    assert cond is not None
    assert torch.allclose(cond, torch.full((1, 16, 1), 0.25))


def test_statistics_of_mels_become_part_of_the_model(tmp_path: Path) -> None:
    config = small()
    source = random_model(config)
    torch.save({"model": their_tensors(source.model.float())}, tmp_path / "best_model.pth")
    mean, deviation = np.linspace(-3, 1, config.out_channels), np.linspace(1, 2, config.out_channels)
    statistics: Any = {"mel_mean": mean, "mel_std": deviation}
    np.save(tmp_path / "stats.npy", statistics)
    config.audio.stats_path = str(tmp_path / "stats.npy")
    model = GlowTTS(config)
    model.load_checkpoint(config, tmp_path / "best_model.pth", eval=True)
    x, x_lengths, y, y_lengths = recordings()
    plain = model.double()(x, x_lengths, y * torch.from_numpy(deviation) + torch.from_numpy(mean), y_lengths)
    torch.testing.assert_close(plain["z"], source.double()(x, x_lengths, y, y_lengths)["z"], atol=1e-5, rtol=1e-5)


def test_a_checkpoint_of_another_model_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    model = random_model(small())
    before = model.model.encoder.embedding.weight.clone()
    torch.save({"model": their_tensors(model_of(dict(small()), vocabulary=SYMBOLS + 1))}, tmp_path / "other.pth")
    with pytest.raises(CheckpointError, match=r"other\.pth: 'encoder\.embedding\.weight' is \(10, 16\)"):
        model.load_checkpoint(model.config, tmp_path / "other.pth")
    with pytest.raises(CheckpointError, match="no such file"):
        model.load_checkpoint(model.config, tmp_path / "none.pth")
    assert torch.equal(model.model.encoder.embedding.weight, before)
    assert not model.initialised
