"""Emoji that are better known by another name than the one Unicode gives."""

from __future__ import annotations

import re
import unicodedata

from glowvox.text.normal.reading import Pattern, Reading, Rule, letters, read_words, spoken

EMOJI = {
    "❤": "red heart",
    "♥": "heart",
    "💔": "broken heart",
    "👍": "thumbs up",
    "👎": "thumbs down",
    "👋": "waving hand",
    "👏": "clapping hands",
    "🙏": "folded hands",
    "💪": "flexed biceps",
    "👌": "okay hand",
    "✌": "victory hand",
    "🤞": "crossed fingers",
    "😂": "face with tears of joy",
    "🤣": "rolling on the floor laughing",
    "😀": "grinning face",
    "😃": "smiling face",
    "😄": "smiling face",
    "😁": "beaming face",
    "😅": "smiling face with sweat",
    "😊": "smiling face",
    "🙂": "slightly smiling face",
    "😉": "winking face",
    "😍": "smiling face with heart eyes",
    "😘": "face blowing a kiss",
    "😎": "smiling face with sunglasses",
    "😢": "crying face",
    "😭": "loudly crying face",
    "😡": "angry face",
    "😱": "screaming face",
    "🤔": "thinking face",
    "😴": "sleeping face",
    "🙄": "face with rolling eyes",
    "🎉": "party popper",
    "🔥": "fire",
    "✨": "sparkles",
    "⭐": "star",
    "🌟": "glowing star",
    "💯": "hundred points",
    "✅": "check mark",
    "✔": "check mark",
    "✓": "check mark",
    "❌": "cross mark",
    "✗": "cross mark",
    "✘": "cross mark",
    "☑": "checked box",
    "☐": "empty box",
    "⚠": "warning",
    "🚀": "rocket",
    "🎵": "musical note",
    "🎶": "musical notes",
    "☀": "sun",
    "☁": "cloud",
    "☂": "umbrella",
    "☃": "snowman",
    "☎": "telephone",
    "☕": "hot beverage",
    "☺": "smiling face",
    "☹": "frowning face",
    "🐶": "dog face",
    "🐱": "cat face",
    "🍕": "pizza",
    "🏠": "house",
    "📞": "telephone receiver",
    "📧": "e mail",
    "💡": "light bulb",
    "👀": "eyes",
    "🏁": "chequered flag",
}


def _flag(match: re.Match[str]) -> Reading:
    """A flag is a pair of letters that name a country: "flag u s"."""
    names = "".join(unicodedata.name(letter)[-1] for letter in match[0])
    return read_words(match, [*spoken("flag"), *letters(names)])


FLAG = Rule("flag", Pattern("[\U0001f1e6-\U0001f1ff]{1,2}"), _flag)
