"""The mel spectrogram of Coqui's `audio` settings, and the statistics some models normalise it by."""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from glowvox.audio.mel import MelConfig, Normalisation
from glowvox.errors import CheckpointError, ConfigError

Statistics = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]  # mean and standard deviation of each band
# what a file of arrays is made of; nothing else in it is built
_ARRAYS = {
    (module, name)
    for module in ("numpy.core.multiarray", "numpy._core.multiarray")
    for name in ("_reconstruct", "scalar")
} | {("numpy", "ndarray"), ("numpy", "dtype"), ("_codecs", "encode")}


def mel_config(table: Mapping[str, Any], *, where: str) -> MelConfig:
    """The `audio` section; Coqui's defaults where it is silent.

    raises  ConfigError for a spectrogram that is no mel spectrogram in decibels
    """
    given = {key: value for key, value in table.items() if value is not None}
    if not given.get("do_amp_to_db_mel", True):
        raise ConfigError(f"{where}: audio: do_amp_to_db_mel is false: a mel spectrogram without logarithm is not here")
    if given.get("stft_pad_mode", "reflect") != "reflect":
        raise ConfigError(f"{where}: audio: stft_pad_mode = '{given['stft_pad_mode']}': only 'reflect' is here")
    rate = given.get("sample_rate", 22_050)
    hop, window = given.get("hop_length", 256), given.get("win_length", 1_024)
    ranged = given.get("signal_norm", True) and "stats_path" not in given
    try:
        if table.get("hop_length", 256) is None and "frame_shift_ms" in given:
            hop = int(given["frame_shift_ms"] / 1000 * rate)
            window = int(given.get("frame_length_ms", 50) / 1000 * rate)
        return MelConfig(
            sample_rate=rate,
            fft_size=given.get("fft_size", 1_024),
            window=window,
            hop=hop,
            bands=given.get("num_mels", 80),
            low=float(given.get("mel_fmin", 0.0)),
            high=float(given.get("mel_fmax", rate / 2)),
            padding="centred",
            preemphasis=float(given.get("preemphasis", 0.0)),
            epsilon=0.0,
            floor=1e-8,
            compression="ln" if given.get("log_func") == "np.log" else "log10",
            gain=float(given.get("spec_gain", 20)),
            normalisation=_range(given) if ranged else None,
        )
    except (ConfigError, TypeError, ValueError) as error:
        raise ConfigError(f"{where}: audio: {error}") from None


def _range(given: Mapping[str, Any]) -> Normalisation:
    return Normalisation(
        reference=float(given.get("ref_level_db", 20)),
        lowest=float(given.get("min_level_db", -100)),
        highest=float(given.get("max_norm", 4.0)),
        symmetric=bool(given.get("symmetric_norm", True)),
        clip=bool(given.get("clip_norm", True)),
    )


def read_statistics(path: Path, bands: int) -> Statistics:
    """Mean and standard deviation of each mel band, from the file that `stats_path` names.

    raises  CheckpointError if it is missing or no such file, holds anything but arrays and plain values, or has other
            bands
    """
    try:
        content = _read_npy(path)
        mean, deviation = (np.asarray(content[name], np.float64).reshape(-1) for name in ("mel_mean", "mel_std"))
    except FileNotFoundError:
        raise CheckpointError(
            f"{path}: no such file", hint="it lies beside the model it was published with; say where with --stats"
        ) from None
    except pickle.UnpicklingError as error:
        raise CheckpointError(f"{path}: refused: {error}") from None
    except (OSError, ValueError, KeyError, TypeError, IndexError, EOFError, AttributeError) as error:
        raise CheckpointError(f"{path}: no statistics of mel bands: {error}") from None
    if len(mean) != bands or len(deviation) != bands or not (deviation > 0).all():
        raise CheckpointError(
            f"{path}: means of {len(mean)} bands and deviations of {len(deviation)}; expected {bands}, all above zero"
        )
    return mean, deviation


def fold_statistics(ours: dict[str, Tensor], statistics: Statistics, *, squeeze: int) -> None:
    """Let the first layer of the decoder normalise, so that the model takes and gives plain levels.

    z = b + exp(s) (x − μ) / σ is again an affine map of each channel, which is what the first layer is.
    """
    mean, deviation = (torch.from_numpy(values).repeat(squeeze)[:, None] for values in statistics)
    log_scale, bias = ours["decoder.chain.flows.0.log_scale"].double(), ours["decoder.chain.flows.0.bias"].double()
    ours["decoder.chain.flows.0.bias"] = (bias - log_scale.exp() * mean / deviation).float()
    ours["decoder.chain.flows.0.log_scale"] = (log_scale - deviation.log()).float()


class _ArraysOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """The few names that arrays are rebuilt by."""
        if (module, name) not in _ARRAYS:
            raise pickle.UnpicklingError(f"it holds more than arrays and plain values ({module}.{name})")
        return super().find_class(module, name)


def _read_npy(path: Path) -> dict[str, Any]:
    stream = io.BytesIO(path.read_bytes())
    version = np.lib.format.read_magic(stream)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    header(stream)
    content: dict[str, Any] = _ArraysOnly(stream).load().item()
    return content
