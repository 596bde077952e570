"""Pictures of alignments and mels."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from glowvox.audio.mel import MelConfig, mels
from glowvox.errors import MissingPart
from glowvox.train import pictures
from glowvox.train.pictures import Alignment, alignment_picture, mel_picture

CONFIG = MelConfig()
PNG = b"\x89PNG\r\n\x1a\n"


def alignment(count: int = 4, frames: int = 12) -> Alignment:
    rng = np.random.default_rng(0)
    durations = np.full(count, frames // count)
    return Alignment(
        symbols=("^", " ", "AH0", "$")[:count] if count <= 4 else tuple("x" for _ in range(count)),
        durations=durations,
        predicted=durations.astype(np.float32) + 0.5,
        likelihood=rng.normal(size=(count, frames)).astype(np.float32),
        prior=rng.normal(size=(80, frames)).astype(np.float32),
    )


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures saved while the test runs."""
    figures: list[Figure] = []
    save = pictures.save_figure

    def keep(figure: Figure, path: Path) -> None:
        figures.append(figure)
        save(figure, path)

    monkeypatch.setattr(pictures, "save_figure", keep)
    return figures


def test_an_alignment_is_drawn_with_its_symbols_path_and_durations(tmp_path: Path, drawn: list[Figure]) -> None:
    alignment_picture(tmp_path / "a.png", alignment(), CONFIG, title="a $ sign")
    assert (tmp_path / "a.png").read_bytes().startswith(PNG)
    _prior, main, bars = drawn[0].axes
    assert [label.get_text() for label in main.get_yticklabels()] == ["^", "␣", "AH0", r"\$"]
    seconds = 12 * 256 / 22050
    assert main.images[0].get_extent() == [0, seconds, -0.5, 3.5]
    horizontal = main.collections[0].get_segments()
    assert [segment[0][1] for segment in horizontal] == [0, 1, 2, 3]
    assert horizontal[1][0][0] == pytest.approx(seconds / 4)
    assert horizontal[3][1][0] == pytest.approx(seconds)
    assert [bar.get_width() for bar in bars.patches] == pytest.approx([3 * 256 / 22.05] * 4)
    assert bars.lines[0].get_xdata() == pytest.approx([3.5 * 256 / 22.05] * 4)


def test_long_texts_still_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures: list[Figure] = []
    monkeypatch.setattr(pictures, "save_figure", lambda figure, path: figures.append(figure))
    alignment_picture(tmp_path / "a.png", alignment(count=120, frames=240), CONFIG, title="long")
    assert figures[0].get_size_inches()[1] <= 14
    assert figures[0].axes[1].get_yticklabels()[0].get_fontsize() == 3.5


def test_mels_side_by_side_share_scale_and_time(tmp_path: Path, drawn: list[Figure]) -> None:
    real, made = np.full((80, 100), -11.0, np.float32), np.full((80, 50), 1.5, np.float32)
    mel_picture(tmp_path / "m.png", {"real": real, "made": made}, CONFIG, title="two")
    assert (tmp_path / "m.png").read_bytes().startswith(PNG)
    first, second = drawn[0].axes[:2]
    assert first.images[0].get_clim() == second.images[0].get_clim() == (-11.0, 1.5)
    assert (first.get_title(), second.get_title()) == ("real", "made")
    widths = [axis.get_position().width for axis in (first, second)]
    assert widths[0] / widths[1] == pytest.approx(2.0, rel=0.02)


def test_frequencies_stand_at_the_bands_they_belong_to(tmp_path: Path, drawn: list[Figure]) -> None:
    mel_picture(tmp_path / "m.png", {"one": np.zeros((80, 10), np.float32)}, CONFIG, title="one")
    axis = drawn[0].axes[0]
    places = dict(zip([label.get_text() for label in axis.get_yticklabels()], axis.get_yticks(), strict=True))
    centres = np.linspace(0.0, mels(8000.0, "slaney"), 82)[1:-1]
    assert np.interp(places["1000"], np.arange(80), centres) == pytest.approx(mels(1000.0, "slaney"))
    assert places["8000"] == pytest.approx(80)  # the end of the last band, beyond its centre


def test_a_mel_without_frames_can_be_drawn(tmp_path: Path) -> None:
    mel_picture(tmp_path / "m.png", {"empty": np.zeros((80, 0), np.float32)}, CONFIG, title="nothing")
    assert (tmp_path / "m.png").is_file()


def test_without_matplotlib_the_part_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingPart, match="matplotlib"):
        mel_picture(tmp_path / "m.png", {"one": np.zeros((80, 10), np.float32)}, CONFIG, title="one")
    assert not list(tmp_path.iterdir())
