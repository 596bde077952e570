"""`glowvox import amphion-config`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("amphion-config", short_help="Turn Amphion's exp_config.json into settings of ours.")
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder for prepare.toml and train.toml; made if missing.  [default: the file's processed_dir]",
)
def amphion_config(*, config: Path, output: Path | None) -> None:
    """Turn the settings of Amphion's Glow-TTS recipe into settings for `glowvox data prepare` and `glowvox train`.

    \b
      glowvox import amphion-config exp_config.json
      glowvox data prepare data/LJSpeech-1.1 --config data/processed/prepare.toml -o data/processed/LJSpeech
      glowvox import amphion-config exp_config.json
      glowvox train --config data/processed/train.toml -o ckpts/tts/mine

    train.toml is written once the features are there, because epochs and batches of clips become steps and batches of
    frames. Standard output tells the folders that the file names, one a line: corpus, prepared, runs and settings.
    Keys that change nothing here are told with the reason; keys that are unknown, or ask for what is not here, are
    refused, each by its name. docs/recipes.md has the list.
    """
    from glowvox.cli.extras import needs_train

    with needs_train("reading a recipe"):
        from glowvox.importers.amphion_recipe import read_recipe, train_config
    from glowvox.config import dumps
    from glowvox.data.prepared import Prepared
    from glowvox.errors import UsageError
    from glowvox.files import write_text

    recipe = read_recipe(config)
    folder = output or recipe.prepared.parent
    texts = {"prepare.toml": dumps(recipe.prepare)}
    if (recipe.prepared / "index.jsonl").is_file():
        texts["train.toml"] = dumps(train_config(recipe, Prepared.load(recipe.prepared)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be made: {error.strerror}") from None
    for name, text in texts.items():
        write_text(folder / name, text)
    for note in recipe.notes:
        click.echo(f"note: {note}", err=True)
    told = [*(("corpus", corpus) for corpus in recipe.corpora), ("prepared", recipe.prepared), ("runs", recipe.runs)]
    for name, place in (*told, ("settings", folder)):
        click.echo(f"{name}={place}")
