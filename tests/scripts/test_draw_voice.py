"""`scripts/draw_voice.py`: the curves of runs that went on from each other."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from glowvox.train.metrics import Metrics

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "draw_voice.py"


def test_steps_of_a_second_run_follow_those_of_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("draw_voice", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    saved: list[Figure] = []
    save = script.save_figure
    monkeypatch.setattr(script, "OUT", tmp_path)
    monkeypatch.setattr(
        script, "save_figure", lambda figure, *rest, **more: (saved.append(figure), save(figure, *rest, **more))
    )
    first = Metrics([{"step": step, "spectral": 100.0 if step == 1 else 2.0} for step in range(1, 101)])
    second = Metrics([{"step": 50, "spectral": 1.5}, {"step": 50, "val_spectral": 1.0}])
    acoustic = Metrics([{"step": 10, "nll": 0.5, "duration": 1.0}, {"step": 20, "nll": 0.25, "duration": 0.5}])
    script.draw_curves([acoustic], [first, second])
    nll, duration, spectral, pitch = saved[0].axes
    assert list(nll.lines[0].get_ydata()) == [0.5, 0.25]
    assert [list(line.get_xdata())[-1] for line in spectral.lines] == [
        100,
        100,
        150,
        150,
    ]  # the second is where a run ends
    assert spectral.get_ylim()[1] < 3  # the wild beginning is cut off
    assert len(pitch.lines) == 1  # where the first run ends; there is nothing to draw besides
    assert (tmp_path / "curves.png").stat().st_size < 60_000
