"""When something is said, and which characters of the text it stands for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timed:
    """A word or phoneme in time.

    text     the word as spoken, or the phoneme's symbol
    start_s  when it begins, from the start of the sound it belongs to (s)
    end_s    when it ends (s)
    span     its first character and one past the last, in the text as given
    """

    text: str
    start_s: float
    end_s: float
    span: tuple[int, int]

    def later(self, seconds: float) -> Timed:
        """The same, `seconds` later."""
        return Timed(self.text, self.start_s + seconds, self.end_s + seconds, self.span)
