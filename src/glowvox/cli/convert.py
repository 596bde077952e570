"""`glowvox convert`."""

from __future__ import annotations

from pathlib import Path

import click

from glowvox.errors import InputError, UsageError

PATH = click.Path(path_type=Path)


@click.command("convert")
@click.argument("inputs", nargs=-1, required=True, type=PATH, metavar="IN...")
@click.option("--run", metavar="PLACE", required=True, help="Run folder or weights file that knows both speakers.")
@click.option("--from", "source", metavar="NAME", help="Who speaks in IN. Default: the run's first speaker.")
@click.option("--to", "target", metavar="NAME", required=True, help="Who shall speak.")
@click.option("-o", "--output", type=PATH, required=True, help="WAV to write; for several inputs, a folder.")
@click.option("--text", help="What is said in IN, which a Flowtron has to know; one input then.")
@click.option("--vocoder", metavar="PLACE", type=PATH, help="A trained vocoder. Default: Griffin-Lim.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the sound's random phase.")
def command(
    *,
    inputs: tuple[Path, ...],
    run: str,
    source: str | None,
    target: str,
    output: Path,
    text: str | None,
    vocoder: Path | None,
    seed: int,
) -> None:
    """Put recordings of one speaker of a run into the voice of another: the same words, the same time.

    The recording goes through the flow to the latent space as the one speaker, and back as the other. The speakers are
    those of the run; with --to the speaker of IN itself it comes back as it was, through the vocoder. A Flowtron goes
    back along the attention with which it has read IN.

    \b
    glowvox convert clip.wav --run runs/five --from heart --to rms -o clip-rms.wav
    glowvox convert clips/*.wav --run runs/five --from heart --to rms -o converted/ --vocoder runs/five-vocoder
    """
    from glowvox.audio.wave import write_wav
    from glowvox.cli.conversion import open_run
    from glowvox.errors import AudioError

    targets = _targets(inputs, output)
    voice = open_run(run, vocoder, purpose="converting voices")
    from glowvox.train.conversion import convert_reading, convert_recording
    from glowvox.train.speaker import Speaker

    if isinstance(voice, Speaker) != (text is None) or (text is not None and len(inputs) > 1):
        raise UsageError("a Flowtron converts one recording whose --text is given, a Glow-TTS any without")

    for name in (source, target):
        voice.number(name)  # an unknown name is said once, before anything is done
    failed = 0
    for path, place in targets.items():
        try:
            if isinstance(voice, Speaker):
                audio = convert_recording(voice, path, source=source, target=target, seed=seed)
            else:
                audio = convert_reading(voice, path, text or "", source=source, target=target, seed=seed)
            write_wav(place, audio)
        except InputError as error:
            if len(inputs) == 1:
                raise
            failed += 1
            click.echo(f"error: {error}", err=True)
            continue
        click.echo(f"{place}  {audio.seconds:.2f} s  {source or voice.speakers[0]} → {target}")
    if failed:
        raise AudioError(f"{failed} of {len(inputs)} inputs could not be converted; the others are written")


def _targets(inputs: tuple[Path, ...], output: Path) -> dict[Path, Path]:
    """Each input and the file to write for it."""
    from glowvox.cli.conversion import make_folder

    if len(inputs) == 1 and output.suffix.lower() == ".wav":
        plan = {inputs[0]: output}
    elif output.suffix:
        raise UsageError(f"-o {output}: expected a name that ends in .wav for one input, or a folder")
    else:
        make_folder(output)
        plan = {path: output / f"{path.stem}.wav" for path in inputs}
    if len(set(plan.values())) < len(inputs):
        raise UsageError("two inputs of the same name would be written to one file", hint="convert them apart")
    for path, place in plan.items():
        if path.resolve() == place.resolve():
            raise UsageError(f"{path}: the output would overwrite the input", hint="choose another folder or name")
    return plan
