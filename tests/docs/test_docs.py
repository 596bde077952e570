"""The documents hold: links lead somewhere, functions they name exist, their Python runs, no picture is left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
TOP = [REPOSITORY / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")]
PAGES = [page for page in (*TOP, *sorted((REPOSITORY / "docs").rglob("*.md"))) if page.is_file()]
PICTURES = sorted((REPOSITORY / "docs" / "figures").glob("*.png"))
LARGEST_PICTURE = 150_000  # bytes

FENCE = re.compile(r"^( *)(`{3,}|~{3,})(\w*)[^\n]*\n(.*?)^\1\2[ ]*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[((?:[^\[\]]|\[[^\]]*\])*)\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
NAME = re.compile(r"`([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(\(\))?`")


class Link(NamedTuple):
    text: str
    target: str
    anchor: str


def of(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def links(page: Path) -> Iterator[Link]:
    """The links of a page that stay in the repository."""
    for text, address in LINK.findall(prose(page)):
        if not re.match(r"[a-z][a-z0-9+.-]*:", address):
            target, _, anchor = unquote(address).partition("#")
            yield Link(text, target, anchor)


def headings(page: Path) -> set[str]:
    """The anchors that GitHub gives a page's headings."""
    titles = re.findall(r"^#{1,6} +(.+?) *#*$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def definitions(module: Path) -> set[str]:
    """What a module defines: functions, classes, `Class.member`, names assigned at its top."""
    found: set[str] = set()
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        found |= names(node)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{member}" for inner in node.body for member in names(inner)}
    return found


def names(node: ast.stmt) -> set[str]:
    """The names that a statement binds."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


@pytest.mark.parametrize("page", PAGES, ids=of)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for text, target, anchor in links(page):
        place = (page.parent / target).resolve() if target else page
        if not place.exists():
            broken.append(f"[{text}]({target}): no such file")
        elif anchor and place.suffix == ".md" and anchor not in headings(place):
            broken.append(f"[{text}]({target}#{anchor}): {of(place)} has no such heading")
        elif line := re.fullmatch(r"L(\d+)(?:-L\d+)?", anchor):
            length = len(place.read_text(encoding="utf-8").splitlines())
            broken += [f"[{text}]({target}#{anchor}): {of(place)} ends at line {length}"] * (int(line[1]) > length)
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=of)
def test_functions_linked_to_are_in_the_file(page: Path) -> None:
    missing = []
    for text, target, _ in links(page):
        module = (page.parent / target).resolve()
        if module.suffix == ".py" and module.is_file():
            known = definitions(module)
            missing += [f"{of(module)} has no {name}" for name, _ in NAME.findall(text) if name not in known]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=of)
def test_python_of_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks of a page run in order, as a reader would paste them; what they write does not land in the clone."""
    blocks = [match for match in FENCE.finditer(page.read_text(encoding="utf-8")) if match[3] == "python"]
    if not blocks:
        pytest.skip("no Python on this page")
    for name in ("examples", "weights"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "page"}
    for block in blocks:
        line = page.read_text(encoding="utf-8")[: block.start(4)].count("\n")
        exec(compile("\n" * line + block[4], of(page), "exec"), namespace)


@pytest.mark.parametrize("picture", PICTURES, ids=of)
def test_pictures_are_small_and_shown(picture: Path) -> None:
    assert picture.stat().st_size < LARGEST_PICTURE
    shown = {(page.parent / target).resolve() for page in PAGES for _, target, _ in links(page) if target}
    assert picture in shown, f"no page shows {of(picture)}"


def test_the_index_leads_to_every_page() -> None:
    index = REPOSITORY / "docs" / "index.md"
    linked = {(index.parent / target).resolve() for _, target, _ in links(index) if target}
    pages = {page for page in (REPOSITORY / "docs").glob("*.md") if page not in (index, index.with_name("journal.md"))}
    assert not {of(page) for page in pages - linked}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[`search()`](a.py)", [("`search()`", "a.py", "")]),
        ("![a picture](b.png) and [c](d.md#e-f)", [("a picture", "b.png", ""), ("c", "d.md", "e-f")]),
        ("```text\n[not](a link)\n```\n[web](https://x.org/)", []),
    ],
)
def test_links_are_found(text: str, found: list[tuple[str, str, str]], tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    assert [tuple(link) for link in links(page)] == found
