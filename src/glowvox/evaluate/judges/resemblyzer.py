"""Likeness of two voices by the d-vectors of Resemblyzer (Wan et al. 2018), with the network inside the package."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from glowvox.audio.wave import Audio
from glowvox.evaluate.judges.parts import JUDGE_RATE, at_judge_rate, load_part

# its own requirement webrtcvad has to be compiled; the wheels of the same name do not
_INSTALL = "librosa scipy && pip install --no-deps resemblyzer webrtcvad-wheels"


class Resemblyzer:
    """Cosine of the speaker embeddings of two clips: about 0.8 for one person, 0.65 or less for two."""

    identity = "Resemblyzer"

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # an old path into scipy
            self._package = load_part("resemblyzer", purpose="the speaker likeness", install=_INSTALL)
        self._encoder = self._package.VoiceEncoder("cpu", verbose=False)

    def likeness(self, audio: Audio, reference: Audio) -> float:
        """Cosine of the two embeddings."""
        return float(np.dot(self.embedding(audio), self.embedding(reference)))

    def embedding(self, audio: Audio) -> npt.NDArray[np.float32]:
        """The d-vector of a clip (256,), of unit length."""
        samples = self._package.preprocess_wav(at_judge_rate(audio), source_sr=JUDGE_RATE)
        embedding: npt.NDArray[np.float32] = self._encoder.embed_utterance(samples)
        return embedding
