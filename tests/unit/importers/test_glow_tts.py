"""The authors' checkpoints come in whole, or are refused with nothing written."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from glowvox.audio.conventions import CONVENTIONS
from glowvox.errors import CheckpointError, ConfigError, UsageError
from glowvox.importers.glow_tts import import_glow_tts
from glowvox.importers.glow_tts_names import RULES, our_name
from glowvox.importers.glow_tts_settings import model_config
from glowvox.models.glow_tts import GlowTTS
from glowvox.train.speaker import Speaker
from tests.fixtures.published import DATA

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


def their_tensors(vocabulary: int = 148, model: GlowTTS | None = None) -> dict[str, torch.Tensor]:
    """Random tensors of the SMALL settings, or a model's, under the authors' names, found by undoing our names."""
    model = model or GlowTTS(model_config(SMALL, where="test"), vocabulary=vocabulary, bands=80)
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


def test_a_pickle_that_would_run_code_is_refused_and_runs_none(tmp_path: Path, settings: Path) -> None:
    class Hostile:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "touched",))

    with (tmp_path / "G_1.pth").open("wb") as file:
        pickle.dump({"model": Hostile()}, file)
    torch.save({"model": Hostile()}, tmp_path / "G_2.pth")
    place = amphion_experiment(tmp_path / "expt", {})
    last = place / "checkpoint" / "epoch-0010_step-0001000_loss-0.6"
    (last / "model.safetensors").unlink()
    torch.save({"encoder.emb.weight": Hostile()}, last / "pytorch_model.bin")
    with pytest.raises(CheckpointError, match="tensors and plain values"):
        import_glow_tts(place, None, tmp_path / "run")
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


AMPHION = {  # the section model.glowtts of the SMALL settings
    **{key: value for key, value in SMALL.items() if key != "mean_only"}, "mean_only": True, "n_speakers": 1,
    "gin_channels": 0, "block_length": None, "hidden_channels_dec": 16, "p_dropout": 0.1, "p_dropout_dec": 0.05,
    "kernel_size_dec": 5, "n_split": 4, "sigmoid_scale": False,
}  # fmt: skip
TACO = {"sample_rate": 22050, "n_mel": 80, "n_fft": 1024, "win_size": 1024, "hop_size": 256, "fmin": 0, "fmax": 8000}


def amphion_experiment(folder: Path, tensors: dict[str, torch.Tensor], **model: Any) -> Path:
    """A folder as Amphion leaves it: two checkpoints, the later one of these tensors, and the settings as JSON5."""
    table = {"model_type": "GlowTTS", "preprocess": TACO, "model": {"glowtts": AMPHION | model}}
    text = (
        json.dumps(table, indent=1)
        .replace("{\n", "{ // all of it\n", 1)
        .replace('"model_type"', '/* // */"model_type"')
    )
    folder.mkdir()
    (folder / "args.json").write_text(text[: text.rindex("}")].rstrip() + ",\n}\n")
    for name, kept in (("epoch-0009_step-0000900_loss-0.5", {}), ("epoch-0010_step-0001000_loss-0.6", tensors)):
        (folder / "checkpoint" / name).mkdir(parents=True)
        save_file({key: v.contiguous() for key, v in kept.items()}, folder / "checkpoint" / name / "model.safetensors")
    return folder


def test_an_experiment_of_amphions_is_read_with_its_front_end(tmp_path: Path) -> None:
    place = amphion_experiment(tmp_path / "glowtts_ljspeech", their_tensors(151))
    done = import_glow_tts(place, None, tmp_path / "run")
    assert done.checkpoint.parent.name == "epoch-0010_step-0001000_loss-0.6"
    voice = Speaker.load(tmp_path / "run")
    assert (voice.settings.front_end, len(voice.symbols)) == ("glow-tts-amphion", 151)
    assert voice.mel == CONVENTIONS["tacotron-22k"]
    spoken = voice.speak("Yes, no.")[0]
    assert voice.symbols.encode(spoken.symbols) == [145, 94, 131, 148, 119, 123]  # Y EH1 S sp N OW1
    named = import_glow_tts(
        place / "checkpoint" / "epoch-0010_step-0001000_loss-0.6" / "model.safetensors", None, tmp_path / "again"
    )
    assert named.parameters == done.parameters


def test_speakers_of_an_experiment_have_their_names(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = GlowTTS(model_config(SMALL | {"gin_channels": 4}, where="test"), vocabulary=151, bands=80, speakers=3)
    place = amphion_experiment(tmp_path / "expt", their_tensors(model=model), n_speakers=3, gin_channels=4)
    (place / "spk2id.json").write_text(json.dumps({"LibriTTS_84": 1, "LibriTTS_103": 0}))
    done = import_glow_tts(place, None, tmp_path / "run")
    assert done.speakers == ("LibriTTS_103", "LibriTTS_84", "speaker-2")
    assert Speaker.load(tmp_path / "run").speak("Yes.", speaker="LibriTTS_84")[0].mel.shape[0] == 80
    (place / "spk2id.json").write_text(json.dumps({"a": 3}))
    with pytest.raises(ConfigError, match=r"spk2id.json: 'a' has number 3; the model has speakers 0 to 2"):
        import_glow_tts(place, None, tmp_path / "other")
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": {"glowtts": AMPHION | {"n_bloks": 2}}}, "model.glowtts: unknown key 'n_bloks'"),
        ({"model": {"glowtts": AMPHION | {"n_heads": "two"}}}, "args.json: model.glowtts: "),
        ({"preprocess": TACO | {"mel_extract_mode": "cepstra"}}, "mel_extract_mode = 'cepstra': expected 'taco'"),
        ({"preprocess": TACO | {"fmax": 20000}}, "mel.high = 20000: expected 0 <= low < high"),
        ({"preprocess": TACO | {"hop_size": "256"}}, "preprocess: hop: "),
    ],
)
def test_settings_of_an_experiment_that_cannot_be_used_are_named(
    changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    place = amphion_experiment(tmp_path / "expt", their_tensors(151))
    table = {"preprocess": TACO, "model": {"glowtts": AMPHION}} | changes
    (place / "args.json").write_text(json.dumps(table))
    with pytest.raises(ConfigError, match=message):
        import_glow_tts(place, None, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_checkpoint_of_another_model_is_refused(tmp_path: Path, settings: Path) -> None:
    torch.save({"model": {"text_encoder.emb.weight": torch.zeros(178, 192)}}, tmp_path / "vits.pth")
    with pytest.raises(CheckpointError, match="the embedding has 0 symbols"):
        import_glow_tts(tmp_path / "vits.pth", settings, tmp_path / "run")
    place = amphion_experiment(tmp_path / "expt", their_tensors(151))
    torch.save({"model": their_tensors(151)}, tmp_path / "G_1.pth")
    with pytest.raises(CheckpointError, match="'decoder.chain.flows.2.network.start.direction' is"):
        import_glow_tts(tmp_path / "G_1.pth", place_with(place, hidden_channels_dec=32), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def place_with(place: Path, **model: Any) -> Path:
    """The experiment's settings with another size."""
    (place / "args.json").write_text(json.dumps({"preprocess": TACO, "model": {"glowtts": AMPHION | model}}))
    return place / "args.json"
