"""Heteronyms in sentences: the word in capitals, and the phones it must have."""

from __future__ import annotations

import pytest

from glowvox.text.english import EnglishFrontEnd
from glowvox.text.heteronym_rules import RULES
from glowvox.text.heteronym_table import BY_RULE, NOUN_AND_VERB, read_roles
from glowvox.text.symbols import PHONES

ENGLISH = EnglishFrontEnd()

SENTENCES = """
They want to RECORD the song. | R IH0 K AO1 R D
She broke the RECORD. | R EH1 K ER0 D
The old RECORDS were lost. | R EH1 K ER0 D Z
He RECORDS everything. | R IH0 K AO1 R D Z
I OBJECT to that. | AH0 B JH EH1 K T
A strange OBJECT fell. | AA1 B JH EH0 K T
Nobody can REFUSE the offer. | R IH0 F Y UW1 Z
They burned the REFUSE in the yard. | R EH1 F Y UW2 Z
We must PRESENT our plan. | P R IY0 Z EH1 N T
Everyone was PRESENT. | P R EH1 Z AH0 N T
The PROJECT is late. | P R AA1 JH EH0 K T
They PROJECT a loss. | P R AH0 JH EH1 K T
Sign the CONTRACT here. | K AA1 N T R AE2 K T
Muscles CONTRACT the most in the cold. | K AH0 N T R AE1 K T
You will never DESERT me. | D IH0 Z ER1 T
The DESERT was hot. | D EH1 Z ER0 T
The increase in PRODUCE was small. | P R OW1 D UW0 S
They PRODUCE steel. | P R AH0 D UW1 S
There was an INCREASE in prices. | IH1 N K R IY2 S
Prices will not INCREASE. | IH2 N K R IY1 S
What is the USE of it? | Y UW1 S
Please do not USE the lift. | Y UW1 Z
It has many USES. | Y UW1 S IH0 Z
She USES a cane. | Y UW1 Z IH0 Z
I USED to live there. | Y UW1 S T
He USED a hammer. | Y UW1 Z D
Would you CLOSE the door? | K L OW1 Z
They stood CLOSE together. | K L OW1 S
That is no EXCUSE. | IH0 K S K Y UW1 S
EXCUSE me. | IH0 K S K Y UW1 Z
They bought a HOUSE. | HH AW1 S
The HOUSES were white. | HH AW1 Z IH0 Z
This can HOUSE ten people. | HH AW1 Z
Please SEPARATE the eggs. | S EH1 P ER0 EY2 T
They live in SEPARATE houses. | S EH1 P R AH0 T
We ESTIMATE the cost. | EH1 S T AH0 M EY2 T
A rough ESTIMATE will do. | EH1 S T AH0 M AH0 T
She will GRADUATE in May. | G R AE1 JH AH0 W EY2 T
READ the letter. | R IY1 D
I will READ it tomorrow. | R IY1 D
She has READ it. | R EH1 D
He READ it aloud. | R EH1 D
They READ it and then went home. | R EH1 D
Mary READ the letter. | R EH1 D
It was READ by thousands. | R EH1 D
We READ every day. | R IY1 D
They LEAD the way. | L IY1 D
The LEAD pipe burst. | L EH1 D
It was made of LEAD. | L EH1 D
They LIVE in Rome. | L IH1 V
A LIVE broadcast followed. | L AY1 V
Nine LIVES were lost. | L AY1 V Z
She LIVES in Rome. | L IH1 V Z
Their LIVES changed. | L AY1 V Z
The WIND blew. | W IH1 N D
WIND the clock. | W IH1 N D
Please WIND the clock. | W AY1 N D
The roads WIND through the hills. | W AY1 N D
A TEAR ran down her cheek. | T IH1 R
Do not TEAR the page. | T EH1 R
Her TEARS fell. | T IH1 R Z
The WOUND healed. | W UW1 N D
He WOUND up the clock. | W AW1 N D
Take a BOW. | B AW1
He drew his BOW and shot an arrow. | B OW1
A DOVE sang. | D AH1 V
She DOVE into the pool. | D OW1 V
He caught a BASS in the lake. | B AE1 S
The BASS was too loud. | B EY1 S
Wait a MINUTE. | M IH1 N AH0 T
He explained it in MINUTE detail. | M AY0 N UW1 T
I am CONTENT with that. | K AH0 N T EH1 N T
The CONTENT is new. | K AA1 N T EH0 N T
The POLISH army came. | P AA1 L IH0 SH
The Polish army came. | P OW1 L IH0 SH
In August it rained. | AO1 G AH0 S T
An august person came. | AO0 G AH1 S T
Send me your RESUME. | R EH1 Z AH0 M EY2
We RESUME at noon. | R IH0 Z UW1 M
A LEARNED man spoke. | L ER1 N IH0 D
She LEARNED that late. | L ER1 N D
The AGED king died. | EY1 JH IH0 D
A man AGED forty came. | EY1 JH D
"""


def spoken(sentence: str, word: str) -> str:
    (found,) = [w for s in ENGLISH(sentence) for w in s.words if w.text.lower() == word.lower()]
    assert found.source == "heteronym"
    return " ".join(found.phonemes)


@pytest.mark.parametrize("line", SENTENCES.strip().splitlines())
def test_context_decides(line: str) -> None:
    sentence, _, phones = line.partition(" | ")
    marked = [word.strip(".,?!") for word in sentence.split() if word.isupper() and word not in ("I", "A")]
    marked = [word for word in marked if word not in ("I", "A")] or [
        word for word in sentence.split() if word in ("Polish", "August", "august")
    ]
    plain = " ".join(
        word.lower() if word.strip(".,?!") in marked and word.isupper() and place else word.capitalize() if not place else word
        for place, word in enumerate(sentence.split())
    )
    assert spoken(plain, marked[0]) == phones


def test_every_rule_has_its_roles_and_every_phone_exists() -> None:
    assert set(RULES) == set(read_roles(BY_RULE))
    for roles in (*read_roles(BY_RULE).values(), *read_roles(NOUN_AND_VERB).values()):
        assert len(roles) == 2
        assert all(phone in PHONES for phones in roles.values() for phone in phones)
