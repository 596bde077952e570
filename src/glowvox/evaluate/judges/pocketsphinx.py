"""Words as PocketSphinx hears them: small, fast, and too weak to judge a voice by.

Real speech scores 20 to 40 % word error here. It tells speech from noise, and every report heads it "smoke test".
"""

from __future__ import annotations

import numpy as np

from glowvox.audio.wave import Audio
from glowvox.evaluate.judges.parts import JUDGE_RATE, at_judge_rate, load_part


class PocketSphinx:
    """US English recogniser with the model inside its package."""

    name = "pocketsphinx"
    identity = "pocketsphinx, its own US English model: a smoke test, no judge of quality"

    def __init__(self) -> None:
        self._package = load_part("pocketsphinx", purpose="the PocketSphinx smoke test", install="'glowvox[eval]'")
        self._decoder = self._package.Decoder(samprate=JUDGE_RATE, loglevel="FATAL")

    def hear(self, audio: Audio) -> str:
        """The words of the clip."""
        self._decoder.reinit_feat()  # a clip must not depend on the one before it
        pcm = np.round(at_judge_rate(audio) * 32_767).astype("<i2").tobytes()
        self._decoder.start_utt()
        self._decoder.process_raw(pcm, full_utt=True)
        self._decoder.end_utt()
        hypothesis = self._decoder.hyp()
        return str(hypothesis.hypstr) if hypothesis is not None else ""
