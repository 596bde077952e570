"""Names of the English letters, for words that are spelled out."""

from __future__ import annotations

from glowvox.text.morphology import with_s

_NAMES = """
a EY1
b B IY1
c S IY1
d D IY1
e IY1
f EH1 F
g JH IY1
h EY1 CH
i AY1
j JH EY1
k K EY1
l EH1 L
m EH1 M
n EH1 N
o OW1
p P IY1
q K Y UW1
r AA1 R
s EH1 S
t T IY1
u Y UW1
v V IY1
w D AH1 B AH0 L Y UW0
x EH1 K S
y W AY1
z Z IY1
"""
_LETTERS = {line[0]: tuple(line[2:].split()) for line in _NAMES.strip().splitlines()}


def spell(letters: str, *, more_follow: bool) -> tuple[str, ...]:
    """Phones of the names of the letters, with a possessive where there is one ("b's").

    more_follow  whether letters of the same row come after; only a row's last has the main stress, as in F B I
    """
    if letters.endswith("'s"):
        return with_s(spell(letters[:-2], more_follow=more_follow))
    phones: list[str] = []
    known = [letter for letter in letters if letter in _LETTERS]
    for place, letter in enumerate(known):
        last = place + 1 == len(known) and not more_follow
        phones += _LETTERS[letter] if last else (phone.replace("1", "2") for phone in _LETTERS[letter])
    return tuple(phones)
