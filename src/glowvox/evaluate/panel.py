"""The judges that were asked for, loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from glowvox.evaluate.judges.distillmos import DistillMos
from glowvox.evaluate.judges.dnsmos import Dnsmos
from glowvox.evaluate.judges.faster_whisper import FasterWhisper
from glowvox.evaluate.judges.normaliser import english_normaliser
from glowvox.evaluate.judges.pocketsphinx import PocketSphinx
from glowvox.evaluate.judges.protocols import Rater, Recogniser
from glowvox.evaluate.judges.resemblyzer import Resemblyzer
from glowvox.evaluate.report import Judges


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Which judges to load; `recogniser` is the folder of a Whisper model."""

    recogniser: Path | None = None
    pocketsphinx: bool = False
    dnsmos: bool = False
    distillmos: bool = False
    likeness: bool = False

    def load(self) -> Judges:
        """The judges, ready to listen.

        raises  MissingPart with the line that installs what is missing, UsageError for a folder that holds no model
        """
        recognisers: list[Recogniser] = []
        if self.recogniser is not None:
            recognisers.append(FasterWhisper(self.recogniser))
        if self.pocketsphinx:
            recognisers.append(PocketSphinx())
        raters: list[Rater] = []
        if self.dnsmos:
            raters.append(Dnsmos())
        if self.distillmos:
            raters.append(DistillMos())
        return Judges(
            tuple(recognisers),
            tuple(raters),
            voice=Resemblyzer() if self.likeness else None,
            normalise=english_normaliser() if recognisers else None,
        )
