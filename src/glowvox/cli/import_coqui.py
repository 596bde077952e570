"""`glowvox import coqui-glow-tts`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click


@click.command("coqui-glow-tts")
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option("--config", type=click.Path(path_type=Path), required=True, help="The config.json that lies beside it.")
@click.option("--speakers", type=click.Path(path_type=Path), help="File of speaker names and numbers, if it moved.")
@click.option(
    "--d-vectors",
    type=click.Path(path_type=Path),
    multiple=True,
    help="File of speaker vectors, for models that are told their speaker so; several may be given.",
)
@click.option("--stats", type=click.Path(path_type=Path), help="File of mel means and deviations, if it moved.")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Run folder to write.")
def coqui_glow_tts(
    *,
    checkpoint: Path,
    config: Path,
    speakers: Path | None,
    d_vectors: tuple[Path, ...],
    stats: Path | None,
    output: Path,
) -> None:
    """Import a Glow-TTS checkpoint of Coqui TTS (best_model.pth, or a safetensors file of its tensors).

    \b
      glowvox import coqui-glow-tts best_model.pth --config config.json -o runs/imported
      glowvox say --voice runs/imported "It speaks as it did."

    Any encoder, vocabulary and way of telling speakers apart comes along, and the tokenizer with it, so that token ids
    stay what they were. Weights may be normalised, in either of torch's forms, or folded. Speaker names, speaker
    vectors and mel statistics are looked for where the settings say and beside them. The pickle is read by a restricted
    unpickler that builds tensors and plain values and nothing else. docs/coqui-fields.md says what becomes of every
    setting.
    """
    from glowvox.cli.extras import needs_train

    with needs_train("importing a checkpoint"):
        from glowvox.importers.coqui_glow_tts import Beside, import_coqui_glow_tts
    done = import_coqui_glow_tts(checkpoint, config, output, Beside(speakers, d_vectors, stats))
    for reason, count in Counter(done.skipped.values()).items():
        names = [name for name, why in done.skipped.items() if why == reason]
        more = f" and {count - 1} more" if count > 1 else ""
        click.echo(f"skipped {names[0]}{more}: {reason}", err=True)
    for note in done.notes:
        click.echo(f"note: {note}", err=True)
    folded = f", {done.split} of them without weight normalisation" if done.split else ""
    click.echo(
        f"{done.run}: {done.parameters:,} parameters in {len(done.used)} tensors{folded}, {len(done.skipped)} skipped; "
        f"speakers: {', '.join(done.speakers[:8])}{' …' if len(done.speakers) > 8 else ''}"
    )
