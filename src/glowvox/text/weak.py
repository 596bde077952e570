"""English function words: the weak form they take in a sentence, and when they keep the strong one.

Weak: inside a phrase, and personal pronouns everywhere. Strong: other function words last before a mark of punctuation
or the end ("what are you looking for?"), as the dictionary has them. "the" and "to" also ask whether a vowel follows.
"""

from __future__ import annotations

from glowvox.text.symbols import VOWELS

# word, weak form, then the strong form where it is not the dictionary's; "=" where the word is never strong
_FORMS = """
a AH0 | EY1
am AE0 M
an AH0 N
and AH0 N D | AE1 N D
are AA0 R
as AE0 Z
at AE0 T
be B IY0
been B IH0 N
but B AH0 T
by B AY0
can K AE0 N
could K UH0 D
for F AO0 R
from F R AH0 M
had HH AE0 D
has HH AE0 Z
have HH AE0 V
he HH IY0 | =
he'd HH IY0 D
he'll HH IY0 L
he's HH IY0 Z
her HH ER0 | =
him HH IH0 M | =
his HH IH0 Z
i AY0 | =
i'd AY0 D
i'll AY0 L
i'm AY0 M
i've AY0 V
if IH0 F
in IH0 N | IH1 N
into IH0 N T UW0 | IH1 N T UW0
is IH0 Z
it IH0 T | =
it's IH0 T S
its IH0 T S
me M IY0 | =
my M AY0
of AH0 V
on AA0 N
or AO0 R
our AW0 ER0
she SH IY0 | =
she'd SH IY0 D
she'll SH IY0 L
she's SH IY0 Z
should SH UH0 D
than DH AH0 N
that DH AE0 T
the DH AH0 | DH AH1
their DH EH0 R
them DH EH0 M | =
these DH IY0 Z
they DH EY0 | =
they'd DH EY0 D
they'll DH EY0 L
they're DH EH0 R
they've DH EY0 V
this DH IH0 S
those DH OW0 Z
to T AH0 | T UW1
us AH0 S | =
was W AH0 Z
we W IY0 | =
we'd W IY0 D
we'll W IY0 L
we're W IY0 R
we've W IY0 V
were W ER0
will W IH0 L
with W IH0 DH
would W UH0 D
you Y UW0 | =
you'd Y UW0 D
you'll Y UW0 L
you're Y UH0 R
you've Y UW0 V
your Y AO0 R
"""
_BEFORE_VOWEL = {"the": ("DH", "IY0"), "to": ("T", "UW0")}


def _read(table: str) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    weak, strong = {}, {}
    for line in table.strip().splitlines():
        word, _, forms = line.partition(" ")
        first, _, second = forms.partition(" | ")
        weak[word] = tuple(first.split())
        if second:
            strong[word] = weak[word] if second == "=" else tuple(second.split())
    return weak, strong


_WEAK, _STRONG = _read(_FORMS)


def weak_form(word: str, following: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Phones of a function word; None for other words, and for strong forms the dictionary has.

    following  phones of the next word; None before a mark of punctuation and at the end
    """
    if word not in _WEAK:
        return None
    if following is None:
        return _STRONG.get(word)
    if word in _BEFORE_VOWEL and following and following[0].rstrip("012") in VOWELS:
        return _BEFORE_VOWEL[word]
    return _WEAK[word]
