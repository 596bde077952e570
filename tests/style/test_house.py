"""The rules of the house that a machine can check; CONTRIBUTING.md gives the reasons."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCE = REPOSITORY / "src" / "glowvox"
MODULES = sorted(SOURCE.rglob("*.py"))
BANNED = {"utils", "util", "common", "helpers", "helper", "misc", "core", "manager", "base_model"}
FILE_LINES, FUNCTION_LINES, PARAMETERS = 400, 60, 7
TENSOR_LAYERS = ("nn", "flows", "models")


def functions(path: Path, *, public: bool = False) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if public:
        private = (ast.FunctionDef, ast.ClassDef)
        tree.body = [n for n in tree.body if not (isinstance(n, private) and n.name.startswith("_"))]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def of(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def is_command(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A click command has one parameter an option."""
    return any("command" in ast.unparse(decorator) for decorator in node.decorator_list)


@pytest.mark.parametrize("path", MODULES, ids=of)
def test_files_and_functions_stay_small(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= FILE_LINES, f"{of(path)} has {lines} lines; split it at a noun"
    for node in functions(path):
        length = (node.end_lineno or 0) - node.lineno + 1
        assert length <= FUNCTION_LINES, f"{of(path)}: {node.name} has {length} lines"
        arguments = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        count = len([a for a in arguments if a not in ("self", "cls")])
        assert count <= PARAMETERS or is_command(node), f"{of(path)}: {node.name} has {count} parameters"


def test_no_module_is_named_after_nothing() -> None:
    names = {part for path in MODULES for part in path.relative_to(SOURCE).with_suffix("").parts}
    assert not names & BANNED


@pytest.mark.parametrize("path", MODULES, ids=of)
def test_modules_and_public_names_say_what_they_are(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if path.name != "__init__.py" or tree.body:
        assert ast.get_docstring(tree), f"{of(path)} has no docstring"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{of(path)}: {node.name} has no docstring"


@pytest.mark.parametrize("path", [p for p in MODULES if of(p).startswith(TENSOR_LAYERS)], ids=of)
def test_tensor_parameters_have_shapes(path: Path) -> None:
    """Each public function that takes tensors names each of them with a shape such as (B, C, T)."""
    for node in functions(path, public=True):
        if node.name.startswith("_"):
            continue
        text = ast.get_docstring(node) or ""
        arguments = (*node.args.args, *node.args.kwonlyargs)
        tensors = [a.arg for a in arguments if a.annotation and re.match(r"Tensor\b", ast.unparse(a.annotation))]
        for name in tensors:
            assert re.search(rf"\b{name}\b[^\n]*\(", text), f"{of(path)}: {node.name} gives no shape for '{name}'"


def test_the_library_reads_no_environment_and_prints_nothing() -> None:
    for path in MODULES:
        if of(path).startswith("cli"):
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"environ\.get|getenv|environ\[[^]]+\](?! = )", text), f"{of(path)} reads the environment"
        assert not re.search(r"^\s*print\(", text, re.M), f"{of(path)} prints"


def test_every_setting_is_read_somewhere() -> None:
    from glowvox.config import Settings

    for path in MODULES:
        if "Settings" in path.read_text(encoding="utf-8") and path.name not in ("config.py",):
            __import__("glowvox." + ".".join(path.relative_to(SOURCE).with_suffix("").parts))
    __import__("glowvox.train.config")
    source = "\n".join(path.read_text(encoding="utf-8") for path in MODULES)
    pending = list(Settings.__subclasses__())
    while pending:
        kind = pending.pop()
        pending += kind.__subclasses__()
        for field in msgspec.structs.fields(kind):
            assert re.search(rf"\.{field.name}\b", source), f"{kind.__name__}.{field.name} is read by no code"


def test_nothing_of_the_workplace_is_named() -> None:
    """The project speaks of itself alone: no absolute path of a machine in what ships."""
    for path in [*MODULES, *(REPOSITORY / "docs").rglob("*.md"), *REPOSITORY.glob("*.md")]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"/(work|root|home)/\w", text), f"{path.name} names a path of somebody's machine"
