"""Any alignment survives a TextGrid and a JSON file; edit distance is a metric."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from glowvox.evaluate.edits import edit_distance
from glowvox.evaluate.tables import read_alignments, write_json, write_textgrid
from glowvox.evaluate.tiers import Alignment, Interval, Tier


@st.composite
def alignments(draw: st.DrawFn) -> Alignment:
    """Two tiers over one recording, times in whole milliseconds, gaps and any labels allowed."""
    tiers = []
    for name in ("phones", draw(st.text(min_size=1, max_size=8).filter(lambda text: text != "phones"))):
        times = sorted(draw(st.sets(st.integers(0, 5000), max_size=12)))
        pairs = zip(times[::2], times[1::2], strict=False)
        label = st.text(min_size=1, max_size=8)
        tiers.append(Tier(name, tuple(Interval(a / 1000, b / 1000, draw(label)) for a, b in pairs)))
    return Alignment("clip", 5.0, tuple(tiers))


@given(alignments())
@settings(max_examples=60, deadline=None)
def test_alignments_come_back(alignment: Alignment) -> None:
    with TemporaryDirectory() as folder:
        grid, table = Path(folder) / "clip.TextGrid", Path(folder) / "clips.json"
        write_textgrid(grid, alignment)
        write_json(table, [alignment])
        assert read_alignments(grid) == [alignment]
        assert read_alignments(table) == [alignment]


LABELS = st.lists(st.sampled_from("abcd"), max_size=8)


@given(LABELS, LABELS, LABELS)
@settings(deadline=None)
def test_edit_distance_is_a_metric(one: list[str], two: list[str], three: list[str]) -> None:
    assert (edit_distance(one, two) == 0) == (one == two)
    assert edit_distance(one, two) == edit_distance(two, one)
    assert edit_distance(one, three) <= edit_distance(one, two) + edit_distance(two, three)
