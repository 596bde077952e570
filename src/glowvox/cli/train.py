"""`glowvox train`: a model from prepared recordings; the same command goes on with a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from glowvox.errors import UsageError

if TYPE_CHECKING:
    from glowvox.train.config import TrainConfig
    from glowvox.train.flowtron_config import FlowtronTrainConfig
    from glowvox.train.run import AnyRun
    from glowvox.train.vocoder_config import VocoderTrainConfig
    from glowvox.train.waveglow_config import WaveGlowTrainConfig

    AnyConfig = TrainConfig | VocoderTrainConfig | FlowtronTrainConfig | WaveGlowTrainConfig

PLACE = click.Path(path_type=Path)
PRESETS = (
    *("tiny", "small", "voice", "base"),
    *("istft-small", "istft-fast", "istft-base", "hifi-gan-v1", "hifi-gan-v2", "hifi-gan-v3"),
    *("flowtron-tiny", "flowtron-small", "flowtron"),
    *("waveglow-tiny", "waveglow", "waveglow-paper"),
)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The options, by their names on the command line."""

    prepared: Path | None
    run: Path | None
    preset: str | None
    config_file: Path | None
    overrides: tuple[str, ...]
    steps: int | None
    max_minutes: float | None
    overfit: int | None
    vocoders: tuple[Path, ...]
    finetune_from: Path | None
    load: tuple[str, ...]
    skip: tuple[str, ...]
    train_only: tuple[str, ...]
    freeze: tuple[str, ...]
    only_speakers: tuple[str, ...]
    like: str | None
    d_vectors: tuple[Path, ...]
    devices: str
    nodes: int
    print_config: bool
    report_only: bool
    as_json: bool


@click.command("train")
@click.argument("prepared", metavar="[PREPARED]", required=False, type=PLACE)
@click.option(
    "-o", "--run", type=PLACE, help="Folder of the run; an existing run goes on. Default: runs/PREPARED-PRESET."
)
@click.option(
    "--preset",
    type=click.Choice(PRESETS),
    help="What to train. A voice: tiny to try things out, small for one or two hours on a CPU, voice is what the "
    "voice in the package was trained as, base is the paper's, for a GPU. A Flowtron: flowtron-tiny, flowtron-small, "
    "and flowtron, the published one. A vocoder, from data prepared with --sound: istft-small, istft-fast for the "
    "slowest machines, istft-base, the hifi-gan and the waveglow ones for a GPU, waveglow-tiny to try it out. "
    "Default: small.",
)
@click.option(
    "--config", "config_file", type=PLACE, help="TOML file of settings, as in recipes/; the other options go before it."
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="One setting, as --set optimizer.lr=5e-4; can be given many times. --print-config shows all keys.",
)
@click.option("--steps", type=click.IntRange(1), help="Steps of the whole run. Default: 30000; of a vocoder 40000.")
@click.option(
    "--max-minutes",
    type=click.FloatRange(0, min_open=True),
    help="Save and leave after so many minutes; the same command goes on from there. Default: no limit.",
)
@click.option(
    "--overfit",
    type=click.IntRange(1),
    metavar="N",
    help="Diagnostic: train on N clips only and show real and generated side by side. Says nothing of quality.",
)
@click.option(
    "--vocoder",
    "vocoders",
    multiple=True,
    type=PLACE,
    help="Run folder or file of a trained vocoder: the report plays recordings, real and generated, through it as well "
    "as through Griffin-Lim, so that one hears which half buzzes. Repeatable.",
)
@click.option(
    "--finetune-from",
    type=PLACE,
    metavar="RUN|WEIGHTS",
    help="Begin with the weights of a trained voice, its model settings, symbols and speakers, or of a vocoder. The "
    "optimizer begins afresh; what is named is not touched.",
)
@click.option("--load", multiple=True, metavar="GLOB", help="Parameters to take over.  [default: all]  Repeatable.")
@click.option("--skip", multiple=True, metavar="GLOB", help="Of these, parameters that begin afresh. Repeatable.")
@click.option(
    "--train-only",
    multiple=True,
    metavar="GLOB",
    help="Parameters that train, as 'speaker_table.*'.  [default: all]  Repeatable.",
)
@click.option("--freeze", multiple=True, metavar="GLOB", help="Of these, parameters that stay as they are. Repeatable.")
@click.option(
    "--only-speaker",
    "only_speakers",
    multiple=True,
    metavar="NAME",
    help="Of the table of speakers, train this one's row alone. Repeatable.",
)
@click.option("--like", metavar="NAME", help="Speaker that new ones begin as.  [default: the mean of all]")
@click.option(
    "--d-vectors",
    multiple=True,
    type=PLACE,
    metavar="FILE",
    help="Tell speakers apart by the vectors in this file (glowvox data embed), which do not train. Repeatable.",
)
@click.option(
    "--devices",
    default="auto",
    show_default=True,
    metavar="N|auto",
    help="GPUs of this machine to train on, or processes where there is none; auto takes every GPU.",
)
@click.option("--nodes", type=click.IntRange(1), default=1, show_default=True, help="Machines that train together.")
@click.option("--print-config", is_flag=True, help="Print every setting as TOML, and do nothing.")
@click.option("--report-only", is_flag=True, help="Write report.html of the run again from its files, and do nothing.")
@click.option(
    "--json", "as_json", is_flag=True, help="At the end one JSON object on stdout: run, step, ending, report."
)
def command(**options: object) -> None:
    """Train a voice, a Flowtron or a vocoder on PREPARED, a folder written by `glowvox data prepare`.

    \b
      glowvox train prepared/mine
      glowvox train prepared/mine --preset istft-small
      glowvox train prepared/mine --preset base --max-minutes 120
      glowvox train prepared/mine --preset flowtron-small
      glowvox train prepared/mine --overfit 4 --steps 1000
      glowvox train prepared/anna --finetune-from runs/mine --steps 2000 --set optimizer.lr=2e-4
      glowvox train prepared/anna --finetune-from runs/mine --train-only 'speaker_table.*' --only-speaker anna
      glowvox train -o runs/mine-small

    The run lies in a folder: settings (run.toml), numbers (metrics.jsonl), a page to look at (report.html), sounds and
    pictures (samples/) and checkpoints. Open report.html in a browser after the first minutes: it says in words how
    the training stands. Ctrl-C saves before it leaves; the same command, or just -o with the run's folder, goes on
    exactly where it stopped. docs/training.md tells the rest, docs/reading-the-curves.md what the curves mean.

    The last line on stdout is the folder of the run; all else goes to stderr.
    """
    from glowvox.cli.extras import needs_train

    asked = msgspec.convert(options, Asked)
    with needs_train("training"):
        if asked.report_only:
            _report_only(asked)
            return
        settings = _settings(asked)
        if asked.print_config:
            from glowvox.config import dumps

            click.echo(dumps(settings), nl=False)
            return
        _train(asked, settings)


def _train(asked: Asked, settings: AnyConfig) -> None:
    import logging

    from glowvox.cli.screens import open_screen
    from glowvox.train.flowtron_config import FlowtronTrainConfig
    from glowvox.train.flowtron_start import train_flowtron
    from glowvox.train.progress import Progress
    from glowvox.train.start import train
    from glowvox.train.vocoder_config import VocoderTrainConfig
    from glowvox.train.vocoder_start import train_vocoder
    from glowvox.train.waveglow_config import WaveGlowTrainConfig

    for name in ("lightning", "lightning_fabric"):  # they announce every process
        logging.getLogger(name).setLevel(logging.WARNING)
    folder = asked.run or _default_folder(asked, settings)
    with open_screen(settings.steps) as screen:
        devices, nodes, limit = _devices(asked.devices), asked.nodes, asked.max_minutes

        def watch(run: AnyRun) -> Progress:
            return Progress(run, screen, max_minutes=limit)

        if isinstance(settings, VocoderTrainConfig | WaveGlowTrainConfig):
            ending = train_vocoder(folder, settings, devices=devices, nodes=nodes, max_minutes=limit, watch=watch)
        elif isinstance(settings, FlowtronTrainConfig):
            ending = train_flowtron(folder, settings, devices=devices, nodes=nodes, max_minutes=limit, watch=watch)
        else:
            ending = train(
                folder,
                settings,
                devices=devices,
                nodes=nodes,
                max_minutes=limit,
                vocoders=asked.vocoders,
                watch=watch,
            )
    if ending:  # other processes than the first have nothing to say
        _finish(folder, ending, as_json=asked.as_json)


def _open(folder: Path) -> AnyRun:
    """The run in a folder, whatever it trains."""
    from glowvox.kinds import VOCODER_KINDS
    from glowvox.train.run import RunFolder, kind_of

    kind = kind_of(folder)
    if kind in VOCODER_KINDS:
        return RunFolder.load_vocoder(folder)
    return RunFolder.load_flowtron(folder) if kind == "flowtron" else RunFolder.load(folder)


def _finish(folder: Path, ending: str, *, as_json: bool) -> None:
    from glowvox.train.checkpoint import step_of

    latest = _open(folder).latest()
    step = step_of(latest) if latest else 0
    click.echo(f"{ending}; saved at step {step:,}. Look at {folder / 'report.html'}", err=True)
    if as_json:
        record = {"run": str(folder), "step": step, "ending": ending, "report": str(folder / "report.html")}
        click.echo(json.dumps(record, ensure_ascii=False))
    else:
        click.echo(str(folder))


def _report_only(asked: Asked) -> None:
    from glowvox.kinds import VOCODER_KINDS
    from glowvox.train.flowtron_report import write_flowtron_report
    from glowvox.train.report import write_report
    from glowvox.train.run import RunFolder, kind_of
    from glowvox.train.vocoder_report import write_vocoder_report

    if asked.run is None:
        raise UsageError("--report-only needs the run: give its folder with -o")
    kind = kind_of(asked.run)
    if kind in VOCODER_KINDS:
        click.echo(str(write_vocoder_report(RunFolder.load_vocoder(asked.run))))
    elif kind == "flowtron":
        click.echo(str(write_flowtron_report(RunFolder.load_flowtron(asked.run))))
    else:
        click.echo(str(write_report(RunFolder.load(asked.run))))


def _settings(asked: Asked) -> AnyConfig:
    """The settings of the command line, on top of those of a file, a run to go on with, or a preset."""
    from glowvox import config
    from glowvox.models.glow_tts_config import PRESETS as VOICES
    from glowvox.train.config import TrainConfig
    from glowvox.train.flowtron_config import PRESETS as FLOWTRONS
    from glowvox.train.flowtron_config import FlowtronTrainConfig
    from glowvox.train.vocoder_config import PRESETS as VOCODERS
    from glowvox.train.vocoder_config import VocoderTrainConfig
    from glowvox.train.waveglow_config import PRESETS as WAVEGLOWS
    from glowvox.train.waveglow_config import WaveGlowTrainConfig

    given = {"prepared": asked.prepared and str(asked.prepared), "steps": asked.steps, "overfit": asked.overfit}
    named: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    going_on = asked.prepared is None and asked.run is not None and (asked.run / "run.toml").is_file()
    kind = _kind(asked, going_on=going_on)
    kinds: dict[str, type[AnyConfig]] = {
        "voice": TrainConfig,
        "vocoder": VocoderTrainConfig,
        "flowtron": FlowtronTrainConfig,
        "waveglow": WaveGlowTrainConfig,
    }
    _refuse_misplaced(asked, kind)
    table: dict[str, Any] = {}
    if asked.config_file is not None:
        table = config.plain(config.load(asked.config_file, kinds[kind]))
    elif going_on and asked.run is not None:
        table = config.plain(_open(asked.run).settings.train)
    if kind == "flowtron":  # whose presets are whole: size, phases and steps belong together
        if asked.preset is not None:
            preset = config.plain(FLOWTRONS[asked.preset])
            table = {**table, "model": preset["model"]} if table else preset
    elif kind in ("vocoder", "waveglow"):
        if asked.preset is not None:
            table["model"] = config.plain({**VOCODERS, **WAVEGLOWS}[asked.preset])
        if asked.finetune_from is not None:
            named["begin_with"] = str(asked.finetune_from)
    elif asked.preset is not None or (not table and asked.finetune_from is None):
        table["model"] = config.plain(VOICES[asked.preset or "small"])
    if kind == "voice":
        from glowvox.cli.beginnings import add_beginnings

        add_beginnings(table, asked, model_said=going_on or asked.preset is not None or _names_model(asked.config_file))
    return config.build(table | named, kinds[kind], asked.overrides, where="settings")


def _names_model(path: Path | None) -> bool:
    """Whether a file of settings has a model of its own."""
    import tomllib

    return path is not None and "model" in tomllib.loads(path.read_text(encoding="utf-8"))


def _refuse_misplaced(asked: Asked, kind: str) -> None:
    """Refuse options that only the training of a voice knows."""
    if kind == "voice":
        return
    if asked.overfit is not None:
        raise UsageError(f"--overfit is a diagnostic of voices, not of {kind}s")
    if asked.vocoders:
        raise UsageError(f"--vocoder is for the report of a voice; this run is a {kind} itself")
    for option in ("finetune_from", "load", "skip", "train_only", "freeze", "only_speakers", "like", "d_vectors"):
        if getattr(asked, option) and not (option == "finetune_from" and kind in ("vocoder", "waveglow")):
            name = option.removesuffix("s") if option == "only_speakers" else option
            raise UsageError(f"--{name.replace('_', '-')} is for voices of Glow-TTS; this run is a {kind}")


def _kind(asked: Asked, *, going_on: bool) -> str:
    """Whether a voice, a Flowtron or a vocoder is meant: by the preset, the file of settings, or the run."""
    from glowvox.kinds import kind_in
    from glowvox.train.flowtron_config import PRESETS as FLOWTRONS
    from glowvox.train.run import kind_of
    from glowvox.train.vocoder_config import PRESETS as VOCODERS

    if asked.preset is not None and asked.preset.startswith("waveglow"):
        return "waveglow"
    if asked.preset is not None:
        return "vocoder" if asked.preset in VOCODERS else "flowtron" if asked.preset in FLOWTRONS else "voice"
    if asked.config_file is not None and asked.config_file.is_file():
        return kind_in(asked.config_file.read_text(encoding="utf-8", errors="replace"))
    return kind_of(asked.run) if going_on and asked.run is not None else "voice"


def _default_folder(asked: Asked, settings: AnyConfig) -> Path:
    """`runs/PREPARED-PRESET`, with the file's name where settings come from one."""
    kind = asked.preset or (asked.config_file.stem if asked.config_file else "small")
    clips = getattr(settings, "overfit", 0)
    diagnostic = f"-overfit{clips}" if clips else ""
    return Path("runs") / f"{Path(settings.prepared).resolve().name}-{kind}{diagnostic}"


def _devices(text: str) -> int | str:
    if text == "auto":
        return text
    if not text.isdigit() or int(text) == 0:
        raise UsageError(f"--devices {text}: expected a number from 1 up, or auto")
    return int(text)
