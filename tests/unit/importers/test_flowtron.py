"""Published Flowtron checkpoints come in whole, or are refused with nothing written."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from glowvox.cli.import_ import command
from glowvox.errors import CheckpointError, ConfigError, UsageError
from glowvox.importers.flowtron import import_flowtron
from glowvox.importers.flowtron_names import our_name
from glowvox.importers.flowtron_speakers import read_speakers
from glowvox.models.flowtron_file import FORMAT, read_flowtron
from glowvox.models.flowtron_sampling import Sampling
from tests.golden.checks_published_names import shapes_of

SMALL: dict[str, Any] = {
    "n_speakers": 3,
    "n_speaker_dim": 4,
    "n_text": 185,
    "n_text_dim": 8,
    "n_flows": 2,
    "n_mel_channels": 80,
    "n_hidden": 6,
    "n_attn_channels": 5,
    "n_lstm_layers": 1,
    "mel_encoder_n_hidden": 4,
    "n_components": 0,
    "fixed_gaussian": True,
    "mean_scale": 0.0,
    "dummy_speaker_embedding": False,
    "use_gate_layer": True,
    "use_cumm_attention": False,
}
DATA: dict[str, Any] = {
    "training_files": "filelists/train.txt",
    "text_cleaners": ["flowtron_cleaners"],
    "p_arpabet": 0.5,
    "sampling_rate": 22050,
    "filter_length": 1024,
    "hop_length": 256,
    "win_length": 1024,
    "mel_fmin": 0.0,
    "mel_fmax": 8000.0,
    "max_wav_value": 32768.0,
}


def lstm(name: str, given: int, width: int, *, suffixes: tuple[str, ...] = ("",)) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for suffix in suffixes:
        shapes |= {
            f"{name}.weight_ih_l0{suffix}": (4 * width, given),
            f"{name}.weight_hh_l0{suffix}": (4 * width, width),
            f"{name}.bias_ih_l0{suffix}": (4 * width,),
            f"{name}.bias_hh_l0{suffix}": (4 * width,),
        }
    return shapes


def their_tensors() -> dict[str, Tensor]:
    """Random tensors of the SMALL settings under the authors' names."""
    shapes: dict[str, tuple[int, ...]] = {"speaker_embedding.weight": (3, 4), "embedding.weight": (185, 8)}
    for number in range(3):
        shapes |= {
            f"encoder.convolutions.{number}.0.conv.{leaf}": s for leaf, s in (("weight", (8, 8, 5)), ("bias", (8,)))
        }
        shapes |= {f"encoder.convolutions.{number}.1.{leaf}": (8,) for leaf in ("weight", "bias")}
    shapes |= lstm("encoder.lstm", 8, 4, suffixes=("", "_reverse"))
    for flow in ("flows.0", "flows.1.ar_step"):
        shapes |= lstm(f"{flow}.attention_lstm", 80, 6) | lstm(f"{flow}.lstm", 11, 6)
        for part, shape in (("query", (5, 6)), ("key", (5, 12)), ("value", (5, 12)), ("v", (1, 5))):
            shapes[f"{flow}.attention_layer.{part}.linear_layer.weight"] = shape
        for layer in range(2):
            shapes[f"{flow}.dense_layer.layers.{layer}.linear_layer.weight"] = (6, 6)
            shapes[f"{flow}.dense_layer.layers.{layer}.linear_layer.bias"] = (6,)
        shapes |= {f"{flow}.conv.weight": (160, 6, 1), f"{flow}.conv.bias": (160,)}
    shapes |= {
        f"flows.1.ar_step.gate_layer.linear_layer.{leaf}": s for leaf, s in (("weight", (1, 11)), ("bias", (1,)))
    }
    torch.manual_seed(0)
    return {name: 0.2 * torch.randn(shape) for name, shape in shapes.items()}


def settings(folder: Path, *, data: dict[str, Any] | None = None, **changes: Any) -> Path:
    """A settings file as theirs."""
    path = folder / "config.json"
    table = {"train_config": {"sigma": 1.0}, "data_config": DATA | (data or {}), "model_config": SMALL | changes}
    path.write_text(json.dumps(table))
    return path


def mel_of(path: Path) -> Tensor:
    model, read = read_flowtron(path)
    tokens = torch.arange(1, 9)[None]
    speaker = torch.zeros(1, dtype=torch.long)
    speech = model.generate(tokens, torch.tensor([8]), Sampling(gate=None, longest=7), speaker=speaker)
    assert speech.mel.shape == (1, read.mel.bands, 7)
    assert torch.isfinite(speech.mel).all()
    return speech.mel


def as_module(tensors: dict[str, Tensor]) -> nn.Module:
    """Modules within modules that hold the tensors, as a model pickled whole."""
    root = nn.Module()
    for name, value in tensors.items():
        *parents, leaf = name.split(".")
        place = root
        for parent in parents:
            if parent not in place._modules:
                place.add_module(parent, nn.Module())
            place = place._modules[parent]  # type: ignore[assignment]
        place.register_parameter(leaf, nn.Parameter(value))
    return root


def test_every_container_gives_the_same_voice(tmp_path: Path) -> None:
    tensors, config = their_tensors(), settings(tmp_path)
    torch.save({"state_dict": tensors}, tmp_path / "published.pt")
    torch.save({"model": as_module(tensors), "iteration": 7}, tmp_path / "model_7")
    torch.save({"model": {f"module.{name}": value for name, value in tensors.items()}}, tmp_path / "parallel.pt")
    save_file(tensors, tmp_path / "tensors.safetensors")
    mels = []
    for name in ("published.pt", "model_7", "parallel.pt", "tensors.safetensors"):
        done = import_flowtron(tmp_path / name, tmp_path / f"{name}.ours", config=config)
        assert (done.used, done.skipped) == (len(tensors), ())
        assert done.parameters == sum(value.numel() for value in tensors.values())
        mels.append(mel_of(done.file))
    assert all(torch.equal(mel, mels[0]) for mel in mels)


def test_what_speaking_takes_is_in_the_file(tmp_path: Path) -> None:
    torch.save({"state_dict": their_tensors()}, tmp_path / "a.pt")
    listing = tmp_path / "train.txt"
    listing.write_text("a.wav|One.|9\nb.wav|Two.|10\n\nc.wav|Three.|103\nd.wav|Four.|9\n")
    import_flowtron(tmp_path / "a.pt", tmp_path / "ours", config=settings(tmp_path), filelist=listing)
    _, read = read_flowtron(tmp_path / "ours")
    assert read.speakers == ("10", "103", "9")  # as text, not as numbers
    assert (read.front_end, len(read.symbols), read.mel.padding) == ("flowtron", 185, "centred")
    config = settings(tmp_path, data={"p_arpabet": 0.0, "mel_fmax": None})
    import_flowtron(tmp_path / "a.pt", tmp_path / "letters", config=config)
    _, read = read_flowtron(tmp_path / "letters")
    assert (read.front_end, read.mel.high) == ("flowtron:letters", 11025.0)
    assert read.speakers == ("speaker-0", "speaker-1", "speaker-2")


@pytest.mark.parametrize("name", ["flowtron_ljs", "flowtron_libritts", "flowtron_libritts2p3k"])
def test_published_sizes_import_with_their_parameter_count_and_speak(
    name: str, golden_dir: Path, tmp_path: Path
) -> None:
    stored = json.loads((golden_dir / "state_dict_names.json").read_text())
    entry = stored[name]
    tensors = {tensor: torch.empty(shape).uniform_(-0.05, 0.05) for tensor, shape in shapes_of(stored, name).items()}
    torch.save({"state_dict": tensors}, tmp_path / "a.pt")
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"model_config": entry["model_config"], "data_config": DATA}))
    done = import_flowtron(tmp_path / "a.pt", tmp_path / "ours", config=config)
    assert (done.parameters, done.used) == (entry["n_parameters"], entry["n_tensors"])
    assert len(done.settings.speakers) == entry["model_config"]["n_speakers"]
    mel_of(done.file)


def test_cumulative_attention_is_stored_twice_and_taken_once() -> None:
    names = [
        f"flows.1.ar_step.attn_cond_layer.{part}.conv.{leaf}"
        for part in ("location_conv_hidden", "conv_layers.0", "location_conv_out", "conv_layers.2")
        for leaf in ("weight", "bias")
    ]
    assert len({our_name(name) for name in names}) == 4
    assert our_name("flows.1.conv.weight") is None  # every second flow wraps its step
    assert our_name("flows.0.ar_step.conv.weight") is None


def test_a_pickle_that_would_run_code_is_refused_and_runs_none(tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "touched",))

    module = as_module(their_tensors())
    module.trap = Hostile()  # type: ignore[assignment]
    with (tmp_path / "a.pt").open("wb") as file:
        pickle.dump({"model": Hostile()}, file, protocol=2)
    torch.save({"model": Hostile()}, tmp_path / "b.pt")
    torch.save({"model": module, "iteration": 1}, tmp_path / "c.pt")
    for name in ("a.pt", "b.pt", "c.pt"):
        with pytest.raises(CheckpointError, match="tensors and plain values|not a readable checkpoint"):
            import_flowtron(tmp_path / name, tmp_path / "ours", config=settings(tmp_path))
    assert not (tmp_path / "touched").exists()
    assert not (tmp_path / "ours").exists()


def without(tensors: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    return {key: value for key, value in tensors.items() if key != name}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: without(t, "flows.0.conv.bias"), "no tensor for 'steps.0.affine.bias'"),
        (lambda t: t | {"flows.0.conv.bias": torch.zeros(3)}, r"'steps.0.affine.bias' is \(3,\), the settings ask for"),
        (lambda t: t | {"flows.2.conv.bias": torch.zeros(160)}, "no place for 'steps.2.affine.bias'"),
        (lambda t: t | {"embedding.weight": torch.zeros(148, 8)}, "has 148 symbols; Flowtron's text front end has 185"),
        (lambda t: {"WN.0.start.weight": torch.zeros(1)}, "its tensors are not those of a Flowtron"),
        (lambda t: t | {"speaker_embedding.weight": torch.zeros(5, 4)}, "n_speakers = 3, but the checkpoint has 5"),
    ],
)
def test_tensors_that_do_not_fit_are_named_and_nothing_is_written(
    change: Callable[[dict[str, Tensor]], dict[str, Tensor]], message: str, tmp_path: Path
) -> None:
    torch.save({"state_dict": change(their_tensors())}, tmp_path / "a.pt")
    with pytest.raises((CheckpointError, ConfigError), match=message):
        import_flowtron(tmp_path / "a.pt", tmp_path / "ours", config=settings(tmp_path))
    assert not (tmp_path / "ours").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not valid JSON"),
        ("[]", "holds a list"),
        ('{"model_config": {"n_flow": 2}}', "model_config: unknown key 'n_flow'; did you mean 'n_flows'"),
        ('{"model_config": {"n_flows": "2"}}', "n_flows = '2' must be a whole number"),
        ('{"model_config": {"use_gate_layer": "yes"}}', "use_gate_layer = 'yes' must be true or false"),
        ('{"model_config": {"n_components": 1}}', "components = 1 must be 0"),
        ('{"model_config": {"n_speakers": 3, "n_components": 90}}', "90 fixed components need as many mel bands"),
        ('{"model_config": {}, "data_confg": {}}', "unknown section 'data_confg'; did you mean 'data_config'"),
        ('{"model_config": {}, "data_config": {"fmax": 1}}', "data_config: unknown key 'fmax'"),
        ('{"model_config": {}, "train_config": {"fp16": true}}', "unknown key 'fp16'; did you mean 'fp16_run'"),
        ('{"model_config": {}, "train_config": 3}', "train_config is 3; expected a table"),
        (
            '{"model_config": {}, "data_config": {"text_cleaners": ["english_cleaners"]}}',
            "text_cleaners = .'english_cleaners'. is not known",
        ),
        (
            '{"model_config": {"n_speakers": 3}, "data_config": {"max_wav_value": 1.0}}',
            "max_wav_value = 1.0 is not known",
        ),
        (
            '{"model_config": {"n_speakers": 3}, "data_config": {"mel_fmax": 99999.0}}',
            "Nyquist|half",
        ),
    ],
)
def test_wrong_settings_are_named(content: str, message: str, tmp_path: Path) -> None:
    torch.save({"state_dict": their_tensors()}, tmp_path / "a.pt")
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(ConfigError, match=message):
        import_flowtron(tmp_path / "a.pt", tmp_path / "ours", config=tmp_path / "config.json")
    assert not (tmp_path / "ours").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a.wav|One.|1\n", "1 speakers, but the checkpoint has 3"),
        ("a.wav|One.|1\nb.wav|Two.\n", "line 2: no speaker; expected"),
        ("\n", "the list is empty"),
        (None, "cannot be read as a list of training files"),
    ],
)
def test_lists_that_cannot_name_the_speakers_are_refused(content: str | None, message: str, tmp_path: Path) -> None:
    torch.save({"state_dict": their_tensors()}, tmp_path / "a.pt")
    if content is not None:
        (tmp_path / "list.txt").write_text(content)
    with pytest.raises(ConfigError, match=message):
        import_flowtron(tmp_path / "a.pt", tmp_path / "ours", config=settings(tmp_path), filelist=tmp_path / "list.txt")


def test_the_published_list_of_123_speakers_is_ranked_as_the_original_ranks_it(
    golden_dir: Path, tmp_path: Path
) -> None:
    stored = json.loads((golden_dir / "flowtron_text_ids.json").read_text())["speaker_id_mapping"]
    order = stored["example_libritts_train_clean_100_atleast5min"]["order"]
    lines = [f"{number}.wav|Text.|{speaker}" for number, speaker in enumerate(sorted(order, key=int))]
    (tmp_path / "list.txt").write_text("\n".join(lines))
    assert read_speakers(tmp_path / "list.txt") == tuple(order)


def test_the_command_says_what_came_in_and_overwrites_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save({"state_dict": their_tensors() | {"strange.weight": torch.zeros(1)}}, tmp_path / "a.pt")
    arguments = ["flowtron", str(tmp_path / "a.pt"), "--config", str(settings(tmp_path)), "-o", str(tmp_path / "ours")]
    command(arguments, standalone_mode=False)
    said = capsys.readouterr()
    assert said.err == "skipped strange.weight: no place for it in a Flowtron\n"
    assert said.out == (f"{tmp_path / 'ours'}: 10,838 parameters from 60 tensors, 1 skipped; 2 flows, 3 speakers\n")
    before = (tmp_path / "ours").read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        command(arguments, standalone_mode=False)
    assert (tmp_path / "ours").read_bytes() == before


@pytest.mark.parametrize(("content", "message"), [(None, "no such file"), (b"x", "not a readable Flowtron file")])
def test_files_that_are_none_are_refused(content: bytes | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CheckpointError, match=message):
        read_flowtron(path)


def test_a_file_of_another_kind_or_size_is_refused(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(1)}, tmp_path / "other")
    with pytest.raises(CheckpointError, match="not a Flowtron file of glowvox"):
        read_flowtron(tmp_path / "other")
    torch.save({"state_dict": their_tensors()}, tmp_path / "a.pt")
    import_flowtron(tmp_path / "a.pt", tmp_path / "ours", config=settings(tmp_path))
    from safetensors import safe_open

    with safe_open(tmp_path / "ours", "pt") as file:
        header = file.metadata()
    assert set(header) == {FORMAT.key}
    save_file({"embedding.weight": torch.zeros(185, 8)}, tmp_path / "cut", metadata=header)
    with pytest.raises(CheckpointError, match="not of the model in their settings"):
        read_flowtron(tmp_path / "cut")
