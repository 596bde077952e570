"""What a speaker agreed to before their voice is copied: asked once, kept beside the run, told by the voice."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import structs

from glowvox import config
from glowvox.config import Settings
from glowvox.errors import UsageError

if TYPE_CHECKING:
    from glowvox.train.new_speaker import Base

RECORD = "finetune.toml"
FEWEST_WORDS = 3  # of a statement
QUESTION = (
    "A copy of a voice needs the consent of the person who speaks.\n"
    "Their statement, in a sentence (it is kept in the voice and its card)"
)
EXAMPLE = '--consent "I am Ada Berg, this is my voice, and I want a synthetic copy of it for my own use."'


class Agreement(Settings, frozen=True, kw_only=True):
    """`finetune.toml` of a run."""

    name: str  # of the speaker and the voice
    consent: str  # the speaker's statement
    licence: str  # of the voice
    base: str  # name of the weights it begins with
    base_sha256: str  # of their values


def agree(folder: Path, name: str, base: Base, *, consent: str | None, licence: str | None) -> Agreement:
    """The agreement of a run: the one kept there, with what is given anew, else what is given or answered now.

    raises  UsageError without a statement, for one that says nothing, and for a run of another name or base
    """
    if not re.fullmatch(r"\w[\w.+-]*", name):
        raise UsageError(f"--name {name}: expected letters, digits and . + - _, beginning with a letter or digit")
    digest = base.digest()
    path = folder / RECORD
    if path.is_file():
        before = config.load(path, Agreement)
        if (before.name, before.base_sha256) != (name, digest):
            raise UsageError(
                f"{folder}: a voice '{before.name}' was begun there from {before.base}, not '{name}' from {base.name}",
                hint="give the same name and base to go on with it, or another folder: --run FOLDER",
            )
        said = _checked(consent) if consent is not None else before.consent
        kept = structs.replace(before, consent=said, licence=licence or before.licence)
    else:
        said = _checked(consent if consent is not None else _asked())
        kept = Agreement(name=name, consent=said, licence=licence or RESERVED, base=base.name, base_sha256=digest)
    _keep(path, kept)
    return kept


RESERVED = "LicenseRef-all-rights-reserved"  # unless the speaker gives more


def _asked() -> str:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("a copy of a voice needs the consent of the person who speaks", hint=f"state it: {EXAMPLE}")
    return str(click.prompt(QUESTION, err=True))


def _checked(statement: str) -> str:
    said = " ".join(statement.split())
    if len(said.split()) < FEWEST_WORDS:
        raise UsageError(
            f"--consent '{said}': expected a sentence that says who speaks and what they agree to",
            hint=f"for instance: {EXAMPLE}",
        )
    return said


def _keep(path: Path, agreement: Agreement) -> None:
    from glowvox.files import unwritable, write_text

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path, error) from None
    write_text(path, config.dumps(agreement))
