"""Heteronyms in sentences: the word between asterisks, and the phones it must have."""

from __future__ import annotations

import re

import pytest

from glowvox.text.english import EnglishFrontEnd
from glowvox.text.heteronym_rules import RULES
from glowvox.text.heteronym_table import BY_RULE, NOUN_AND_VERB, read_roles
from glowvox.text.symbols import PHONES

ENGLISH = EnglishFrontEnd()

SENTENCES = """
They want to *record* the song. | R IH0 K AO1 R D
She broke the *record*. | R EH1 K ER0 D
The old *records* were lost. | R EH1 K ER0 D Z
He *records* everything. | R IH0 K AO1 R D Z
I *object* to that. | AH0 B JH EH1 K T
A strange *object* fell. | AA1 B JH EH0 K T
Nobody can *refuse* the offer. | R IH0 F Y UW1 Z
They burned the *refuse* in the yard. | R EH1 F Y UW2 Z
We must *present* our plan. | P R IY0 Z EH1 N T
Everyone was *present*. | P R EH1 Z AH0 N T
The *project* is late. | P R AA1 JH EH0 K T
They *project* a loss. | P R AH0 JH EH1 K T
Sign the *contract* here. | K AA1 N T R AE2 K T
Muscles *contract* the most in the cold. | K AH0 N T R AE1 K T
You will never *desert* me. | D IH0 Z ER1 T
The *desert* was hot. | D EH1 Z ER0 T
The increase in *produce* was small. | P R OW1 D UW0 S
They *produce* steel. | P R AH0 D UW1 S
There was an *increase* in prices. | IH1 N K R IY2 S
Prices will not *increase*. | IH2 N K R IY1 S
What is the *use* of it? | Y UW1 S
Please do not *use* the lift. | Y UW1 Z
It has many *uses*. | Y UW1 S IH0 Z
She *uses* a cane. | Y UW1 Z IH0 Z
I *used* to live there. | Y UW1 S T
He *used* a hammer. | Y UW1 Z D
Would you *close* the door? | K L OW1 Z
They stood *close* together. | K L OW1 S
That is no *excuse*. | IH0 K S K Y UW1 S
*Excuse* me. | IH0 K S K Y UW1 Z
They bought a *house*. | HH AW1 S
The *houses* were white. | HH AW1 Z IH0 Z
This can *house* ten people. | HH AW1 Z
Please *separate* the eggs. | S EH1 P ER0 EY2 T
They live in *separate* houses. | S EH1 P R AH0 T
We *estimate* the cost. | EH1 S T AH0 M EY2 T
A rough *estimate* will do. | EH1 S T AH0 M AH0 T
She will *graduate* in May. | G R AE1 JH AH0 W EY2 T
*Read* the letter. | R IY1 D
I will *read* it tomorrow. | R IY1 D
She has *read* it. | R EH1 D
He *read* it aloud. | R EH1 D
They *read* it and then went home. | R EH1 D
Mary *read* the letter. | R EH1 D
It was *read* by thousands. | R EH1 D
We *read* every day. | R IY1 D
Will you *read* it? | R IY1 D
Did he ever *read* it? | R IY1 D
Has she *read* it? | R EH1 D
He *wound* the clock. | W AW1 N D
Will it *wound* him? | W UW1 N D
They *lead* the way. | L IY1 D
The *lead* pipe burst. | L EH1 D
It was made of *lead*. | L EH1 D
They *live* in Rome. | L IH1 V
A *live* broadcast followed. | L AY1 V
Nine *lives* were lost. | L AY1 V Z
She *lives* in Rome. | L IH1 V Z
Their *lives* changed. | L AY1 V Z
The *wind* blew. | W IH1 N D
*Wind* the clock. | W IH1 N D
Please *wind* the clock. | W AY1 N D
The roads *wind* through the hills. | W AY1 N D
A *tear* ran down her cheek. | T IH1 R
Do not *tear* the page. | T EH1 R
Her *tears* fell. | T IH1 R Z
The *wound* healed. | W UW1 N D
He *wound* up the clock. | W AW1 N D
Take a *bow*. | B AW1
He drew his *bow* and shot an arrow. | B OW1
A *dove* sang. | D AH1 V
She *dove* into the pool. | D OW1 V
He caught a *bass* in the lake. | B AE1 S
The *bass* was too loud. | B EY1 S
Wait a *minute*. | M IH1 N AH0 T
He explained it in *minute* detail. | M AY0 N UW1 T
I am *content* with that. | K AH0 N T EH1 N T
The *content* is new. | K AA1 N T EH0 N T
The *polish* army came. | P AA1 L IH0 SH
The *Polish* army came. | P OW1 L IH0 SH
In *August* it rained. | AO1 G AH0 S T
An *august* person came. | AO0 G AH1 S T
Send me your *resume*. | R EH1 Z AH0 M EY2
We *resume* at noon. | R IH0 Z UW1 M
A *learned* man spoke. | L ER1 N IH0 D
She *learned* that late. | L ER1 N D
The *aged* king died. | EY1 JH IH0 D
A man *aged* forty came. | EY1 JH D
"""


@pytest.mark.parametrize("line", SENTENCES.strip().splitlines())
def test_context_decides(line: str) -> None:
    sentence, _, phones = line.partition(" | ")
    (marked,) = re.findall(r"\*(\w+)\*", sentence)
    words = [word for s in ENGLISH(sentence.replace("*", "")) for word in s.words if word.text == marked]
    assert [(" ".join(word.phonemes), word.source) for word in words] == [(phones, "heteronym")]


def test_every_rule_has_its_roles_and_every_phone_exists() -> None:
    assert set(RULES) == set(read_roles(BY_RULE))
    for roles in (*read_roles(BY_RULE).values(), *read_roles(NOUN_AND_VERB).values()):
        assert len(roles) == 2
        assert all(phone in PHONES for phones in roles.values() for phone in phones)
