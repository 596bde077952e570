"""Published vocoders come in whole, in every form of their weights, or are refused with nothing written."""

from __future__ import annotations

import json
import pickle
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from glowvox.audio.conventions import CONVENTIONS
from glowvox.audio.mel import MelConfig, log_mel
from glowvox.errors import CheckpointError, ConfigError, InputError, UsageError
from glowvox.importers.vocoder_names import generator_name, vocos_name
from glowvox.importers.vocoder_settings import bigvgan_config, mel_config
from glowvox.importers.vocoders import import_vocoder, translate
from glowvox.models.bigvgan import BigVGAN
from glowvox.models.hifi_gan import HiFiGAN
from glowvox.models.upsampling_config import HiFiGANConfig
from glowvox.models.vocoder_file import load_vocoder
from tests.fixtures.runs import make_run

DILATIONS = [[1, 3, 5]] * 3
V1: dict[str, Any] = {
    "resblock": "1",
    "batch_size": 16,
    "upsample_rates": [8, 8, 2, 2],
    "upsample_kernel_sizes": [16, 16, 4, 4],
    "upsample_initial_channel": 512,
    "resblock_kernel_sizes": [3, 7, 11],
    "resblock_dilation_sizes": DILATIONS,
    "num_mels": 80,
    "n_fft": 1024,
    "hop_size": 256,
    "win_size": 1024,
    "sampling_rate": 22050,
    "fmin": 0,
    "fmax": 8000,
    "fmax_for_loss": None,
    "dist_config": {"dist_backend": "nccl"},
}
V3 = V1 | {
    "resblock": "2",
    "upsample_rates": [8, 8, 4],
    "upsample_kernel_sizes": [16, 16, 8],
    "upsample_initial_channel": 256,
    "resblock_kernel_sizes": [3, 5, 7],
    "resblock_dilation_sizes": [[1, 2], [2, 6], [3, 12]],
}
BASE = V1 | {
    "activation": "snakebeta",
    "snake_logscale": True,
    "sampling_rate": 24000,
    "num_mels": 100,
    "fmax": 12000,
}
FULL = BASE | {
    "upsample_rates": [4, 4, 2, 2, 2, 2],
    "upsample_kernel_sizes": [8, 8, 4, 4, 4, 4],
    "upsample_initial_channel": 1536,
}
V2_FULL = FULL | {"use_tanh_at_final": False, "use_bias_at_final": False, "fmax": None}
TINY = V3 | {"upsample_initial_channel": 8}
TINY_BIG = BASE | {"upsample_initial_channel": 16, "resblock_kernel_sizes": [3], "resblock_dilation_sizes": [[1, 2]]}
VOCOS_YAML = """\
feature_extractor:
  class_path: vocos.feature_extractors.MelSpectrogramFeatures
  init_args:
    sample_rate: 24000
    n_fft: 1024
    hop_length: 256
    n_mels: 100
    padding: center

backbone:
  class_path: vocos.models.VocosBackbone
  init_args:
    input_channels: 100
    dim: 512
    intermediate_dim: 1536
    num_layers: 8

head:
  class_path: vocos.heads.ISTFTHead
  init_args:
    dim: 512
    n_fft: 1024
    hop_length: 256
    padding: center
"""
TINY_YAML = VOCOS_YAML.replace("512", "16").replace("1536", "24").replace("num_layers: 8", "num_layers: 2")


def settings(folder: Path, content: dict[str, Any] | str) -> Path:
    path = folder / ("config.yaml" if isinstance(content, str) else "config.json")
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def shapes(golden_dir: Path, name: str) -> dict[str, Any]:
    """Tensor shapes of a published size, with what the list abbreviates written out."""
    whole = json.loads((golden_dir / "state_dict_names.json").read_text())
    table: dict[str, Any] = whole[name] | {"tensors": dict(whole[name]["tensors"])}
    rest = table["tensors"].pop("_rest", None)
    if rest is not None:
        other, _, left_out = rest.removeprefix("identical to ").partition(" minus ")
        base = shapes(golden_dir, other)
        table = base | {
            "n_parameters": table.get("n_parameters", base["n_parameters"]),
            "tensors": base["tensors"] | table["tensors"],
        }
        if left_out:
            table["n_parameters"] -= torch.Size(table["tensors"].pop(left_out)).numel()
    return table


PUBLISHED: dict[str, tuple[str, dict[str, Any] | str]] = {
    "hifigan_v1_generator": ("hifi-gan", V1),
    "hifigan_v2_generator": ("hifi-gan", V1 | {"upsample_initial_channel": 128}),
    "hifigan_v3_generator": ("hifi-gan", V3),
    "bigvgan_base_24khz_100band": ("bigvgan", BASE),
    "bigvgan_base_22khz_80band": ("bigvgan", BASE | {"num_mels": 80, "sampling_rate": 22050, "fmax": 8000}),
    "vocos_mel_24khz": ("vocos", VOCOS_YAML),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_sizes_import_with_their_parameter_count(name: str, golden_dir: Path, tmp_path: Path) -> None:
    family, content = PUBLISHED[name]
    entry = shapes(golden_dir, name)
    tensors = {tensor: torch.zeros(shape) + 0.01 for tensor, shape in entry["tensors"].items()}
    save_file(tensors, tmp_path / "theirs.safetensors")
    done = import_vocoder(
        family, tmp_path / "theirs.safetensors", settings(tmp_path, content), tmp_path / "ours.safetensors"
    )
    assert done.parameters == entry["n_parameters"]
    assert done.used + done.remade == len(tensors)
    assert done.skipped == ()
    model, mel = load_vocoder(tmp_path / "ours.safetensors")
    with torch.no_grad():
        assert model(torch.zeros(1, mel.bands, 3)).shape[1] in (2 * mel.hop, 3 * mel.hop)


@pytest.mark.parametrize(
    ("name", "table"), [("bigvgan_24khz_100band", FULL), ("bigvgan_v2_24khz_100band_256x", V2_FULL)]
)
def test_the_largest_sizes_have_a_place_for_every_tensor(name: str, table: dict[str, Any], golden_dir: Path) -> None:
    entry = shapes(golden_dir, name)
    with torch.device("meta"):
        model = BigVGAN(bigvgan_config(table, where="test"), mel_config(table, where="test"))
        theirs = {tensor: torch.zeros(shape) for tensor, shape in entry["tensors"].items()}
        ours, _, unknown = translate(theirs, partial(generator_name, blocks=3), model.state_dict())
    assert unknown == []
    assert {n: v.shape for n, v in ours.items()} == {n: v.shape for n, v in model.state_dict().items()}
    assert sum(parameter.numel() for parameter in model.parameters()) == entry["n_parameters"]


def hifi_gan_tensors(table: dict[str, Any] = TINY) -> tuple[HiFiGAN, dict[str, Tensor]]:
    """A small model of ours, and its tensors under the authors' names."""
    torch.manual_seed(0)
    config = HiFiGANConfig(
        channels=table["upsample_initial_channel"],
        rates=tuple(table["upsample_rates"]),
        kernels=tuple(table["upsample_kernel_sizes"]),
        block="single",
        block_kernels=tuple(table["resblock_kernel_sizes"]),
        dilations=tuple(map(tuple, table["resblock_dilation_sizes"])),
    )
    model = HiFiGAN(config, MelConfig()).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("gain"):
                parameter.mul_(1.3)  # so that gain and norm differ
    names = [f"{stem}.{leaf}" for stem in stems() for leaf in ("weight_g", "weight_v", "bias")]
    state = model.state_dict()
    theirs = {name: state[str(generator_name(name, blocks=3))] for name in names}
    assert len(theirs) == len(state)
    return model, theirs


def stems() -> list[str]:
    blocks = [f"resblocks.{number}.convs.{place}" for number in range(9) for place in range(2)]
    return ["conv_pre", *(f"ups.{number}" for number in range(3)), *blocks, "conv_post"]


def other_forms(theirs: dict[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    """The same weights as torch's later parametrisation stores them, and folded."""
    later, folded = {}, {}
    for name, value in theirs.items():
        stem, _, leaf = name.rpartition(".")
        ending = {"weight_g": "original0", "weight_v": "original1"}.get(leaf)
        later[f"{stem}.parametrizations.weight.{ending}" if ending else name] = value
        if leaf == "weight_g":
            folded[f"{stem}.weight"] = torch._weight_norm(theirs[f"{stem}.weight_v"], value, 0)
        elif leaf == "bias":
            folded[name] = value
    return {"weight_g": theirs, "parametrizations": later, "folded": folded}


@pytest.mark.parametrize("form", ["weight_g", "parametrizations", "folded"])
@pytest.mark.parametrize("container", ["g_00000001", "model.safetensors"])
def test_every_form_of_the_weights_makes_the_same_wave(tmp_path: Path, form: str, container: str) -> None:
    model, theirs = hifi_gan_tensors()
    tensors = {name: value.contiguous() for name, value in other_forms(theirs)[form].items()}
    if container.endswith("safetensors"):
        save_file(tensors, tmp_path / container)
    else:
        torch.save({"generator": {f"module.{name}": value for name, value in tensors.items()}}, tmp_path / container)
    done = import_vocoder("hifi-gan", tmp_path / container, settings(tmp_path, TINY), tmp_path / "ours.safetensors")
    assert done.used == len(tensors)
    assert done.mel == MelConfig()
    mel = torch.randn(1, 80, 7, generator=torch.Generator().manual_seed(1))
    loaded, _ = load_vocoder(done.file)
    torch.testing.assert_close(loaded(mel), model(mel), atol=1e-5, rtol=1e-4)


def test_the_last_generator_of_a_folder_is_taken(tmp_path: Path) -> None:
    model, theirs = hifi_gan_tensors()
    settings(tmp_path, TINY)
    torch.save({"generator": {name: value + 1 for name, value in theirs.items()}}, tmp_path / "g_00000900")
    torch.save({"generator": theirs}, tmp_path / "g_00001000")
    torch.save({"mpd": {}}, tmp_path / "do_00001000")
    done = import_vocoder("hifi-gan", tmp_path, None, tmp_path / "ours.safetensors")
    torch.testing.assert_close(load_vocoder(done.file)[0].state_dict(), model.state_dict())


def test_an_experiment_of_amphions_is_read(tmp_path: Path) -> None:
    model, theirs = hifi_gan_tensors()
    mel = {"sample_rate": 22050, "n_mel": 80, "n_fft": 1024, "win_size": 1024, "hop_size": 256, "fmin": 0, "fmax": 8000}
    sizes = {key: value for key, value in TINY.items() if key.startswith(("resblock", "upsample"))}
    (tmp_path / "args.json").write_text(
        json.dumps({"preprocess": mel, "model": {"generator": "hifigan", "hifigan": sizes}})
    )
    (tmp_path / "checkpoints").mkdir()
    torch.save({"generator_state_dict": theirs}, tmp_path / "checkpoints" / "0000400.pt")
    done = import_vocoder("hifi-gan", tmp_path, None, tmp_path / "ours.safetensors")
    assert done.mel == MelConfig()
    torch.testing.assert_close(load_vocoder(done.file)[0].state_dict(), model.state_dict())
    with pytest.raises(ConfigError, match=r"no section 'model.bigvgan'"):
        import_vocoder("bigvgan", tmp_path, None, tmp_path / "other.safetensors")


def test_centred_mels_are_those_of_a_sound_half_a_hop_later() -> None:
    """Why a generator may take them: nothing but the place of its frames is another."""
    random = np.random.default_rng(0)
    sound = np.sin(np.cumsum(random.uniform(0.02, 0.2, 9000))) + 0.1 * random.normal(size=9000)
    centred = log_mel(sound, CONVENTIONS["tacotron-22k"])
    later = log_mel(np.concatenate([np.zeros(128), sound]), MelConfig())
    inside = slice(3, later.shape[1] - 3)
    assert np.abs(centred[:, inside] - later[:, inside]).max() < 1e-3
    assert np.abs(centred[:, inside] - log_mel(sound, MelConfig())[:, inside]).mean() > 0.1


def test_a_generator_takes_the_mels_of_a_run_that_differ_in_their_place_alone(tmp_path: Path) -> None:
    settings(tmp_path, TINY)
    torch.save({"generator": hifi_gan_tensors()[1]}, tmp_path / "g_1")
    run = make_run(tmp_path / "house").folder
    same = import_vocoder("hifi-gan", tmp_path, None, tmp_path / "a.safetensors", mel_of=run)
    assert (same.mel, same.moved) == (MelConfig(), False)
    text = (run / "run.toml").read_text()
    (run / "run.toml").write_text(
        text.replace('padding = "same"', 'padding = "centred"').replace("epsilon = 1e-09", "epsilon = 0.0")
    )
    centred = import_vocoder("hifi-gan", tmp_path, None, tmp_path / "b.safetensors", mel_of=run)
    assert (centred.mel, centred.moved) == (CONVENTIONS["tacotron-22k"], True)
    assert load_vocoder(centred.file)[1] == CONVENTIONS["tacotron-22k"]
    (run / "run.toml").write_text(text.replace("high = 8000.0", "high = 11025.0"))
    with pytest.raises(InputError, match="the vocoder and .*house use different mel spectrograms: high 8000.0 against"):
        import_vocoder("hifi-gan", tmp_path, None, tmp_path / "c.safetensors", mel_of=run)
    assert not (tmp_path / "c.safetensors").exists()


def test_a_folder_without_a_generator_or_settings_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "one" / "two" / "three" / "four"
    place.mkdir(parents=True)
    with pytest.raises(CheckpointError, match="no checkpoint in this folder"):
        import_vocoder("hifi-gan", place, None, tmp_path / "ours")
    torch.save({"generator": {}}, place / "g_1")
    with pytest.raises(UsageError, match=r"no args.json or config.json or config.yaml beside it or above it"):
        import_vocoder("hifi-gan", place, None, tmp_path / "ours")
    assert not (tmp_path / "ours").exists()


def test_bigvgan_filters_are_looked_at_and_its_options_read(tmp_path: Path) -> None:
    table = TINY_BIG | {"activation": "snake", "snake_logscale": False, "use_tanh_at_final": False, "fmax": None}
    config = bigvgan_config(table, where="test")
    assert (config.activation, config.log_scale, config.last, config.last_bias) == ("snake", False, "clip", True)
    assert mel_config(table, where="test") == CONVENTIONS["bigvgan-24k"]
    torch.manual_seed(0)
    model = BigVGAN(config, mel_config(table, where="test"))
    back = {"gain": "weight_g", "direction": "weight_v", "frequency": "alpha"}
    theirs = {}
    for name, value in model.state_dict().items():
        stem, _, leaf = name.rpartition(".")
        for ours, other in (
            ("first", "conv_pre"), ("last", "conv_post"), ("activation.activation", "activation_post.act"),
            *((f"stages.{i}.upsampling", f"ups.{i}.0") for i in range(4)),
            *((f"stages.{i}.blocks.0.dilated.{j}", f"resblocks.{i}.convs1.{j}") for i in range(4) for j in range(2)),
            *((f"stages.{i}.blocks.0.plain.{j}", f"resblocks.{i}.convs2.{j}") for i in range(4) for j in range(2)),
            *((f"stages.{i}.blocks.0.activations.{j}.activation", f"resblocks.{i}.activations.{j}.act")
              for i in range(4) for j in range(4)),
        ):  # fmt: skip
            if stem == ours:
                theirs[f"{other}.{back.get(leaf, leaf)}"] = value
    assert len(theirs) == len(model.state_dict())
    theirs["activation_post.upsample.filter"] = torch.full((1, 1, 12), 1 / 12)
    theirs["activation_post.downsample.lowpass.filter"] = model.activation.taps  # type: ignore[assignment]
    torch.save({"generator": theirs}, tmp_path / "g")
    done = import_vocoder("bigvgan", tmp_path / "g", settings(tmp_path, table), tmp_path / "ours.safetensors")
    assert done.remade == 2
    assert done.different == ("activation_post.upsample.filter",)
    mel = torch.randn(1, 100, 4, generator=torch.Generator().manual_seed(1))
    assert torch.equal(load_vocoder(done.file)[0](mel), model(mel))


def vocos_tensors() -> dict[str, Tensor]:
    torch.manual_seed(0)
    norm = {"weight": 16, "bias": 16}
    sizes: dict[str, tuple[int, ...]] = {
        "backbone.embed.weight": (16, 100, 7),
        "backbone.embed.bias": (16,),
        **{f"backbone.{name}.{leaf}": (16,) for name in ("norm", "final_layer_norm") for leaf in norm},
        "head.out.weight": (1026, 16),
        "head.out.bias": (1026,),
    }
    for layer in range(2):
        stem = f"backbone.convnext.{layer}"
        sizes |= {
            f"{stem}.gamma": (16,),
            f"{stem}.dwconv.weight": (16, 1, 7),
            f"{stem}.dwconv.bias": (16,),
            f"{stem}.norm.weight": (16,),
            f"{stem}.norm.bias": (16,),
            f"{stem}.pwconv1.weight": (24, 16),
            f"{stem}.pwconv1.bias": (24,),
            f"{stem}.pwconv2.weight": (16, 24),
            f"{stem}.pwconv2.bias": (16,),
        }
    return {name: torch.randn(size) * 0.1 for name, size in sizes.items()}


def test_vocos_from_a_training_run_leaves_its_discriminators(tmp_path: Path) -> None:
    tensors = vocos_tensors() | {
        "head.istft.window": torch.hann_window(1024),
        "feature_extractor.mel_spec.spectrogram.window": torch.ones(1024),
        "multiperioddisc.discriminators.0.conv_post.bias": torch.zeros(1),
    }
    torch.save({"state_dict": tensors, "epoch": 3}, tmp_path / "last.ckpt")
    done = import_vocoder("vocos", tmp_path / "last.ckpt", settings(tmp_path, TINY_YAML), tmp_path / "ours.safetensors")
    assert done.skipped == ("multiperioddisc.discriminators.0.conv_post.bias",)
    assert done.different == ("feature_extractor.mel_spec.spectrogram.window",)
    assert done.mel == CONVENTIONS["vocos-24k"]
    model, _ = load_vocoder(done.file)
    assert torch.equal(model.state_dict()["head.weight"], tensors["head.out.weight"])
    assert torch.equal(model.state_dict()["network.blocks.1.scale"], tensors["backbone.convnext.1.gamma"])


def test_vocos_settings_as_json_and_inside_a_training_file_are_the_same(tmp_path: Path) -> None:
    from glowvox.importers.vocos_settings import vocos_settings

    plain = vocos_settings(settings(tmp_path, VOCOS_YAML))
    indented = "seed_everything: 4444 # comment\nmodel:\n  class_path: vocos.experiment.VocosExp\n  init_args:\n"
    indented += "    sample_rate: 24000\n" + "".join(f"    {line}\n" for line in VOCOS_YAML.splitlines())
    indented += "trainer:\n  callbacks:\n    - class_path: pytorch_lightning.callbacks.LearningRateMonitor\n"
    assert vocos_settings(settings(tmp_path, indented)) == plain
    part = {"sample_rate": 24000, "n_fft": 1024, "hop_length": 256, "n_mels": 100, "padding": "center"}
    table = {
        "feature_extractor": {"class_path": "x.MelSpectrogramFeatures", "init_args": part},
        "backbone": {
            "class_path": "x.VocosBackbone",
            "init_args": {"input_channels": 100, "dim": 512, "intermediate_dim": 1536, "num_layers": 8},
        },
        "head": {
            "class_path": "x.ISTFTHead",
            "init_args": {"dim": 512, "n_fft": 1024, "hop_length": 256, "padding": "center"},
        },
    }
    assert vocos_settings(settings(tmp_path, table)) == plain


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("vocos.models.VocosBackbone", "vocos.models.VocosResNetBackbone"),
            "backbone: VocosResNetBackbone is not imported; only VocosBackbone is",
        ),
        (("MelSpectrogramFeatures", "EncodecFeatures"), "feature_extractor: EncodecFeatures is not imported"),
        (("    num_layers: 8", "    num_layers: 8\n    adanorm_num_embeddings: 4"), "bandwidth of a codec"),
        (("input_channels: 100", "input_channels: 80"), "backbone.input_channels = 80 does not fit.*100"),
        (("    hop_length: 256\n    padding", "    hop_length: 128\n    padding"), "head.hop_length = 128"),
        (("sample_rate: 24000", "sample_rate: fast"), "sample_rate a number of Hz"),
        (("head:", "tail:"), "no 'head' with 'init_args'"),
        (("num_layers: 8", "num_layers: 0"), "layers = 0 must be at least 1"),
        (("num_layers: 8", "num_layers 8"), "line 16: 'num_layers 8': expected 'key: value'"),
    ],
)
def test_vocos_models_that_are_not_made_here_are_named(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    torch.save(vocos_tensors(), tmp_path / "v.bin")
    with pytest.raises(ConfigError, match=message):
        import_vocoder("vocos", tmp_path / "v.bin", settings(tmp_path, VOCOS_YAML.replace(*change)), tmp_path / "ours")
    assert not (tmp_path / "ours").exists()


def test_tensors_that_do_not_fit_are_named_and_nothing_is_written(tmp_path: Path) -> None:
    _, whole = hifi_gan_tensors()
    cases: dict[str, dict[str, Any]] = {
        "no tensor for 'last.bias'": {name: v for name, v in whole.items() if name != "conv_post.bias"},
        r"'first.direction' is \(8, 100, 7\), the settings ask for \(8, 80, 7\)": whole
        | {"conv_pre.weight_v": torch.zeros(8, 100, 7)},
        "no place for 'stages.3.upsampling.bias'": whole | {"ups.3.bias": torch.zeros(1)},
    }
    for message, tensors in cases.items():
        torch.save({"generator": tensors}, tmp_path / "g")
        with pytest.raises(CheckpointError, match=message):
            import_vocoder("hifi-gan", tmp_path / "g", settings(tmp_path, TINY), tmp_path / "ours")
    torch.save({"mpd": whole, "msd": whole, "steps": 3}, tmp_path / "g")
    with pytest.raises(CheckpointError, match="no named tensors in it; its entries are mpd, msd, steps"):
        import_vocoder("hifi-gan", tmp_path / "g", settings(tmp_path, TINY), tmp_path / "ours")
    assert not (tmp_path / "ours").exists()


def test_wrong_settings_are_named(tmp_path: Path) -> None:
    torch.save({"generator": hifi_gan_tensors()[1]}, tmp_path / "g")
    without = {key: value for key, value in TINY.items() if key != "upsample_rates"}
    for content, message in (
        (without, "'upsample_rates' is missing"),
        (TINY | {"upsample_rates": [8, 8, 2]}, "rates = .* make 128 samples of a frame, the mel's hop is 256"),
        (TINY | {"upsample_kernel_sizes": [16, 16, "8"]}, "kernels"),
        (TINY | {"fmax": 20000}, "high = 20000"),
        ("[1, 2]", "holds a list"),
        ("{", "not valid JSON"),
    ):
        with pytest.raises(ConfigError, match=message):
            import_vocoder("hifi-gan", tmp_path / "g", settings(tmp_path, content), tmp_path / "ours")
    with pytest.raises(ConfigError, match="'activation' is missing; expected the settings file of a BigVGAN"):
        import_vocoder("bigvgan", tmp_path / "g", settings(tmp_path, TINY), tmp_path / "ours")
    with pytest.raises(ConfigError, match="no such file"):
        import_vocoder("hifi-gan", tmp_path / "g", tmp_path / "none.json", tmp_path / "ours")


def test_a_pickle_that_would_run_code_is_refused_and_runs_none(tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "touched",))

    torch.save({"generator": Hostile()}, tmp_path / "g")
    (tmp_path / "h").write_bytes(pickle.dumps({"generator": Hostile()}))
    for name in ("g", "h"):
        with pytest.raises(CheckpointError):
            import_vocoder("hifi-gan", tmp_path / name, settings(tmp_path, TINY), tmp_path / "ours")
    assert not (tmp_path / "touched").exists()


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "ours").write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        import_vocoder("hifi-gan", tmp_path / "g", settings(tmp_path, TINY), tmp_path / "ours")
    assert (tmp_path / "ours").read_text() == "mine"


def test_names_of_others_are_not_understood() -> None:
    for name in ("decoder.conv_pre.weight", "resblocks.0.gamma", "ups.bias", "mpd.discriminators.0.convs.0.bias"):
        assert generator_name(name, blocks=3) is None
    assert generator_name("resblocks.7.convs2.1.bias", blocks=3) == "stages.2.blocks.1.plain.1.bias"
    assert vocos_name("head.imdct.window") is None
