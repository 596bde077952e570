from __future__ import annotations

import librosa
import numpy as np
import pytest
from msgspec.structs import replace

from glowvox.audio.conventions import CONVENTIONS, HOUSE
from glowvox.audio.mel import (
    MelConfig,
    Normalisation,
    compress,
    decompress,
    denormalise,
    log_mel,
    mel_filters,
    normalise,
)
from glowvox.config import build, dumps
from glowvox.errors import AudioError, ConfigError, InputError

NOISE = (0.1 * np.random.default_rng(0).standard_normal(9000)).astype(np.float32)


def test_the_default_is_the_house_convention() -> None:
    config = MelConfig()
    assert config == CONVENTIONS[HOUSE]
    assert (config.sample_rate, config.fft_size, config.hop, config.bands, config.high) == (22050, 1024, 256, 80, 8000)
    assert (config.compression, config.floor, config.padding) == ("ln", 1e-5, "same")


def test_the_house_fingerprint_never_changes() -> None:
    # stored in prepared data, runs and voices: a new value here would lock all of them out
    assert MelConfig().fingerprint() == "efecb0e3319f"


def test_every_field_is_in_the_fingerprint() -> None:
    changed = {
        "sample_rate": 24000, "fft_size": 2048, "window": 800, "hop": 200, "bands": 100, "low": 20.0, "high": 7600.0,
        "scale": "htk", "norm": "none", "padding": "centred", "preemphasis": 0.97, "epsilon": 0.0, "floor": 1e-7,
        "compression": "log10", "gain": 20.0, "normalisation": Normalisation(),
    }  # fmt: skip
    assert changed.keys() == set(MelConfig.__struct_fields__)
    prints = {replace(MelConfig(), **{name: value}).fingerprint() for name, value in changed.items()}
    assert len(prints | {MelConfig().fingerprint()}) == len(changed) + 1


def test_differences_name_the_fields() -> None:
    other = replace(MelConfig(), high=11025.0, padding="centred")
    assert MelConfig().differences(other) == {"high": (8000.0, 11025.0), "padding": ("same", "centred")}
    assert MelConfig().differences(MelConfig()) == {}


def test_a_mismatch_is_refused_with_its_fields() -> None:
    MelConfig().require_same(MelConfig(), own="the model a", others="the data b")
    with pytest.raises(InputError) as caught:
        MelConfig().require_same(CONVENTIONS["tacotron-22k"], own="the model a", others="the data b")
    assert caught.value.message == (
        "the model a and the data b use different mel spectrograms: "
        "padding same against centred, epsilon 1e-09 against 0.0"
    )
    assert MelConfig().fingerprint() in str(caught.value.hint)


@pytest.mark.parametrize("name", CONVENTIONS)
def test_settings_survive_toml(name: str) -> None:
    import tomllib

    config = CONVENTIONS[name]
    assert build(tomllib.loads(dumps(config)), MelConfig, where="x") == config


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("hop", 0, "mel.hop = 0: expected a positive number"),
        ("window", 2000, "mel.window = 2000: expected at most fft_size, 1024"),
        ("hop", 1025, "mel.hop = 1025: expected at most window, 1024"),
        ("high", 12000.0, "half the sample rate"),
        ("low", 9000.0, "0 <= low < high"),
        ("preemphasis", 1.0, "0 <= preemphasis < 1"),
    ],
)
def test_impossible_settings_are_refused(field: str, value: float, message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace(".", r"\.")):
        replace(MelConfig(), **{field: value}).__post_init__()


@pytest.mark.parametrize("scale", ["slaney", "htk"])
@pytest.mark.parametrize("norm", ["slaney", "none"])
@pytest.mark.parametrize(
    ("rate", "fft_size", "bands", "low", "high"), [(22050, 1024, 80, 0, 8000), (16000, 512, 40, 60, 7600)]
)
def test_filters_are_librosas(
    scale: str, norm: str, rate: int, fft_size: int, bands: int, low: float, high: float
) -> None:
    config = build(
        {"sample_rate": rate, "fft_size": fft_size, "window": fft_size, "hop": fft_size // 4, "bands": bands}
        | {"low": low, "high": high, "scale": scale, "norm": norm},
        MelConfig,
        where="x",
    )
    theirs = librosa.filters.mel(
        sr=rate,
        n_fft=fft_size,
        n_mels=bands,
        fmin=low,
        fmax=high,
        htk=scale == "htk",
        norm=None if norm == "none" else norm,
    )
    np.testing.assert_allclose(mel_filters(config), theirs, atol=1e-7)


def test_equal_area_and_read_only() -> None:
    filters = mel_filters(replace(MelConfig(), fft_size=16384, window=1024))
    np.testing.assert_allclose(filters.sum(axis=1) * 22050 / 16384, 1.0, atol=2e-3)
    with pytest.raises(ValueError, match="read-only"):
        filters[0, 0] = 1


@pytest.mark.parametrize("name", CONVENTIONS)
def test_decompress_inverts_compress_above_the_floor(name: str) -> None:
    config = CONVENTIONS[name]
    linear = np.geomspace(max(config.floor * 1.01, 2e-4), 9.0, 50)
    np.testing.assert_allclose(decompress(compress(linear, config), config), linear, rtol=1e-6)


def test_silence_is_the_floor_or_what_epsilon_leaves() -> None:
    silent = np.zeros(4000, np.float32)
    vocos = CONVENTIONS["vocos-24k"]
    np.testing.assert_allclose(log_mel(silent, vocos), np.log(1e-7), rtol=1e-6)
    assert np.all(log_mel(silent, CONVENTIONS["coqui-22k"]) == -4.0)
    assert np.all(log_mel(silent, MelConfig()) >= np.float32(np.log(1e-5)))


def test_ten_times_the_signal_is_ln_ten_more() -> None:
    difference = log_mel(10 * NOISE, MelConfig()) - log_mel(NOISE, MelConfig())
    np.testing.assert_allclose(difference, np.log(10), atol=2e-3)


def test_shape_type_and_shortest_inputs() -> None:
    config = MelConfig()
    made = log_mel(NOISE, config)
    assert made.shape == (80, len(NOISE) // 256)
    assert made.dtype == np.float32
    assert made.shape[1] == config.frames(len(NOISE))
    assert log_mel(NOISE[:255], config).shape == (80, 0)
    assert log_mel(NOISE[:300], config).shape == (80, 1)
    with pytest.raises(AudioError, match="no samples"):
        log_mel(NOISE[:0], config)


def test_normalisation_maps_its_range_and_back() -> None:
    rule = Normalisation()
    np.testing.assert_allclose(normalise(np.array([20.0, -30.0, -80.0]), rule), [4.0, 0.0, -4.0])
    assert normalise(np.array([100.0]), rule)[0] == 4.0
    level = np.linspace(-79, 19, 30)
    np.testing.assert_allclose(denormalise(normalise(level, rule), rule), level)
    open_rule = Normalisation(reference=0, lowest=-80, highest=1, symmetric=False, clip=False)
    np.testing.assert_allclose(normalise(np.array([0.0, -80.0, 8.0]), open_rule), [1.0, 0.0, 1.1])
    np.testing.assert_allclose(denormalise(np.array([1.1]), open_rule), [8.0])
    with pytest.raises(ConfigError, match="lowest = 3"):
        Normalisation(lowest=3)
    with pytest.raises(ConfigError, match="highest = 0"):
        Normalisation(highest=0)
