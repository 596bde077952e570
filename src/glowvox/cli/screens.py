"""Where a training tells how it goes, on stderr: a live line with a bar on a terminal, else plain lines."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from glowvox.train.progress import Screen


class PlainScreen:
    """Everything as lines that stay."""

    def say(self, line: str) -> None:
        """Write a line."""
        click.echo(line, err=True)

    def show(self, line: str, step: int) -> None:
        """Write how the run stands as a line like any other."""
        click.echo(line, err=True)


class LiveScreen:
    """How the run stands is one line that changes, with a bar; other lines scroll above it."""

    def __init__(self, bar: Bar, task: TaskID) -> None:
        self.bar = bar
        self.task = task

    def say(self, line: str) -> None:
        """Write a line above the bar."""
        self.bar.console.print(line, markup=False, highlight=False)

    def show(self, line: str, step: int) -> None:
        """Change the line of the bar."""
        self.bar.update(self.task, completed=step, description=line)


@contextmanager
def open_screen(steps: int) -> Iterator[Screen]:
    """A screen for a run of so many steps; what the package logs goes to it as well."""
    if not sys.stderr.isatty():
        plain = PlainScreen()
        with _logging_to(plain):
            yield plain
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(bar_width=24), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        live = LiveScreen(bar, bar.add_task("starting", total=steps))
        with _logging_to(live):
            yield live


class _ScreenHandler(logging.Handler):
    def __init__(self, screen: Screen) -> None:
        super().__init__()
        self.screen = screen

    def emit(self, record: logging.LogRecord) -> None:
        self.screen.say(self.format(record))


@contextmanager
def _logging_to(screen: Screen) -> Iterator[None]:
    handler = _ScreenHandler(screen)
    logger = logging.getLogger("glowvox")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
