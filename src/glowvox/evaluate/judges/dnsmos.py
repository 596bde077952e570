"""Ratings as DNSMOS predicts them (Reddy et al. 2021, 2022), with the networks inside the package speechmos."""

from __future__ import annotations

from glowvox.audio.wave import Audio
from glowvox.evaluate.judges.parts import JUDGE_RATE, at_judge_rate, load_part

_COLUMNS = {"ovrl_mos": "dnsmos", "sig_mos": "dnsmos_sig", "bak_mos": "dnsmos_bak", "p808_mos": "dnsmos_p808"}


class Dnsmos:
    """P.835 overall, signal and background, and P.808. Clips under 9 s are repeated to fill its window.

    It rewards silence and smoothness and hardly tells a robotic voice from a natural one.
    """

    identity = "DNSMOS P.835 and P.808 of speechmos"

    def __init__(self) -> None:
        # speechmos declares none of what it imports
        self._package = load_part("speechmos.dnsmos", purpose="the DNSMOS rating", install="speechmos librosa requests")

    def score(self, audio: Audio) -> dict[str, float]:
        """The four ratings."""
        rated = self._package.run(at_judge_rate(audio), JUDGE_RATE)
        return {column: float(rated[key]) for key, column in _COLUMNS.items()}
