"""The authors' checkpoints come in whole, or are refused with nothing written."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from glowvox.errors import CheckpointError, ConfigError, UsageError
from glowvox.importers.glow_tts import import_glow_tts
from glowvox.importers.glow_tts_names import RULES, our_name
from glowvox.train.speaker import Speaker

SMALL: dict[str, Any] = {
    "hidden_channels": 16,
    "filter_channels": 24,
    "filter_channels_dp": 16,
    "kernel_size": 3,
    "n_heads": 2,
    "n_layers_enc": 1,
    "n_blocks_dec": 2,
    "n_block_layers": 2,
    "dilation_rate": 1,
    "n_sqz": 2,
    "window_size": 4,
    "mean_only": True,
    "prenet": True,
}
DATA = {"sampling_rate": 22050, "filter_length": 1024, "hop_length": 256, "n_mel_channels": 80, "mel_fmax": 8000.0}
# the settings of published sizes, by their names in the list of state dicts
BASE: dict[str, Any] = SMALL | {
    "hidden_channels": 192,
    "filter_channels": 768,
    "filter_channels_dp": 256,
    "n_layers_enc": 6,
    "n_blocks_dec": 12,
    "n_block_layers": 4,
}
PUBLISHED = {
    "authors_base": BASE,
    "authors_base_blank": BASE,
    "authors_base_multispeaker_109_gin256": BASE | {"n_speakers": 109, "gin_channels": 256},
}


def their_tensors(vocabulary: int = 148) -> dict[str, torch.Tensor]:
    """Random tensors of the SMALL settings under the authors' names, found by undoing our names."""
    from glowvox.importers.glow_tts_settings import model_config
    from glowvox.models.glow_tts import GlowTTS

    model = GlowTTS(model_config(SMALL, where="test"), vocabulary=vocabulary, bands=80)
    ours = model.state_dict()
    tensors = {}
    for theirs in candidate_names():
        name = our_name(theirs)
        if name in ours:
            value = ours.pop(name)
            if theirs.endswith(("emb_rel_k", "emb_rel_v")) or (
                name.startswith("decoder.chain") and value.dim() == 2 and value.shape[1] == 1
            ):
                value = value[None]
            tensors[theirs] = value
    assert not ours, f"no name of theirs leads to {sorted(ours)[:3]}"
    return tensors


def candidate_names() -> list[str]:
    """Every name that the rules understand, for indices up to 6 and the known leaves."""
    leaves = ("weight", "bias", "weight_g", "weight_v", "gamma", "beta")
    names = []
    for pattern, _ in RULES:
        stems = [pattern.replace("\\.", ".")]
        for _ in range(2):
            stems = [s.replace(r"(\d+)", str(i), 1) for s in stems for i in range(6)] if r"(\d+)" in stems[0] else stems
        for stem in stems:
            ends = [stem.replace("(start|end)", part) for part in ("start", "end")] if "(start|end)" in stem else [stem]
            names += [end.replace("(.+)", leaf) for end in ends for leaf in (leaves if "(.+)" in end else ("",))]
    return names


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"model": SMALL, "data": DATA, "train": {"batch_size": 32}}))
    return path


def test_a_pickle_and_a_safetensors_file_give_the_same_run(tmp_path: Path, settings: Path) -> None:
    tensors = their_tensors()
    torch.save({"model": tensors, "iteration": 3, "learning_rate": 1e-3}, tmp_path / "G_3.pth")
    save_file({name: value.contiguous() for name, value in tensors.items()}, tmp_path / "G_3.safetensors")
    mels = []
    for name in ("G_3.pth", "G_3.safetensors"):
        done = import_glow_tts(tmp_path / name, settings, tmp_path / f"run-{name}")
        assert done.skipped == ()
        assert len(done.used) == len(tensors)
        mels.append(Speaker.load(done.run).speak("Hello.")[0].mel)
    assert mels[0].shape[0] == 80
    assert (mels[0] == mels[1]).all()


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_sizes_import_with_their_parameter_count(name: str, golden_dir: Path, tmp_path: Path) -> None:
    entry = json.loads((golden_dir / "glow_tts_state_dict_names.json").read_text())[name]
    tensors = {tensor: torch.randn(shape) * 0.02 for tensor, shape, _ in entry["tensors"]}
    save_file(tensors, tmp_path / "model.safetensors")
    config = tmp_path / "base.json"
    config.write_text(json.dumps({"model": PUBLISHED[name], "data": DATA}))
    done = import_glow_tts(tmp_path / "model.safetensors", config, tmp_path / "run")
    assert done.parameters == entry["total_parameters"]
    assert len(done.used) == entry["n_tensors"]
    voice = Speaker.load(tmp_path / "run")
    assert voice.speak("Yes.", speaker=voice.speakers[-1])[0].mel.shape[1] >= 2


def test_a_pickle_that_would_run_code_is_refused_and_runs_none(tmp_path: Path, settings: Path) -> None:
    class Hostile:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "touched",))

    with (tmp_path / "G_1.pth").open("wb") as file:
        pickle.dump({"model": Hostile()}, file)
    torch.save({"model": Hostile()}, tmp_path / "G_2.pth")
    for name in ("G_1.pth", "G_2.pth"):
        with pytest.raises(CheckpointError, match="tensors and plain values|not a readable checkpoint"):
            import_glow_tts(tmp_path / name, settings, tmp_path / "run")
    assert not (tmp_path / "touched").exists()
    assert not (tmp_path / "run").exists()


def test_tensors_that_do_not_fit_are_named_and_nothing_is_written(tmp_path: Path, settings: Path) -> None:
    whole = their_tensors()
    cases = {
        "no tensor for 'encoder.mean.weight'": {k: v for k, v in whole.items() if k != "encoder.proj_m.weight"},
        "'encoder.mean.weight' is": whole | {"encoder.proj_m.weight": torch.zeros(3, 16, 1)},
        "no place for 'encoder.log_scale.weight'": whole | {"encoder.proj_s.weight": torch.zeros(80, 16, 1)},
        "the embedding has 60 symbols": whole | {"encoder.emb.weight": torch.zeros(60, 16)},
    }
    for message, tensors in cases.items():
        torch.save({"model": tensors}, tmp_path / "G.pth")
        with pytest.raises(CheckpointError, match=message):
            import_glow_tts(tmp_path / "G.pth", settings, tmp_path / "run")
        assert not (tmp_path / "run").exists()


def test_wrong_settings_are_named(tmp_path: Path) -> None:
    torch.save({"model": their_tensors()}, tmp_path / "G.pth")
    config = tmp_path / "config.json"
    for text, message in (
        ("{", "not valid JSON"),
        ("{}", "no 'model' section"),
        (json.dumps({"model": SMALL | {"n_bloks_dec": 2}}), "unknown key 'n_bloks_dec'; did you mean 'n_blocks_dec'"),
        (json.dumps({"model": {"hidden_channels": 16}}), "'filter_channels' is missing"),
    ):
        config.write_text(text)
        with pytest.raises(ConfigError, match=message):
            import_glow_tts(tmp_path / "G.pth", config, tmp_path / "run")


def test_an_existing_run_is_not_overwritten(tmp_path: Path, settings: Path) -> None:
    torch.save({"model": their_tensors()}, tmp_path / "G.pth")
    import_glow_tts(tmp_path / "G.pth", settings, tmp_path / "run")
    before = (tmp_path / "run" / "run.toml").read_bytes()
    with pytest.raises(UsageError, match="there is a run already"):
        import_glow_tts(tmp_path / "G.pth", settings, tmp_path / "run")
    assert (tmp_path / "run" / "run.toml").read_bytes() == before
