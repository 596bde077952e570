"""Words as OpenAI's Whisper hears them (Radford et al. 2022), run by faster-whisper from a folder on disk."""

from __future__ import annotations

import hashlib
from pathlib import Path

from glowvox.audio.wave import Audio
from glowvox.errors import UsageError
from glowvox.evaluate.judges.parts import at_judge_rate, load_part


class FasterWhisper:
    """English recogniser: beam 5, temperature 0, no memory of the clip before, int8 on one thread.

    The settings are part of the measure: word errors made with others do not compare. Nothing is downloaded.
    """

    name = "whisper"

    def __init__(self, folder: Path) -> None:
        weights = folder / "model.bin"
        if not weights.is_file():
            raise UsageError(
                f"--recogniser {folder}: no model.bin there",
                hint="give the folder of a CTranslate2 Whisper model: model.bin, config.json, tokenizer.json",
            )
        package = load_part("faster_whisper", purpose="the Whisper recogniser", install="faster-whisper")
        try:
            self._model = package.WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)
        except (RuntimeError, ValueError, OSError) as error:
            raise UsageError(f"--recogniser {folder}: cannot be loaded: {error}") from None
        self._digest = hashlib.sha256(weights.read_bytes()).hexdigest()

    @property
    def identity(self) -> str:
        """Which weights listened, so that two reports can be seen to have had the same judge."""
        return f"faster-whisper, model.bin sha256 {self._digest[:12]}"

    def hear(self, audio: Audio) -> str:
        """The words of the clip."""
        segments, _ = self._model.transcribe(
            at_judge_rate(audio), language="en", beam_size=5, temperature=0.0, condition_on_previous_text=False
        )
        return " ".join(segment.text.strip() for segment in segments)
