"""Mel spectrograms of the published systems: every stored tensor recomputed, in NumPy and in torch."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from msgspec.structs import replace
from safetensors import safe_open

from glowvox.audio.conventions import CONVENTIONS
from glowvox.audio.level import loud_span
from glowvox.audio.mel import (
    MelConfig,
    Normalisation,
    analysis_window,
    compress,
    denormalise,
    log_mel,
    magnitude,
    mel_filters,
)
from glowvox.audio.stft import istft, stft
from glowvox.nn.spectral import LogMel
from tests.golden.result import Result

Array = npt.NDArray[np.floating]

MEL = 1e-3  # log or Coqui-normalised units: the originals' transforms are in single precision
FILTERS = 1e-7
RELATIVE = 2e-5  # of max(1, max|reference|), for everything linear


def check(path: Path) -> list[Result]:
    """Compare every tensor of a mel file with our own, whatever its seed, sizes and options.

    The call recorded in the metadata tells the numbers, tensor names tell the convention. Inputs that were used are
    not listed; whatever else is not compared comes back as "skipped" with the reason.
    """
    file = MelFile(path)
    said = json.dumps(file.meta)
    if "in/waveform_int16" in file.tensors:
        _reference(file)
    elif "TacotronSTFT(" in said:
        _tacotron(file, said)
    elif "MelSpectrogramFeatures" in said:
        _vocos(file, said)
    elif re.search(r"mel_spectrogram\(", said):
        _hifi_gan(file, said)
    return file.finish()


class MelFile:
    """A stored case: its tensors, which of them were used, and the results so far."""

    def __init__(self, path: Path) -> None:
        with safe_open(path, "np") as stored:
            self.tensors: dict[str, Array] = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118 - a safe_open file is no mapping
            self.meta = json.loads((stored.metadata() or {}).get("meta", "{}"))
        self.used: set[str] = set()
        self.results: list[Result] = []

    def input(self, name: str) -> Array:
        """A stored input, from now on counted as used."""
        self.used.add(name)
        return self.tensors[name]

    def outputs(self, pattern: str) -> list[tuple[str, re.Match[str]]]:
        """Stored tensors whose whole name matches."""
        found = ((name, re.fullmatch(pattern, name)) for name in sorted(self.tensors))
        return [(name, match) for name, match in found if match]

    def compare(self, name: str, ours: npt.ArrayLike, tolerance: float, note: str = "") -> None:
        """Judge one tensor; `tolerance` is absolute."""
        reference, made = np.asarray(self.tensors[name], np.float64), np.asarray(ours, np.float64)
        self.used.add(name)
        if made.shape != reference.shape:
            self.results.append(Result(name, "failed", f"shape {made.shape}, stored {reference.shape}{note}"))
            return
        error = float(np.abs(made - reference).max(initial=0.0))
        status: Literal["ok", "failed"] = "ok" if error <= tolerance else "failed"
        self.results.append(Result(name, status, f"max error {error:.1e}, tolerance {tolerance:.1e}{note}"))

    def compare_mel(self, name: str, samples: Array, config: MelConfig, tolerance: float = MEL) -> None:
        """Judge a mel spectrogram (…, bands, frames) of (…, S) made by NumPy, and torch's against NumPy's."""
        batch = np.atleast_2d(samples)
        ours = np.stack([log_mel(item, config) for item in batch])
        twin = LogMel(config)(torch.from_numpy(np.ascontiguousarray(batch, np.float32))).numpy()
        apart = float(np.abs(twin - ours).max(initial=0.0))
        self.compare(name, ours.reshape(*samples.shape[:-1], *ours.shape[1:]), tolerance, f"; torch {apart:.1e} away")
        if apart > 1e-5 * max(1.0, config.gain):
            self.results[-1] = Result(name, "failed", f"NumPy and torch differ by {apart:.1e}")

    def finish(self) -> list[Result]:
        """All results, with a "skipped" for each tensor that nothing above used."""
        for name in sorted(self.tensors.keys() - self.used):
            why = "an input that no output here needs" if name.startswith("in/") else "no rule for this name or file"
            self.results.append(Result(name, "skipped", why))
        return self.results


def relative(reference: Array) -> float:
    """Tolerance for linear quantities."""
    return RELATIVE * max(1.0, float(np.abs(reference).max(initial=0.0)))


def arguments(said: str, function: str, names: tuple[str, ...]) -> dict[str, float | None]:
    """Numbers of a recorded call by name; None where it says None or a variable."""
    other_names = {
        "filter_length": "n_fft",
        "win_length": "win",
        "win_size": "win",
        "hop_length": "hop",
        "hop_size": "hop",
        "n_mel_channels": "n_mels",
        "num_mels": "n_mels",
        "mel_fmin": "fmin",
        "mel_fmax": "fmax",
        "sample_rate": "sampling_rate",
    }
    call = re.search(rf"{function}\(([^()]*)\)", said)
    given: dict[str, float | None] = {}
    for place, word in enumerate(call[1].split(",") if call else ()):
        key, _, value = word.strip().rpartition("=")
        number = re.fullmatch(r"[-+0-9.e]+", value)
        name = key or (names[place] if place < len(names) else value)
        given[other_names.get(name, name)] = float(number[0]) if number else None
    return given


def _sized(base: MelConfig, given: dict[str, float | None], high: float | None) -> MelConfig:
    """`base` with the recorded numbers; no upper edge means half the sample rate."""

    def whole(name: str, default: int) -> int:
        return int(given.get(name) or default)

    rate = whole("sampling_rate", base.sample_rate)
    fft_size = whole("n_fft", base.fft_size)
    return replace(
        base,
        sample_rate=rate,
        fft_size=fft_size,
        window=whole("win", fft_size),
        hop=whole("hop", base.hop),
        bands=whole("n_mels", base.bands),
        low=given.get("fmin") or 0.0,
        high=high if high is not None else rate / 2,
    )


def _hifi_gan(file: MelFile, said: str) -> None:
    names = ("wav", "n_fft", "n_mels", "sampling_rate", "hop", "win", "fmin", "fmax")
    given = arguments(said, "mel_spectrogram", names)
    wav = file.input("in/wav")
    for name, match in file.outputs(r"out/mel(?:_basis)?(?:_.*?)??(?:_fmax_?(None|[\d.]+))?"):
        high = given.get("fmax") if match[1] is None else None if match[1] == "None" else float(match[1])
        config = _sized(CONVENTIONS["hifi-gan-22k"], given, high)
        if name.startswith("out/mel_basis"):
            file.compare(name, mel_filters(config), FILTERS)
        else:
            file.compare_mel(name, wav, config)


def _tacotron(file: MelFile, said: str) -> None:
    names = ("n_fft", "hop", "win", "n_mels", "sampling_rate", "fmin", "fmax")
    given = arguments(said, "TacotronSTFT", names)
    config = _sized(CONVENTIONS["tacotron-22k"], given, given.get("fmax", 8000.0))
    wav = file.input("in/wav")
    window = analysis_window(config)
    spectra = [stft(item.astype(np.float64), config.fft_size, config.hop, window, config.padding) for item in wav]
    makers: dict[str, Callable[[], Array]] = {
        "out/magnitude": lambda: np.stack([magnitude(item, config) for item in wav]),
        "out/istft": lambda: np.stack([istft(item, config.hop, window, config.padding) for item in spectra])[:, None],
    }
    if "out/mel" in file.tensors:
        file.compare_mel("out/mel", wav, config)
    if "out/mel_basis" in file.tensors:
        file.compare("out/mel_basis", mel_filters(config), FILTERS)
    for name in makers.keys() & file.tensors.keys():
        file.compare(name, makers[name](), relative(file.tensors[name]))


def _vocos(file: MelFile, said: str) -> None:
    filters = file.tensors["out/mel_fb"]  # (bins, bands): tells the sizes that the call leaves at their defaults
    rate = re.search(r"(?:MelSpecReconstructionLoss\(|sample_rate=)(?:sample_rate=)?(\d+)", said)
    hop = re.search(r"hop(?:_length)?\W{1,3}(\d+)", said)
    given: dict[str, float | None] = {
        "sampling_rate": float(rate[1]) if rate else None,
        "n_fft": 2.0 * (filters.shape[0] - 1),
        "hop": float(hop[1]) if hop else None,
        "n_mels": float(filters.shape[1]),
    }
    config = _sized(CONVENTIONS["vocos-24k"], given, None)
    file.compare("out/mel_fb", mel_filters(config).T, relative(filters), "; the original's is in single precision")
    for name, match in file.outputs(r"out/features_(center|same)"):
        padding: Literal["centred", "same"] = "centred" if match[1] == "center" else "same"
        file.compare_mel(name, file.input("in/wav"), replace(config, padding=padding))
    if "out/mel_loss" in file.tensors:
        loss, twin = [], LogMel(config)
        for made, real in zip(file.input("in/y_hat"), file.input("in/y"), strict=True):
            loss.append(np.abs(log_mel(made, config).astype(np.float64) - log_mel(real, config)).mean())
        torch_loss = (twin(torch.from_numpy(file.input("in/y_hat"))) - twin(torch.from_numpy(file.input("in/y")))).abs()
        file.compare(
            "out/mel_loss", np.mean(loss), MEL, f"; torch {abs(float(torch_loss.mean()) - np.mean(loss)):.1e} away"
        )


def _reference(file: MelFile) -> None:
    """The file of three conventions on one recording."""
    integers = file.input("in/waveform_int16").astype(np.float64)
    house = _described(MelConfig(), file.meta.get("parameters", ""))
    told: dict[str, str] = file.meta.get("tensors", {})
    samples = (integers / 32768).astype(np.float32)
    for name, match in file.outputs(r"mel_basis_(slaney|htk)_(\d+)x(\d+)_([\d.]+)_([\d.]+)"):
        edges = {"low": float(match[4]), "high": float(match[5])}
        size = {"bands": int(match[2]), "fft_size": 2 * (int(match[3]) - 1), "scale": match[1]}
        file.compare(name, mel_filters(replace(house, **size, **edges)), FILTERS)
    for name, _ in file.outputs(r"out/hifigan_\w+"):
        file.compare_mel(name, samples, _described(house, told.get(name, "")))
    for name, match in file.outputs(r"out/authors_tacotron2_logmel(_with_dither)?"):
        config = replace(house, padding="centred", epsilon=0.0)
        dither = file.input("in/dither_uniform01") if match[1] else np.zeros(1)
        file.compare_mel(name, ((integers + dither) / 32768).astype(np.float32), _described(config, told.get(name, "")))
    _coqui(file, samples, house, told)


def _coqui(file: MelFile, samples: Array, house: MelConfig, told: dict[str, str]) -> None:
    default = replace(
        CONVENTIONS["coqui-22k"],
        sample_rate=house.sample_rate,
        fft_size=house.fft_size,
        window=house.window,
        hop=house.hop,
        bands=house.bands,
        high=house.sample_rate / 2,
    )
    default = _coqui_options(default, told.get("out/coqui_default_mel", ""))
    decibels = replace(default, normalisation=None)
    for name, match in file.outputs(r"out/coqui_(\w+)"):
        if match[1].startswith("trim_"):
            _coqui_trim(
                file, name, samples, told.get(name, ""), told.get("out/coqui_trim_silence_waveform", ""), default
            )
        elif frames := re.fullmatch(r"default_linear_spectrogram(?:_first(\d+)frames)?", match[1]):
            linear = compress(magnitude(samples, default), default)
            file.compare(name, linear[:, : int(frames[1]) if frames[1] else None], MEL)
        elif match[1] == "default_mel_db_before_normalisation":
            file.compare_mel(name, samples, decibels)
        elif match[1] == "default_mel_denormalised_db":
            file.compare(name, denormalise(log_mel(samples, default).astype(np.float64), default.normalisation), MEL)
        elif match[1] == "default_mel":
            file.compare_mel(name, samples, default)
        elif name in told:
            file.compare_mel(name, samples, _coqui_options(default, told[name]))


def _coqui_trim(file: MelFile, name: str, samples: Array, said: str, rule: str, config: MelConfig) -> None:
    """Coqui's trimming: a margin off both ends, then the loud span."""
    margin = _number(rule, r"removes (\d+) samples", int(config.sample_rate * 0.01))
    threshold = _number(rule, r"trim_db ([\d.]+)", 45.0)
    frame, hop = int(_number(rule, r"frame (\d+)", config.window)), int(_number(rule, r"hop (\d+)", config.hop))
    if "padded" in name:
        before = int(_number(said, r"(\d+) zeros", 0))
        after, height = int(_number(said, r"(\d+) samples of", 0)), _number(said, r"samples of ([\d.e-]+)\*sin", 0.0)
        samples = np.concatenate((np.zeros(before), samples, height * np.sin(np.arange(after)))).astype(np.float32)
    kept = samples[int(margin) : len(samples) - int(margin)]
    start, end = loud_span(kept, frame=frame, hop=hop, threshold_db=threshold)
    exact = "; counted from the start of the signal" if "padded" in name else ""
    file.compare(name, [start + margin, end - start] if "padded" in name else kept[start:end], 0.0, exact)


def _number(said: str, pattern: str, default: float) -> float:
    found = re.search(pattern, said)
    return float(found[1]) if found else default


def _described(base: MelConfig, said: str) -> MelConfig:
    """`base` with the sizes and the band edges that a description gives in words."""
    fft_size = int(_number(said, r"n_fft=(?:win=)?(\d+)", base.fft_size))
    bands = int(_number(said, r"(\d+) (?:slaney|htk) mel", base.bands))
    edges = re.search(r"\bmel ([\d.]+)-([\d.]*\d)", said)
    return replace(
        base,
        sample_rate=int(_number(said, r"(\d+) Hz", base.sample_rate)),
        fft_size=fft_size,
        window=int(_number(said, r"\bwin=(\d+)", fft_size if fft_size != base.fft_size else base.window)),
        hop=int(_number(said, r"\bhop (\d+)", base.hop)),
        bands=bands,
        low=float(edges[1]) if edges else base.low,
        high=float(edges[2]) if edges else base.high,
        epsilon=_number(said, r"im\^2\+([\d.e-]+)\)", base.epsilon),
        floor=_number(said, r"max\((?:\.,)?([\d.e-]+)[,)]", base.floor),
    )


def _coqui_options(base: MelConfig, said: str) -> MelConfig:
    """`base` with the AudioProcessor options that a description names."""
    rule = base.normalisation or Normalisation()
    rule = replace(
        rule,
        reference=_number(said, r"ref_level_db (-?[\d.]+)", rule.reference),
        lowest=_number(said, r"min_level_db (-?[\d.]+)", rule.lowest),
        highest=_number(said, r"max_norm ([\d.]+)", rule.highest),
        symmetric=rule.symmetric and "symmetric_norm False" not in said,
        clip=rule.clip and "clip_norm False" not in said,
    )
    config = _described(base, said)
    natural = "log_func np.log," in f"{said}," and "log_func np.log10" not in said
    return replace(
        config,
        high=_number(said, r"mel_fmax ([\d.]+)", config.high),
        low=_number(said, r"mel_fmin ([\d.]+)", config.low),
        preemphasis=_number(said, r"preemphasis ([\d.]+)", base.preemphasis),
        compression="ln" if natural else base.compression,
        gain=_number(said, r"spec_gain ([\d.]+)", base.gain),
        normalisation=None if "signal_norm False" in said else rule,
    )
