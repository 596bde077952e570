"""WaveGlow checkpoints of every layout and container come in whole, or are refused with nothing written."""

from __future__ import annotations

import json
import pickle
import re
import sys
import tarfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from glowvox.audio.conventions import CONVENTIONS
from glowvox.audio.mel import MelConfig
from glowvox.errors import CheckpointError, ConfigError, UsageError
from glowvox.importers.waveglow import import_waveglow
from glowvox.models.vocoder_file import load_vocoder
from glowvox.models.waveglow import WaveGlow
from glowvox.models.waveglow_config import PRESETS, WaveGlowConfig

BANDS, WIDTH, LAYERS = 4, 6, 3
CONFIG = WaveGlowConfig(flows=4, early_every=2, layers=LAYERS, width=WIDTH)
JSON: dict[str, Any] = {
    "n_mel_channels": BANDS,
    "n_flows": 4,
    "n_group": 8,
    "n_early_every": 2,
    "n_early_size": 2,
    "WN_config": {"n_layers": LAYERS, "n_channels": WIDTH, "kernel_size": 3},
}
SOURCE = """
import torch
from torch import nn

class Part(nn.Module):
    pass

class WaveGlow(nn.Module):
    pass
"""


def model() -> WaveGlow:
    torch.manual_seed(0)
    made = WaveGlow(CONFIG, MelConfig(bands=BANDS))
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return made.eval()


def published(made: WaveGlow) -> dict[str, Tensor]:
    """A model's tensors under the names of the published code's last layout."""
    theirs = {}
    for name, value in made.state_dict().items():
        new = re.sub(r"chain\.flows\.(\d+)\.flow\.flows\.0\.weight", r"convinv.\1.conv.weight", name)
        new = re.sub(r"chain\.flows\.(\d+)\.flow\.flows\.1\.network", r"WN.\1", new)
        for ours, old in (
            ("gates", "in_layers"),
            ("residuals", "res_skip_layers"),
            ("conditioning", "cond_layer"),
            ("gain", "weight_g"),
            ("direction", "weight_v"),
        ):
            new = new.replace(ours, old)
        theirs[new] = value[:, :, None] if "convinv" in new else value
    return theirs


def conditioned_by_layer(theirs: dict[str, Tensor]) -> dict[str, Tensor]:
    """The second layout: a conditioning convolution a layer."""
    out = {}
    for name, value in theirs.items():
        if "cond_layer." in name:
            for layer, piece in enumerate(value.chunk(LAYERS)):
                out[name.replace("cond_layer.", f"cond_layers.{layer}.")] = piece.clone()
        else:
            out[name] = value
    return out


def apart(theirs: dict[str, Tensor]) -> dict[str, Tensor]:
    """The first layout: residual and skip apart as well, the last layer having a skip alone."""
    out = {}
    for name, value in conditioned_by_layer(theirs).items():
        if "res_skip_layers." not in name:
            out[name] = value
        elif f"layers.{LAYERS - 1}." in name:
            out[name.replace("res_skip_layers", "skip_layers")] = value
        else:
            residual, skip = value.chunk(2)
            out[name.replace("res_skip_layers", "res_layers")] = residual.clone()
            out[name.replace("res_skip_layers", "skip_layers")] = skip.clone()
    return out


def parametrised(theirs: dict[str, Tensor]) -> dict[str, Tensor]:
    """The newer spelling of weight normalisation."""
    new = {"weight_g": "parametrizations.weight.original0", "weight_v": "parametrizations.weight.original1"}
    return {re.sub("weight_[gv]$", lambda found: new[found[0]], name): value for name, value in theirs.items()}


def applied(theirs: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weight normalisation taken out."""
    out = {}
    for name, value in theirs.items():
        if name.endswith("weight_v"):
            gain = theirs[name.replace("weight_v", "weight_g")]
            out[name.replace("weight_v", "weight")] = gain * value / value.norm(dim=(1, 2), keepdim=True)
        elif not name.endswith("weight_g"):
            out[name] = value
    return out


def same(theirs: dict[str, Tensor]) -> dict[str, Tensor]:
    return theirs


@pytest.fixture
def glow() -> Iterator[ModuleType]:
    """A module named as in the published code, importable only while something is written."""
    made = ModuleType("glow")
    exec(SOURCE, made.__dict__)
    yield made
    sys.modules.pop("glow", None)


def whole(glow: ModuleType, theirs: dict[str, Tensor]) -> nn.Module:
    """A module of foreign classes whose state dict is this."""
    root: nn.Module = glow.WaveGlow()
    for name, value in theirs.items():
        parent, (*path, leaf) = root, name.split(".")
        for part in path:
            if not hasattr(parent, part):
                setattr(parent, part, nn.ModuleList() if part in ("WN", "convinv") else glow.Part())
            parent = getattr(parent, part)
        setattr(parent, leaf, nn.Parameter(value))
    root.register_buffer("scratch", torch.ones(3), persistent=False)
    root.cached_inverse = torch.eye(3)
    return root


def save_whole(glow: ModuleType, content: object, path: Path, *, zipped: bool = True) -> None:
    sys.modules["glow"] = glow
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.save(content, path, _use_new_zipfile_serialization=zipped)
    del sys.modules["glow"]


def spoken(voice: WaveGlow) -> Tensor:
    torch.manual_seed(3)
    return voice.generate(torch.randn(1, BANDS, 3), noise=1)


def loaded(path: Path) -> WaveGlow:
    voice, mel = load_vocoder(path)
    assert isinstance(voice, WaveGlow)
    assert voice.mel == mel
    return voice


def speak(path: Path) -> Tensor:
    return spoken(loaded(path))


@pytest.fixture(scope="module")
def expected() -> Tensor:
    return spoken(model())


@pytest.mark.parametrize("layout", [same, conditioned_by_layer, apart])
@pytest.mark.parametrize("spelling", [same, parametrised, applied])
def test_every_layout_and_spelling_speaks_the_same(
    layout: Any, spelling: Any, expected: Tensor, tmp_path: Path
) -> None:
    theirs = spelling(layout(published(model())))
    torch.save({"model": theirs, "iteration": 7}, tmp_path / "waveglow_7")
    done = import_waveglow(tmp_path / "waveglow_7", tmp_path / "ours.safetensors")
    assert done.config == CONFIG
    assert loaded(done.file).mel.bands == BANDS
    assert (done.used, done.skipped) == (len(theirs), ())
    torch.testing.assert_close(speak(done.file), expected, rtol=0, atol=1e-5 if spelling is applied else 0)


def test_every_container_speaks_the_same(glow: ModuleType, expected: Tensor, tmp_path: Path) -> None:
    theirs = published(model())
    torch.save(theirs, tmp_path / "bare.pt")
    torch.save({"state_dict": {f"module.{name}": value for name, value in theirs.items()}}, tmp_path / "prefixed.pt")
    save_file({name: value.contiguous() for name, value in theirs.items()}, tmp_path / "safe.safetensors")
    record = {"model": whole(glow, theirs), "iteration": 7, "optimizer": {"state": {}}, "learning_rate": 1e-4}
    save_whole(glow, record, tmp_path / "zip.pt")
    save_whole(glow, record, tmp_path / "legacy.pt", zipped=False)
    save_whole(glow, record["model"], tmp_path / "module.pt")
    for path in sorted(tmp_path.iterdir()):
        done = import_waveglow(path, tmp_path / f"{path.stem}.ours.safetensors")
        assert torch.equal(speak(done.file), expected), path.name
        assert done.skipped == ()


def test_half_precision_comes_in_as_single(tmp_path: Path) -> None:
    torch.save({name: value.half() for name, value in published(model()).items()}, tmp_path / "w.pt")
    done = import_waveglow(tmp_path / "w.pt", tmp_path / "ours.safetensors")
    assert {parameter.dtype for parameter in loaded(done.file).parameters()} == {torch.float32}


def test_alternating_halves_are_remembered(tmp_path: Path, expected: Tensor) -> None:
    torch.save(published(model()), tmp_path / "w.pt")
    done = import_waveglow(tmp_path / "w.pt", tmp_path / "ours.safetensors", alternating=True)
    assert loaded(done.file).config.alternating
    assert not torch.equal(speak(done.file), expected)


def test_a_checkpoint_of_the_published_size(golden_dir: Path, tmp_path: Path) -> None:
    entry = json.loads((golden_dir / "state_dict_names.json").read_text())["waveglow_256channels"]
    torch.manual_seed(0)
    theirs = {name: torch.full(shape, 0.01, dtype=torch.float16) for name, shape in entry["tensors"].items()}
    for name in theirs:
        if name.startswith("convinv"):
            theirs[name] = torch.linalg.qr(torch.randn(len(theirs[name]), len(theirs[name])))[0][:, :, None].half()
    save_file({name: value.contiguous() for name, value in theirs.items()}, tmp_path / "w.safetensors")
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"waveglow_config": entry["waveglow_config"]}))
    done = import_waveglow(tmp_path / "w.safetensors", tmp_path / "ours.safetensors", config=config)
    assert done.parameters == entry["n_parameters"] == 87_879_272
    assert done.used == entry["n_tensors"]
    voice = loaded(done.file)
    assert voice.mel == CONVENTIONS["tacotron-22k"]
    wave = voice(torch.full((1, 80, 1), -5.0))
    assert wave.shape == (1, 256)
    assert torch.isfinite(wave).all()
    assert wave.std() > 0.1
    assert voice.config == PRESETS["published"]


class Hostile:
    """An object whose pickle calls something."""

    def __init__(self, function: Any, *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


def test_a_pickle_that_would_run_code_is_refused_and_runs_none(glow: ModuleType, tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    inside = whole(glow, published(model()))
    inside.cached_inverse = Hostile(touched.touch)  # type: ignore[assignment]
    hidden = whole(glow, published(model()))
    hidden.cached_inverse = Hostile(eval, f"__import__('pathlib').Path({str(touched)!r}).touch()")  # type: ignore[assignment]
    disguised = Hostile(torch.load, str(tmp_path / "plain.pt"))  # a function of torch's own
    (tmp_path / "plain.pt").write_bytes(pickle.dumps(Hostile(touched.touch)))
    for number, content in enumerate((inside, hidden, disguised, Hostile(getattr, touched, "touch"))):
        for zipped in (True, False):
            path = tmp_path / f"w{number}{zipped}.pt"
            save_whole(glow, {"model": content}, path, zipped=zipped)
            with pytest.raises(CheckpointError, match="refused: it holds more than tensors and plain values"):
                import_waveglow(path, tmp_path / "ours.safetensors")
    with pytest.raises(CheckpointError, match="not a readable checkpoint|refused"):
        import_waveglow(tmp_path / "plain.pt", tmp_path / "ours.safetensors")
    assert not touched.exists()
    assert not (tmp_path / "ours.safetensors").exists()


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    script = tmp_path / "script.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch would rather not
        torch.jit.script(nn.Linear(2, 2)).save(str(script))
    archive = tmp_path / "archive.pt"
    with tarfile.open(archive, "w") as made:
        made.add(script, "pickle")
    whole_file = tmp_path / "whole.pt"
    torch.save(published(model()), whole_file)
    broken = tmp_path / "broken.pt"
    broken.write_bytes(whole_file.read_bytes()[:5000])
    text = tmp_path / "text.pt"
    text.write_text("hello")
    for path, message in (
        (script, "refused: it holds more than tensors and plain values .a compiled program or a tar archive"),
        (archive, "refused: it holds more than tensors and plain values .a compiled program or a tar archive"),
        (broken, "not a readable checkpoint"),
        (text, "refused|not a readable checkpoint"),
        (tmp_path / "none.pt", "no such file"),
    ):
        with pytest.raises(CheckpointError, match=message):
            import_waveglow(path, tmp_path / "ours.safetensors")
    assert not (tmp_path / "ours.safetensors").exists()


def test_tensors_that_do_not_fit_are_named_and_nothing_is_written(tmp_path: Path) -> None:
    theirs = published(model())
    gate = "WN.1.in_layers.2.weight_v"
    cases = {
        "its tensors are not those of a WaveGlow": {"encoder.weight": torch.zeros(3)},
        "no tensor for 'chain.flows.1.flow.flows.1.network.gates.2.direction'": {
            name: value for name, value in theirs.items() if name != gate
        },
        r"gates.2.direction' is \(3, 2, 1\), the settings ask for \(12, 6, 3\)": theirs | {gate: torch.zeros(3, 2, 1)},
        "no place for 'chain.flows.9": theirs | {"convinv.9.conv.weight": torch.eye(4)[:, :, None]},
        "at least 2 must remain": theirs
        | {f"convinv.{number}.conv.weight": torch.eye(2)[:, :, None] for number in (1, 2, 3)},
    }
    for message, tensors in cases.items():
        torch.save(tensors, tmp_path / "w.pt")
        with pytest.raises(CheckpointError, match=message):
            import_waveglow(tmp_path / "w.pt", tmp_path / "ours.safetensors")
        assert not (tmp_path / "ours.safetensors").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not valid JSON"),
        ("{}", "no 'waveglow_config' section"),
        (json.dumps({"waveglow_config": JSON | {"n_flow": 4}}), "unknown key 'n_flow'; did you mean 'n_flows'"),
        (json.dumps({"waveglow_config": JSON | {"n_flows": 12}}), "n_flows = 12, but the checkpoint's tensors say 4"),
        (
            json.dumps({"waveglow_config": JSON | {"WN_config": {"n_channels": 256}}}),
            "n_channels = 256, but the checkpoint's tensors say 6",
        ),
        (
            json.dumps({"waveglow_config": JSON, "data_config": {"hop_length": 200}}),
            "hop_length = 200; the model stretches every frame to 256 samples",
        ),
        (
            json.dumps({"waveglow_config": JSON, "data_config": {"mel_fmin": 9000.0}}),
            r"mel.low = 9000, mel.high = 8000",
        ),
    ],
)
def test_settings_that_are_wrong_are_named(text: str, message: str, tmp_path: Path) -> None:
    torch.save(published(model()), tmp_path / "w.pt")
    config = tmp_path / "config.json"
    config.write_text(text)
    with pytest.raises(ConfigError, match=message):
        import_waveglow(tmp_path / "w.pt", tmp_path / "ours.safetensors", config=config)
    assert not (tmp_path / "ours.safetensors").exists()


def test_the_settings_mel_is_read_and_an_existing_file_stays(tmp_path: Path) -> None:
    torch.save(published(model()), tmp_path / "w.pt")
    config = tmp_path / "config.json"
    data = {"sampling_rate": 16000, "filter_length": 2048, "win_length": 800, "mel_fmin": 50.0, "mel_fmax": None}
    config.write_text(json.dumps({"waveglow_config": JSON, "data_config": data, "train_config": {}}))
    done = import_waveglow(tmp_path / "w.pt", tmp_path / "ours.safetensors", config=config)
    mel = loaded(done.file).mel
    assert (mel.sample_rate, mel.fft_size, mel.window, mel.low, mel.high) == (16000, 2048, 800, 50.0, 8000.0)
    before = done.file.read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        import_waveglow(tmp_path / "w.pt", done.file)
    assert done.file.read_bytes() == before
