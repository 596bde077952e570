"""The table of Coqui's fields: all of them, each leading to something that exists."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections import Counter
from pathlib import Path

import click
import msgspec
import pytest

from glowvox.cli.main import VERBS
from glowvox.data.prepare_config import PrepareConfig
from glowvox.importers.coqui_fields import FIELDS, PROSE, Field
from glowvox.importers.coqui_settings import DEFAULTS
from glowvox.train.config import TrainConfig
from glowvox.train.run import RunSettings

REPOSITORY = Path(__file__).resolve().parents[2]
ROOTS = {"train": TrainConfig, "prepare": PrepareConfig, "run": RunSettings}
MAY_BE_REFUSED = ("dead", "logging service", "of a trainer that is not here", "of fp16", "a defect")


def test_there_are_112_and_each_is_told_once() -> None:
    counted = Counter(field.status for field in FIELDS)
    print(f"{len(FIELDS)} fields: {dict(counted)}")
    assert len(FIELDS) == 112
    assert len({field.name for field in (*FIELDS, *PROSE)}) == 112 + 4
    assert {field.name for field in PROSE} == {"noam_schedule", "warmup_steps", "wd", "num_speaker"}


def test_they_are_those_of_the_published_page(golden_dir: Path) -> None:
    page = golden_dir.parent / "docs" / "sources" / "coqui_glow_tts_page.txt"
    if not page.is_file():
        pytest.skip("the published page is not here")
    signature = re.search(r"GlowTTSConfig\((.*?)\)\[source\]", page.read_text(encoding="utf-8"), re.DOTALL)
    assert signature is not None
    listed = re.findall(r"(\w+)=('[^']*'|<factory>|[^,]+)(?:, |$)", signature[1])
    assert [field.name for field in FIELDS] == [name for name, _ in listed]
    for field, (_, default) in zip(FIELDS, listed, strict=True):
        assert default == "<factory>" or field.default == default, field.name


@pytest.mark.parametrize("field", [f for f in (*FIELDS, *PROSE) if f.ours], ids=lambda field: field.name)
def test_what_a_field_is_called_here_exists(field: Field) -> None:
    root, _, rest = field.ours.partition(".")
    if rest:
        kind: object = ROOTS[root]
        for part in rest.split("."):
            fields = {one.name: one.type for one in msgspec.structs.fields(kind)}  # type: ignore[arg-type]
            assert part in fields, f"{field.name}: no '{part}' in {kind}"
            kind = fields[part]
        return
    *words, option = field.ours.split() if "--" in field.ours else (*field.ours.split(), "")
    command = importlib.import_module(VERBS[words[0]].module).command
    for word in words[1:]:
        command = command.commands[word]
    options = {name for one in command.params if isinstance(one, click.Option) for name in one.opts}
    assert not option or option in options, f"{field.name}: {' '.join(words)} has no {option}"


def test_only_what_is_dead_or_bound_to_something_gone_is_refused() -> None:
    for field in FIELDS:
        assert field.status != "refused" or any(reason in field.note for reason in MAY_BE_REFUSED), field.name
        assert field.status == "honoured" or not field.ours.startswith("import"), field.name


def test_every_field_that_shapes_a_model_is_honoured() -> None:
    honoured = {field.name for field in FIELDS if field.status == "honoured"}
    assert set(DEFAULTS) <= honoured


def test_the_page_is_made_from_the_table() -> None:
    place = REPOSITORY / "scripts" / "write_coqui_fields.py"
    spec = importlib.util.spec_from_file_location("write_coqui_fields", place)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.PAGE.read_text(encoding="utf-8") == script.page()
