"""Mel-cepstral distortion (Kubichek 1993): how far apart two spectral envelopes are, loudness left out."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from glowvox.evaluate.warp import warp

COEFFICIENTS = 13
_DECIBELS = 10 * math.sqrt(2) / math.log(10)
BAND_SHARE = 0.2  # the path may leave the straight line by this share of the shorter clip ...
BAND_LEAST = 60  # ... and by at least this many frames


def mel_cepstrum(log_mel: npt.NDArray[np.floating], coefficients: int = COEFFICIENTS) -> npt.NDArray[np.float64]:
    """Cosine coefficients 1 … K of a log mel: c_k = (2/M) Σ_m L_m cos(π k (m + ½) / M).

    log_mel  (M, T)  natural logarithm of magnitude
    returns  (K, T)  without c_0, the level
    """
    bands = log_mel.shape[0]
    angle = np.pi / bands * np.outer(np.arange(1, coefficients + 1), np.arange(bands) + 0.5)
    cepstrum: npt.NDArray[np.float64] = (2 / bands) * np.cos(angle) @ log_mel.astype(np.float64)
    return cepstrum


def cepstral_distances(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Distortion of every frame against every frame, (10 √2 / ln 10) · ‖c − c′‖: RMS difference of two envelopes (dB).

    one, other  (K, T), (K, U)  mel cepstra
    returns     (T, U)
    """
    square = (one**2).sum(axis=0)[:, None] + (other**2).sum(axis=0)[None, :] - 2 * one.T @ other
    distance: npt.NDArray[np.float64] = _DECIBELS * np.sqrt(np.maximum(square, 0.0))
    return distance


def pair_frames(distance: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """The warping path used for every comparison of two recordings: (P, 2) pairs of frames."""
    return warp(distance, half_width=max(BAND_LEAST, BAND_SHARE * min(distance.shape)))


def mel_cepstral_distortion(one: npt.NDArray[np.floating], other: npt.NDArray[np.floating]) -> float:
    """Mean distortion (dB) of two log mels along their warping path.

    one, other  (M, T), (M, U)
    """
    distance = cepstral_distances(mel_cepstrum(one), mel_cepstrum(other))
    path = pair_frames(distance)
    return float(distance[path[:, 0], path[:, 1]].mean())
