"""`glowvox data`: check a corpus, prepare it for training."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from glowvox.cli.audit import command as audit_command
from glowvox.cli.embed import command as embed_command
from glowvox.cli.forced import command as forced_command
from glowvox.cli.listing import command as list_command
from glowvox.errors import UsageError

if TYPE_CHECKING:
    from glowvox.audio.mel import MelConfig
    from glowvox.data.corpus import Corpus
    from glowvox.data.prepare_config import PrepareConfig

PATH = click.Path(path_type=Path)
Callback = TypeVar("Callback", bound=Callable[..., Any])
Options = TypeVar("Options")
Decorator = Callable[[Callback], Callback]

_SOURCE: list[Decorator[Any]] = [
    click.argument("corpora", nargs=-1, required=True, metavar="CORPUS...", type=PATH),
    click.option("--layout", metavar="NAME", help="How the corpora are laid out.  [default: found by itself]"),
    click.option("--audio", type=PATH, help="Folder of the recordings, where it is not in the corpus."),
    click.option("--speaker", metavar="NAME", help="Speaker of rows that name none.  [default: the folder's name]"),
    click.option("--language", metavar="CODE", help="Likewise, as en.  [default: the folder's, as in kathleen-en]"),
    click.option(
        "--list",
        "lists",
        multiple=True,
        metavar="SPLIT=FILE",
        help="Ids of train, val or test, one a line.  [default: train.txt, val.txt, test.txt in the corpus]",
    ),
    click.option(
        "--held-out",
        type=float,
        metavar="SHARE|N",
        help="Of a corpus without lists: sentences held out for val, and as many for test.  [default: 0.02]",
    ),
    click.option("--held-out-most", type=int, metavar="N", help="Sentences that a share may come to.  [default: 100]"),
    click.option("--split-seed", default=0, show_default=True, help="Seed of the split of a corpus without lists."),
]
_SETTINGS: list[Decorator[Any]] = [
    click.option("--config", type=PATH, help="TOML file of settings; the options here win."),
    click.option("--front-end", metavar="NAME", help="english, characters (any script) or espeak.  [default: english]"),
    click.option("--lexicon", type=PATH, help="File of your own pronunciations."),
    click.option("--mel-config", type=PATH, help="TOML file of mel settings, alone or as its [mel] table."),
    click.option("--min-seconds", type=float, help="Leave out shorter clips.  [default: 0.05]"),
    click.option("--max-seconds", type=float, help="Leave out longer clips.  [default: 20]"),
    click.option("--min-tokens", type=int, help="Leave out clips of fewer symbols.  [default: 1]"),
    click.option("--max-tokens", type=int, help="Leave out clips of more symbols.  [default: no limit]"),
    click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Any setting, as --set trim_db=35."),
    click.option("--workers", type=click.IntRange(1), help="Processes to use.  [default: one a core]"),
    click.option("--rows", default=5, show_default=True, help="Rows shown of each kind of problem."),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output."),
]


@dataclass(frozen=True, kw_only=True)
class CheckOptions:
    """What the command line of `data check` says."""

    corpora: tuple[Path, ...]
    layout: str | None
    audio: Path | None
    speaker: str | None
    language: str | None
    lists: tuple[str, ...]
    held_out: float | None
    held_out_most: int | None
    split_seed: int
    config: Path | None
    front_end: str | None
    lexicon: Path | None
    mel_config: Path | None
    min_seconds: float | None
    max_seconds: float | None
    min_tokens: int | None
    max_tokens: int | None
    overrides: tuple[str, ...]
    workers: int | None
    rows: int
    as_json: bool


@dataclass(frozen=True, kw_only=True)
class PrepareOptions(CheckOptions):
    """What the command line of `data prepare` says."""

    out: Path
    shard: str | None
    sound: bool


def _taking(
    kind: Callable[..., Options], *groups: Sequence[Decorator[Any]]
) -> Callable[[Callable[[Options], None]], Callable[..., None]]:
    """Add options to a command and hand it their values as one record."""

    def wrap(function: Callable[[Options], None]) -> Callable[..., None]:
        def gathered(**values: Any) -> None:
            function(kind(**values))

        gathered.__doc__ = function.__doc__
        for option in reversed([option for group in groups for option in group]):
            gathered = option(gathered)
        return gathered

    return wrap


@click.group()
def command() -> None:
    """Check a corpus of recordings, prepare it for training, and audit it with a trained voice.

    A corpus is a folder of recordings with their texts: LJSpeech, Piper, Coqui, VCTK, LibriTTS, Common Voice, M-AILABS,
    CSS10, NVIDIA filelists, or a text file beside each recording. Which of them it is is found out.
    """


command.add_command(audit_command)
command.add_command(embed_command)
command.add_command(forced_command)
command.add_command(list_command)


@command.command("check")
@_taking(CheckOptions, _SOURCE, _SETTINGS)
def check_command(options: CheckOptions) -> None:
    """Say whether a corpus is ready to train on, and what to fix first.

    Reads every table, text and recording, and writes nothing. What is wrong is ranked, each thing with its file, row,
    cause and remedy. Leaves with 0 when the corpus is ready and 3 when something must be fixed.

    \b
    glowvox data check my_recordings/
    glowvox data check kathleen-en heart-en --json
    """
    from glowvox.cli.progress import progress
    from glowvox.data.check import check
    from glowvox.data.report import verdict_lines

    corpora = _corpora(options, strict=False)
    with progress("checking") as tell:
        verdict = check(corpora, _settings(options), processes=options.workers, progress=tell)
    if options.as_json:
        plain = asdict(verdict) | {"problems": [problem.plain() for problem in verdict.problems]}
        click.echo(json.dumps(plain, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(verdict_lines(verdict, options.rows)))
    if not verdict.ready:
        sys.exit(3)


@command.command("prepare")
@_taking(
    PrepareOptions,
    _SOURCE,
    [
        click.option("-o", "--out", required=True, type=PATH, help="Folder to write; made if missing."),
        click.option("--shard", metavar="I/N", help="Do only the I-th of N parts, as in a job array."),
        click.option(
            "--sound", is_flag=True, help="Keep the cleaned recordings and their pitch too: vocoders learn from them."
        ),
    ],
    _SETTINGS,
)
def prepare_command(options: PrepareOptions) -> None:
    """Turn corpora into what training reads: tokens and mel spectrograms.

    Silence at both ends is trimmed and all speech brought to one level. What is done is kept: the same command goes on
    where it was stopped, and redoes only clips whose text, recording or settings changed. A sentence that any val or
    test list holds is left out of all train lists. Every clip left out is named with the reason, here and in
    left_out.jsonl.

    \b
    glowvox data prepare my_recordings/ -o prepared/mine
    glowvox data prepare kathleen-en heart-en -o prepared/two --workers 2
    glowvox data prepare big/ -o prepared/big --shard 1/16    (16 jobs, then once without --shard)
    """
    from glowvox.cli.progress import progress
    from glowvox.data.prepare import prepare
    from glowvox.data.report import prepare_lines
    from glowvox.data.splits import LIST_KINDS

    config = _settings(options, sound=options.sound)
    corpora = _corpora(options, strict=True)
    for problem in [p for corpus in corpora for p in corpus.problems if p.kind in LIST_KINDS][: options.rows]:
        click.echo(f"warning: {problem}", err=True)
    with progress("preparing") as tell:
        report = prepare(
            corpora,
            options.out,
            config=config,
            shard=_shard(options.shard),
            processes=options.workers,
            progress=tell,
        )
    if options.as_json:
        plain = asdict(report) | {"folder": str(report.folder), "left_out": [e.plain() for e in report.left_out]}
        click.echo(json.dumps(plain, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(prepare_lines(report, options.rows)))


def _corpora(options: CheckOptions, *, strict: bool) -> list[Corpus]:
    from glowvox.data.corpus import read_corpus, scan_corpus
    from glowvox.data.splits import SplitRule

    read = read_corpus if strict else scan_corpus
    usual = SplitRule(seed=options.split_seed)
    rule = SplitRule(
        size=usual.size if options.held_out is None else options.held_out,
        most=usual.most if options.held_out_most is None else options.held_out_most,
        seed=options.split_seed,
    )
    lists = _lists(options.lists)
    if lists and len(options.corpora) > 1:
        raise UsageError("--list: belongs to one corpus, but several are given")
    return [
        read(
            path,
            layout=options.layout,
            speaker=options.speaker,
            language=options.language,
            audio=options.audio,
            lists=lists or None,
            rule=rule,
        )
        for path in options.corpora
    ]


def _settings(options: CheckOptions, *, sound: bool = False) -> PrepareConfig:
    """Settings from the file, then the named options, then --set."""
    from glowvox.config import build, load, plain
    from glowvox.data.prepare_config import PrepareConfig

    table = plain(load(options.config, PrepareConfig)) if options.config else {}
    if options.mel_config is not None:
        table["mel"] = plain(_mel(options.mel_config))
    named = {
        "front_end": options.front_end,
        "lexicon": str(options.lexicon) if options.lexicon else None,
        "min_seconds": options.min_seconds,
        "max_seconds": options.max_seconds,
        "min_tokens": options.min_tokens,
        "max_tokens": options.max_tokens,
    }
    table |= {key: value for key, value in named.items() if value is not None}
    if sound:
        table["sound"] = True
    return build(table, PrepareConfig, options.overrides, where="data settings")


def _mel(path: Path) -> MelConfig:
    """Mel settings from a file of theirs or from the [mel] table of another, as of a prepared folder."""
    import tomllib

    from glowvox.audio.mel import MelConfig
    from glowvox.config import build, load

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return load(path, MelConfig)  # says what is wrong with the file
    return build(table.get("mel", table), MelConfig, where=str(path))


def _lists(given: Sequence[str]) -> dict[str, Path]:
    lists = {}
    for text in given:
        split, equals, path = text.partition("=")
        if not equals or split not in ("train", "val", "test"):
            raise UsageError(f"--list {text}: expected train=FILE, val=FILE or test=FILE")
        lists[split] = Path(path)
    return lists


def _shard(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if not match:
        raise UsageError(f"--shard {text}: expected I/N, as 1/4")
    return int(match[1]), int(match[2])
