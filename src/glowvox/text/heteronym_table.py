"""Words written alike and said differently: a pronunciation for each role, the first listed being the default.

Roles: `noun` (adjectives among them) and `verb`; what else may decide is in `heteronyms`. A noun's plural and a verb's
third person, both in -s, are made from these.
"""

from __future__ import annotations

NOUN_AND_VERB = """
abstract    noun AE1 B S T R AE2 K T              verb AE0 B S T R AE1 K T
abuse       noun AH0 B Y UW1 S                    verb AH0 B Y UW1 Z
addict      noun AE1 D IH2 K T                    verb AH0 D IH1 K T
address     noun AE1 D R EH2 S                    verb AH0 D R EH1 S
advocate    noun AE1 D V AH0 K AH0 T              verb AE1 D V AH0 K EY2 T
affiliate   noun AH0 F IH1 L IY0 AH0 T            verb AH0 F IH1 L IY0 EY2 T
aggregate   noun AE1 G R AH0 G AH0 T              verb AE1 G R AH0 G EY2 T
ally        noun AE1 L AY0                        verb AH0 L AY1
alternate   noun AO1 L T ER0 N AH0 T              verb AO1 L T ER0 N EY2 T
animate     noun AE1 N AH0 M AH0 T                verb AE1 N AH0 M EY2 T
annex       noun AE1 N EH2 K S                    verb AH0 N EH1 K S
appropriate noun AH0 P R OW1 P R IY0 AH0 T        verb AH0 P R OW1 P R IY0 EY2 T
approximate noun AH0 P R AA1 K S AH0 M AH0 T      verb AH0 P R AA1 K S AH0 M EY2 T
articulate  noun AA0 R T IH1 K Y AH0 L AH0 T      verb AA0 R T IH1 K Y AH0 L EY2 T
associate   noun AH0 S OW1 S IY0 AH0 T            verb AH0 S OW1 S IY0 EY2 T
attribute   noun AE1 T R AH0 B Y UW2 T            verb AH0 T R IH1 B Y UW2 T
close       noun K L OW1 S                        verb K L OW1 Z
combine     verb K AH0 M B AY1 N                  noun K AA1 M B AY0 N
compact     noun K AA1 M P AE0 K T                verb K AH0 M P AE1 K T
compound    noun K AA1 M P AW0 N D                verb K AH0 M P AW1 N D
compress    verb K AH0 M P R EH1 S                noun K AA1 M P R EH0 S
conduct     noun K AA1 N D AH0 K T                verb K AH0 N D AH1 K T
conflict    noun K AA1 N F L IH0 K T              verb K AH0 N F L IH1 K T
conscript   noun K AA1 N S K R IH2 P T            verb K AH0 N S K R IH1 P T
console     noun K AA1 N S OW0 L                  verb K AH0 N S OW1 L
construct   verb K AH0 N S T R AH1 K T            noun K AA1 N S T R AH0 K T
consummate  noun K AA1 N S AH0 M AH0 T            verb K AA1 N S AH0 M EY2 T
contest     noun K AA1 N T EH0 S T                verb K AH0 N T EH1 S T
contract    noun K AA1 N T R AE2 K T              verb K AH0 N T R AE1 K T
contrast    noun K AA1 N T R AE0 S T              verb K AH0 N T R AE1 S T
converse    verb K AH0 N V ER1 S                  noun K AA1 N V ER0 S
convert     verb K AH0 N V ER1 T                  noun K AA1 N V ER0 T
convict     noun K AA1 N V IH0 K T                verb K AH0 N V IH1 K T
coordinate  verb K OW0 AO1 R D AH0 N EY2 T        noun K OW0 AO1 R D AH0 N AH0 T
decrease    noun D IY1 K R IY2 S                  verb D IH0 K R IY1 S
defect      noun D IY1 F EH0 K T                  verb D IH0 F EH1 K T
degenerate  noun D IH0 JH EH1 N ER0 AH0 T         verb D IH0 JH EH1 N ER0 EY2 T
delegate    noun D EH1 L AH0 G AH0 T              verb D EH1 L AH0 G EY2 T
deliberate  noun D IH0 L IH1 B ER0 AH0 T          verb D IH0 L IH1 B ER0 EY2 T
desert      noun D EH1 Z ER0 T                    verb D IH0 Z ER1 T
diffuse     verb D IH0 F Y UW1 Z                  noun D IH0 F Y UW1 S
digest      verb D AY0 JH EH1 S T                 noun D AY1 JH EH0 S T
discharge   noun D IH1 S CH AA2 R JH              verb D IH0 S CH AA1 R JH
discount    noun D IH1 S K AW0 N T                verb D IH0 S K AW1 N T
duplicate   noun D UW1 P L AH0 K AH0 T            verb D UW1 P L AH0 K EY2 T
elaborate   noun IH0 L AE1 B R AH0 T              verb IH0 L AE1 B ER0 EY2 T
entrance    noun EH1 N T R AH0 N S                verb IH0 N T R AE1 N S
escort      noun EH1 S K AO0 R T                  verb EH0 S K AO1 R T
estimate    noun EH1 S T AH0 M AH0 T              verb EH1 S T AH0 M EY2 T
excuse      noun IH0 K S K Y UW1 S                verb IH0 K S K Y UW1 Z
exploit     verb EH2 K S P L OY1 T                noun EH1 K S P L OY2 T
export      noun EH1 K S P AO0 R T                verb IH0 K S P AO1 R T
extract     verb IH0 K S T R AE1 K T              noun EH1 K S T R AE2 K T
frequent    noun F R IY1 K W AH0 N T              verb F R IY0 K W EH1 N T
graduate    noun G R AE1 JH AH0 W AH0 T           verb G R AE1 JH AH0 W EY2 T
house       noun HH AW1 S                         verb HH AW1 Z
impact      noun IH1 M P AE0 K T                  verb IH2 M P AE1 K T
implant     noun IH1 M P L AE2 N T                verb IH2 M P L AE1 N T
import      noun IH1 M P AO2 R T                  verb IH2 M P AO1 R T
imprint     noun IH1 M P R IH0 N T                verb IH2 M P R IH1 N T
incense     noun IH1 N S EH2 N S                  verb IH2 N S EH1 N S
incline     noun IH1 N K L AY0 N                  verb IH2 N K L AY1 N
increase    noun IH1 N K R IY2 S                  verb IH2 N K R IY1 S
insert      verb IH2 N S ER1 T                    noun IH1 N S ER2 T
insult      noun IH1 N S AH2 L T                  verb IH2 N S AH1 L T
intimate    noun IH1 N T AH0 M AH0 T              verb IH1 N T AH0 M EY2 T
laminate    noun L AE1 M AH0 N AH0 T              verb L AE1 M AH0 N EY2 T
moderate    noun M AA1 D ER0 AH0 T                verb M AA1 D ER0 EY2 T
mouth       noun M AW1 TH                         verb M AW1 DH
object      noun AA1 B JH EH0 K T                 verb AH0 B JH EH1 K T
overlap     noun OW1 V ER0 L AE2 P                verb OW2 V ER0 L AE1 P
perfect     noun P ER1 F IH2 K T                  verb P ER0 F EH1 K T
perfume     noun P ER1 F Y UW2 M                  verb P ER0 F Y UW1 M
permit      verb P ER0 M IH1 T                    noun P ER1 M IH2 T
pervert     noun P ER1 V ER0 T                    verb P ER0 V ER1 T
predicate   noun P R EH1 D IH0 K AH0 T            verb P R EH1 D AH0 K EY2 T
present     noun P R EH1 Z AH0 N T                verb P R IY0 Z EH1 N T
produce     verb P R AH0 D UW1 S                  noun P R OW1 D UW0 S
progress    noun P R AA1 G R EH2 S                verb P R AH0 G R EH1 S
project     noun P R AA1 JH EH0 K T               verb P R AH0 JH EH1 K T
protest     noun P R OW1 T EH2 S T                verb P R AH0 T EH1 S T
rebel       noun R EH1 B AH0 L                    verb R IH0 B EH1 L
recall      verb R IH0 K AO1 L                    noun R IY1 K AO2 L
record      noun R EH1 K ER0 D                    verb R IH0 K AO1 R D
refill      noun R IY1 F IH0 L                    verb R IY0 F IH1 L
refund      noun R IY1 F AH2 N D                  verb R IH0 F AH1 N D
refuse      verb R IH0 F Y UW1 Z                  noun R EH1 F Y UW2 Z
reject      verb R IH0 JH EH1 K T                 noun R IY1 JH EH0 K T
relapse     noun R IY1 L AE2 P S                  verb R IY0 L AE1 P S
reprint     noun R IY1 P R IH2 N T                verb R IY0 P R IH1 N T
research    noun R IY1 S ER0 CH                   verb R IY0 S ER1 CH
segment     noun S EH1 G M AH0 N T                verb S EH2 G M EH1 N T
separate    noun S EH1 P R AH0 T                  verb S EH1 P ER0 EY2 T
subject     noun S AH1 B JH IH0 K T               verb S AH0 B JH EH1 K T
subordinate noun S AH0 B AO1 R D AH0 N AH0 T      verb S AH0 B AO1 R D AH0 N EY2 T
survey      noun S ER1 V EY2                      verb S ER0 V EY1
suspect     verb S AH0 S P EH1 K T                noun S AH1 S P EH2 K T
syndicate   noun S IH1 N D IH0 K AH0 T            verb S IH1 N D AH0 K EY2 T
torment     noun T AO1 R M EH2 N T                verb T AO0 R M EH1 N T
transfer    noun T R AE1 N S F ER0                verb T R AE0 N S F ER1
transport   noun T R AE1 N S P AO0 R T            verb T R AE0 N S P AO1 R T
upset       verb AH0 P S EH1 T                    noun AH1 P S EH2 T
use         noun Y UW1 S                          verb Y UW1 Z
"""

# decided by a rule of their own in `heteronyms`; these have no plural made for them
BY_RULE = """
aged     year EY1 JH D             old EY1 JH IH0 D
august   month AO1 G AH0 S T       solemn AO0 G AH1 S T
bass     deep B EY1 S              fish B AE1 S
blessed  verb B L EH1 S T          holy B L EH1 S IH0 D
bow      bend B AW1                knot B OW1
bows     bend B AW1 Z              knot B OW1 Z
content  noun K AA1 N T EH0 N T    pleased K AH0 N T EH1 N T
dove     bird D AH1 V              dived D OW1 V
invalid  void IH2 N V AE1 L AH0 D  person IH1 N V AH0 L AH0 D
lead     guide L IY1 D             metal L EH1 D
learned  verb L ER1 N D            wise L ER1 N IH0 D
live     verb L IH1 V              alive L AY1 V
lives    noun L AY1 V Z            verb L IH1 V Z
minute   time M IH1 N AH0 T        tiny M AY0 N UW1 T
polish   shine P AA1 L IH0 SH      people P OW1 L IH0 SH
read     now R IY1 D               past R EH1 D
resume   verb R IH0 Z UW1 M        noun R EH1 Z AH0 M EY2
tear     verb T EH1 R              drop T IH1 R
tears    drop T IH1 R Z            verb T EH1 R Z
used     verb Y UW1 Z D            habit Y UW1 S T
wind     air W IH1 N D             turn W AY1 N D
winds    air W IH1 N D Z           turn W AY1 N D Z
wound    hurt W UW1 N D            turned W AW1 N D
"""

Roles = dict[str, tuple[str, ...]]


def read_roles(table: str) -> dict[str, Roles]:
    """Word → role → phones; the order of roles is that of the table."""
    words: dict[str, Roles] = {}
    for line in table.strip().splitlines():
        word, *fields = line.split()
        roles: dict[str, list[str]] = {}
        for field in fields:
            if field.islower():
                phones = roles.setdefault(field, [])
            else:
                phones.append(field)
        words[word] = {role: tuple(phones) for role, phones in roles.items()}
    return words
