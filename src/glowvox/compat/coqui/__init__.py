"""Coqui's documented interface to Glow-TTS: scripts written for it run here with another import line.

from glowvox.compat.coqui import GlowTTS, GlowTTSConfig
"""

from __future__ import annotations

from glowvox.compat.coqui.config import BaseAudioConfig, BaseDatasetConfig, GlowTTSConfig
from glowvox.compat.coqui.criterion import GlowTTSLoss
from glowvox.compat.coqui.model import GlowTTS
from glowvox.compat.coqui.sound import AudioProcessor
from glowvox.compat.coqui.speakers import SpeakerManager
from glowvox.compat.coqui.tokenizer import TTSTokenizer

__all__ = [
    "AudioProcessor",
    "BaseAudioConfig",
    "BaseDatasetConfig",
    "GlowTTS",
    "GlowTTSConfig",
    "GlowTTSLoss",
    "SpeakerManager",
    "TTSTokenizer",
]
