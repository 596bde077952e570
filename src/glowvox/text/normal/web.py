"""Addresses of pages and people, hashtags, mentions, file names and paths."""

from __future__ import annotations

import re

from glowvox.text.normal.acronyms import say_code, say_letters
from glowvox.text.normal.reading import Pattern, Reading, Rule, Said, letters, listed, read_words, spoken

# Countries whose letters are an English word (in, it, me, no ...) are missing: "dot me" is said as it stands.
_TOP = listed(
    "com org net edu gov mil int info biz name io co uk de fr es nl ch se dk fi pl cz pt ru ua jp cn kr au nz ca br mx"
    " ar za eu tv ly ai app dev xyz site online tech shop blog cloud ie il tr gr id sg hk tw museum"
)
_ENDINGS = listed(
    "pdf txt text doc docx xls xlsx ppt pptx csv tsv json jsonl xml html htm css js ts jsx tsx py pyc ipynb"
    " rb go rs c h cpp hpp cc java kt swift sh bash bat ps1 exe dll so zip tar gz bz2 xz 7z rar png jpg jpeg"
    " gif svg webp bmp tiff mp3 mp4 wav flac ogg opus m4a avi mov mkv webm md rst toml yaml yml ini cfg conf"
    " log lock sql db onnx npy npz pt safetensors epub mobi iso dmg apk deb rpm whl bin dat bak tmp php asp"
)
_SAID_ENDINGS = frozenset(
    listed(
        "com org net edu gov mil info biz name app dev site online tech shop blog cloud museum text json gif zip"
        " tar wav mov log lock java swift bash rar flac opus epub bin co int bak"
    )
)
_SIGNS = {
    ".": "dot",
    "/": "slash",
    "\\": "backslash",
    ":": "colon",
    "-": "dash",
    "_": "underscore",
    "@": "at",
    "+": "plus",
    "?": "question mark",
    "=": "equals",
    "&": "and",
    "#": "hash",
    "%": "percent",
    "~": "tilde",
    "*": "star",
    "!": "exclamation mark",
    "$": "dollar",
    ",": "comma",
    ";": "semicolon",
    "'": "apostrophe",
    "(": "open parenthesis",
    ")": "close parenthesis",
}
_PIECE = re.compile(r"[A-Za-z]+|\d+|[^\sA-Za-z\d]")


def say_address(text: str) -> list[Said]:
    """Every part of an address: words, numbers and the signs between them by name."""
    words: list[Said] = []
    pieces = _PIECE.findall(text)
    for place, piece in enumerate(pieces):
        last = place > 0 and pieces[place - 1] == "."
        if piece.isdigit():
            words += say_code(piece)
        elif not piece.isalpha():
            words += spoken(_SIGNS.get(piece, ""))
        elif piece.lower() == "www" or (last and piece.lower() not in _SAID_ENDINGS and _is_ending(piece)):
            words += letters(piece)
        else:
            words += say_letters(piece)
    return words


def _is_ending(piece: str) -> bool:
    return len(piece) < 5 and piece.lower() in {*_TOP, *_ENDINGS}


def _address(match: re.Match[str]) -> Reading | None:
    text = match["address"].rstrip(".,;:!?'\")")
    if not text:
        return None
    return Reading(say_address(text), match.start("address") + len(text))


def _hashtag(match: re.Match[str]) -> Reading:
    words = spoken("hashtag")
    for part in match["tag"].split("_"):
        words += say_code(part)
    return read_words(match, words)


def _mention(match: re.Match[str]) -> Reading:
    return Reading(
        [*spoken("at"), *say_address(match["name"].rstrip("."))], match.start() + 1 + len(match["name"].rstrip("."))
    )


_LABEL = r"[A-Za-z\d](?:[A-Za-z\d-]{0,60}[A-Za-z\d])?"
_HOST = rf"(?:{_LABEL}\.){{1,6}}(?:{'|'.join(sorted(_TOP, key=len, reverse=True))})"
_TAIL = r"(?::\d{1,5})?(?:[/?#][!#-;=?-~]{0,2000})?"
URL = Rule(
    "address",
    Pattern(r"(?:https?|ftp|file|sftp|ssh|git|wss?)://(?P<address>[!#-;=?-~]{1,2000})", re.IGNORECASE),
    _address,
)
WWW = Rule("address", Pattern(r"(?P<address>www\.[a-z\d][!#-;=?-~]{0,2000})", re.IGNORECASE), _address)
MAIL = Rule(
    "e-mail",
    Pattern(
        rf"(?:mailto:)?(?P<address>[A-Za-z\d][A-Za-z\d._%+-]{{0,63}}@(?:{_LABEL}\.){{1,6}}[A-Za-z]{{2,12}})(?![\w@])"
    ),
    _address,
)
HOST = Rule("address", Pattern(rf"(?P<address>{_HOST}(?![\w-]|\.[A-Za-z]){_TAIL})"), _address)
FILE = Rule(
    "file name",
    Pattern(
        rf"(?P<address>(?:[A-Za-z\d_][A-Za-z\d_-]{{0,60}}[./]){{1,8}}"
        rf"(?<=\.)(?:{'|'.join(sorted(_ENDINGS, key=len, reverse=True))}))(?![\w-]|\.[A-Za-z\d])"
    ),
    _address,
)
PATH = Rule(
    "path",
    Pattern(
        r"(?<![^\s(\"'])(?P<address>(?:~|\.{1,2})?/[A-Za-z\d_.~-]{1,60}(?:/[A-Za-z\d_.~@+-]{1,60}){0,20}/?)(?![/])"
    ),
    _address,
)
WINDOWS_PATH = Rule("path", Pattern(r"(?P<address>[A-Z]:\\[!#-;=@-\[\]-{}~\\]{0,500})"), _address)
NAME_WITH_UNDERSCORES = Rule(
    "identifier", Pattern(r"(?P<address>[A-Za-z\d]{1,60}(?:_{1,2}[A-Za-z\d]{1,60}){1,20})(?!\w)"), _address
)
DOTTED_NAME = Rule(
    "dotted name",
    Pattern(r"(?P<address>[A-Za-z][A-Za-z\d]{1,40}(?:\.[a-z][A-Za-z\d]{0,40}){1,8})(?![\w.@])"),
    _address,
)
HASHTAG = Rule("hashtag", Pattern(r"#(?P<tag>[A-Za-z_]{0,30}[A-Za-z][A-Za-z\d_]{0,60})(?!\w)"), _hashtag)
MENTION = Rule("mention", Pattern(r"(?<![\w.])@(?P<name>[A-Za-z_][A-Za-z\d_.]{0,40})(?![\w@])"), _mention)
