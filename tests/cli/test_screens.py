"""Where a training tells how it goes."""

from __future__ import annotations

import io
import logging
import sys

import pytest

from glowvox.cli.screens import LiveScreen, PlainScreen, open_screen


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_elsewhere_than_on_a_terminal_everything_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with open_screen(10) as screen:
        assert isinstance(screen, PlainScreen)
        screen.show("step 1", 1)
        screen.say("a [note]")
        logging.getLogger("glowvox.train.loop").info("resumed from %s", "here")
    assert capsys.readouterr().err == "step 1\na [note]\nresumed from here\n"


def test_on_a_terminal_there_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with open_screen(10) as screen:
        assert isinstance(screen, LiveScreen)
        screen.show("step 5 of 10 · loss 0.5", 5)
        screen.say("a [note]")
        logging.getLogger("glowvox").warning("step 5 skipped")
        assert screen.bar.tasks[0].percentage == 50
    text = terminal.getvalue()
    assert "a [note]\n" in text
    assert "step 5 skipped\n" in text
    assert "step 5 of 10 · loss 0.5" in text


def test_the_log_is_left_as_it_was() -> None:
    logger = logging.getLogger("glowvox")
    before = (list(logger.handlers), logger.level)
    with open_screen(1):
        assert len(logger.handlers) == len(before[0]) + 1
    assert (list(logger.handlers), logger.level) == before
