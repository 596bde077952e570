"""`glowvox vocode`: a recording through its mel spectrogram and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from glowvox.errors import AudioError, InputError, UsageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from glowvox.audio.mel import MelConfig


class Done(NamedTuple):
    """One output: where it came from, where it went, how long it is, what was done on the way."""

    source: Path
    output: Path
    seconds: float
    notes: tuple[str, ...]


class Method(NamedTuple):
    """How sound is made: a name, the mel it starts from, and mel (M, T) → samples."""

    name: str
    mel: MelConfig
    vocode: Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]


@click.command()
@click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="IN...")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="WAV to write, for one input.")
@click.option(
    "--output-dir", type=click.Path(path_type=Path), help="Folder for all outputs; made if missing, names are kept."
)
@click.option(
    "--iterations",
    type=click.IntRange(0),
    default=60,
    show_default=True,
    help="Rounds of Griffin-Lim: more is cleaner, up to a point.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the random phase it starts from."
)
@click.option(
    "--mel-config",
    metavar="NAME|TOML",
    help="Mel convention: hifi-gan-22k, hifi-gan-22k-full, tacotron-22k, bigvgan-24k, vocos-24k, coqui-22k, or a TOML "
    "file with its settings (docs/mel.md lists them). Default: hifi-gan-22k.",
)
@click.option(
    "--vocoder",
    metavar="PLACE",
    type=click.Path(path_type=Path),
    help="Run folder or weights file of a trained vocoder, which also says the mel. Default: Griffin-Lim.",
)
@click.option(
    "--denoise",
    type=click.FloatRange(0),
    metavar="STRENGTH",
    help="Take the vocoder's own hum out of the sound; 0.01 to 0.1 is usual. Default: leave it.",
)
@click.option(
    "--sigma",
    type=click.FloatRange(0),
    metavar="DEVIATION",
    help="Standard deviation of a WaveGlow's noise; 0.6 to 1 is usual. Default: 0.666.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file on stdout instead of a line of words.")
def command(
    *,
    inputs: tuple[Path, ...],
    output: Path | None,
    output_dir: Path | None,
    iterations: int,
    seed: int,
    mel_config: str | None,
    vocoder: Path | None,
    denoise: float | None,
    sigma: float | None,
    as_json: bool,
) -> None:
    """Copy-synthesise recordings: to a mel spectrogram and back to sound, with no model in between.

    What you hear is the best that a model which makes mel spectrograms could sound through Griffin-Lim or, with
    --vocoder, through that vocoder. IN is a
    recording of any common format, or a mel spectrogram (.npy of bands × frames, in the units of --mel-config).
    Without -o or --output-dir the result lies beside its input as NAME.vocoded.wav. A file that cannot be used is
    reported and the others are still done.

    \b
    glowvox vocode clip.wav
    glowvox vocode clip.flac -o copy.wav --iterations 100
    glowvox vocode recordings/*.wav --output-dir copies/
    glowvox vocode clip.wav --vocoder runs/mine-istft-small
    """
    method = _method(mel_config, vocoder, iterations=iterations, seed=seed, denoise=denoise, sigma=sigma)
    config = method.mel
    failures: list[InputError] = []
    for source, target in _plan(inputs, output, output_dir).items():
        try:
            done = _vocode(source, target, method)
        except InputError as error:
            if len(inputs) == 1:
                raise
            failures.append(error)
            click.echo(f"error: {error}", err=True)
            continue
        _tell(done, config, method.name, as_json=as_json)
    if failures:
        raise AudioError(f"{len(failures)} of {len(inputs)} inputs could not be vocoded; the others are written")


def _plan(inputs: tuple[Path, ...], output: Path | None, output_dir: Path | None) -> dict[Path, Path]:
    """Each input and the file to write for it."""
    if output and output_dir:
        raise UsageError("-o and --output-dir exclude each other: give one of them")
    if output and len(inputs) > 1:
        raise UsageError(f"-o names one file, but there are {len(inputs)} inputs", hint="give a folder: --output-dir")
    if output and output.suffix.lower() != ".wav":
        raise UsageError(f"-o {output}: only WAV is written here; the name must end in .wav")
    if output_dir:
        try:
            output_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"--output-dir {output_dir}: cannot be made: {error.strerror}") from None
    plan: dict[Path, Path] = {}
    for source in inputs:
        target = output or (output_dir / f"{source.stem}.wav" if output_dir else source.with_suffix(".vocoded.wav"))
        if target in plan.values():
            raise UsageError(f"{source}: a second input would be written to {target}", hint="vocode them apart")
        if target.resolve() == source.resolve():
            raise UsageError(f"{source}: the output would overwrite the input", hint="choose another folder or name")
        plan[source] = target
    return plan


def _method(
    mel_config: str | None,
    vocoder: Path | None,
    *,
    iterations: int,
    seed: int,
    denoise: float | None,
    sigma: float | None,
) -> Method:
    """Griffin-Lim, or a trained vocoder with the mel it wants."""
    if vocoder is not None:
        from glowvox.cli.extras import needs_train

        if mel_config is not None:
            raise UsageError("--mel-config and --vocoder exclude each other: a vocoder knows its mel")
        with needs_train("a trained vocoder"):
            from glowvox.train.vocoders import Vocoder
        loaded = Vocoder.load(vocoder)
        name = f"{loaded.name}, seed {seed}" + ("" if sigma is None else f", sigma {sigma:g}")
        if denoise is None:
            return Method(name, loaded.mel, lambda mel: loaded(mel, seed, sigma=sigma))
        hum = loaded.denoiser()
        return Method(
            f"{name}, denoised by {denoise:g}",
            loaded.mel,
            lambda mel: loaded(mel, seed, sigma=sigma, denoiser=hum, strength=denoise),
        )
    if denoise is not None:
        raise UsageError("--denoise is for trained vocoders: Griffin-Lim has no hum", hint="name one: --vocoder PLACE")
    if sigma is not None:
        raise UsageError("--sigma is of a WaveGlow's noise: Griffin-Lim has none", hint="name one: --vocoder PLACE")
    from glowvox.audio.conventions import convention
    from glowvox.audio.griffin_lim import griffin_lim

    config = convention(mel_config or "hifi-gan-22k")
    return Method(
        f"Griffin-Lim, {iterations} iterations, seed {seed}",
        config,
        lambda mel: griffin_lim(mel, config, iterations=iterations, seed=seed),
    )


def _vocode(source: Path, target: Path, method: Method) -> Done:
    from glowvox.audio.mel import log_mel
    from glowvox.audio.read import read_audio
    from glowvox.audio.wave import Audio, write_wav

    notes: tuple[str, ...] = ()
    config = method.mel
    if source.suffix.lower() == ".npy":
        mel = _read_mel(source, config)
    else:
        recording = read_audio(source, config.sample_rate)
        mel, notes = log_mel(recording.audio.samples, config), recording.notes
    if not mel.shape[1]:
        raise AudioError(f"{source}: shorter than one frame of {config.hop / config.sample_rate * 1000:.1f} ms")
    sound = Audio(method.vocode(mel), config.sample_rate)
    write_wav(target, sound)
    return Done(source, target, sound.seconds, notes)


def _read_mel(source: Path, config: MelConfig) -> npt.NDArray[np.float32]:
    """A stored mel spectrogram as (bands, frames); prepared clips, stored the other way round, are turned."""
    import numpy as np

    try:
        mel = np.load(source, allow_pickle=False)
    except FileNotFoundError:
        raise AudioError(f"{source}: no such file") from None
    except (ValueError, OSError, EOFError) as error:
        raise AudioError(f"{source}: not a NumPy array file: {error}") from None
    if not isinstance(mel, np.ndarray) or mel.ndim != 2 or config.bands not in mel.shape or mel.dtype.kind != "f":
        shape = f"{mel.dtype} {mel.shape}" if isinstance(mel, np.ndarray) else "several arrays"
        raise AudioError(f"{source}: holds {shape}, expected floats of shape ({config.bands}, frames)")
    found: npt.NDArray[np.float32] = (mel if mel.shape[0] == config.bands else mel.T).astype(np.float32)
    if not np.isfinite(found).all():
        raise AudioError(f"{source}: holds NaN or infinite values")
    return found


def _tell(done: Done, config: MelConfig, method: str, *, as_json: bool) -> None:
    if as_json:
        record = {
            "input": str(done.source),
            "output": str(done.output),
            "seconds": round(done.seconds, 3),
            "sample_rate": config.sample_rate,
            "mel": config.fingerprint(),
            "method": method,
            "notes": done.notes,
        }
        click.echo(json.dumps(record, ensure_ascii=False))
        return
    remarks = f" ({'; '.join(done.notes)})" if done.notes else ""
    click.echo(f"{done.output}  {done.seconds:.2f} s  {config.bands} mel bands, {method}{remarks}")
