"""`glowvox train`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("train")
@click.argument("prepared", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o", "--run", "run", type=click.Path(path_type=Path), help="Folder of the run; one that exists is resumed."
)
@click.option(
    "--preset",
    type=click.Choice(["tiny", "small", "base"]),
    default="small",
    show_default=True,
    help="Size of the model.",
)
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="TOML file of settings.")
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Override one setting, as in --set optimizer.lr=5e-4. Repeatable.",
)
@click.option("--steps", type=int, help="Optimizer steps in all.")
@click.option("--max-minutes", type=float, help="Save and leave after this long; the same command goes on.")
@click.option("--overfit", type=int, metavar="N", help="Diagnostic: train on N clips only.")
@click.option("--devices", default="auto", show_default=True, help="Processes on this machine, or 'auto'.")
@click.option("--nodes", default=1, show_default=True, help="Machines taking part.")
@click.option("--print-config", is_flag=True, help="Print the resolved settings and leave.")
def command(prepared, run, preset, config_file, overrides, steps, max_minutes, overfit, devices, nodes, print_config):  # type: ignore[no-untyped-def]
    """Train."""
    import logging

    from glowvox import config as configuration
    from glowvox.models.glow_tts_config import PRESETS
    from glowvox.train.config import TrainConfig
    from glowvox.train.start import train

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("lightning").setLevel(logging.WARNING)
    table = {"model": configuration.plain(PRESETS[preset])}
    if prepared:
        table["prepared"] = str(prepared)
    sets = list(overrides)
    if steps:
        sets.append(f"steps={steps}")
    if overfit:
        sets.append(f"overfit={overfit}")
    settings = configuration.build(table, TrainConfig, sets, where="command line")
    if print_config:
        click.echo(configuration.dumps(settings))
        return

    def report(record):  # type: ignore[no-untyped-def]
        click.echo(
            " ".join(f"{k}={v:.4g}" if isinstance(v, float) else f"{k}={v}" for k, v in record.items()), err=True
        )

    click.echo(
        train(
            run,
            settings,
            devices=int(devices) if devices.isdigit() else devices,
            nodes=nodes,
            max_minutes=max_minutes,
            report=report,
        )
    )
