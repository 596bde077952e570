"""A text cut at its pauses: what every front end does around its own work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from glowvox.text.records import Pause, Sentence, Span


def speak_stretches(
    text: str, pauses: Sequence[Pause], speak: Callable[[Span, str], Iterable[Sentence]]
) -> list[Sentence]:
    """Sentences of the stretches between pauses, each pause put behind the last sentence before it.

    speak  gives the sentences of a stretch; its second argument is the mark its end is read with when it has none:
           "," before a pause, "." at the end of the text
    """
    sentences: list[Sentence] = []
    start = 0
    for pause in pauses:
        sentences += speak((start, pause.span[0]), ",")
        sentences = _with_pause(sentences, pause)
        start = pause.span[1]
    sentences += speak((start, len(text)), ".")
    return sentences


def _with_pause(sentences: list[Sentence], pause: Pause) -> list[Sentence]:
    """The pause added behind the last sentence; an empty one is made where the text begins with a pause."""
    start = pause.span[0]
    *others, last = sentences or [Sentence("", (start, start), (), ())]
    pauses = (*last.pauses, pause)
    return [*others, replace(last, pauses=pauses, pause_after_s=sum(each.seconds for each in pauses))]
