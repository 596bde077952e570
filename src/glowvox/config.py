"""TOML ⇄ frozen msgspec structs: unknown keys refused with the near match, dotted overrides applied.

Every configuration of the package is a `msgspec.Struct` (frozen, keyword-only, unknown fields refused) that stands
beside the code reading it; this module only moves such structs in and out of files and command lines.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_origin

import msgspec

from glowvox.errors import ConfigError

Config = TypeVar("Config", bound=msgspec.Struct)
NONE = "none"  # how a missing value is written in TOML


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every configuration struct."""


def near(name: str, known: Sequence[str]) -> str:
    """`; did you mean 'x'?` when one of the known names is close, else the list of them."""
    match = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"; did you mean '{match[0]}'?" if match else f"; known: {', '.join(known)}"


def load(path: Path, kind: type[Config], overrides: Sequence[str] = ()) -> Config:
    """Read a TOML file as `kind`, then apply `a.b=c` overrides.

    raises  ConfigError naming file and key: no such file, not TOML, an unknown key, a wrong type or value
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    return loads(text, kind, overrides, where=str(path))


def loads(text: str, kind: type[Config], overrides: Sequence[str] = (), *, where: str) -> Config:
    """Read TOML text as `kind`; `where` opens the message of an error.

    raises  ConfigError as `load` does
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: not valid TOML: {error}") from None
    return build(table, kind, overrides, where=where)


def build(table: Mapping[str, Any], kind: type[Config], overrides: Sequence[str] = (), *, where: str) -> Config:
    """Make a `kind` from nested plain values and overrides; `where` opens the message of an error.

    What a nested table leaves out is as in the default of `kind`, not as in the default of the nested struct's type.
    """
    merged = _copy(table)
    for override in overrides:
        _apply(merged, override)
    for field in msgspec.structs.fields(kind):
        given = merged.get(field.encode_name)
        if isinstance(given, Mapping) and isinstance(field.default, msgspec.Struct):
            merged[field.encode_name] = _over(field.default, given)
    _refuse_unknown(merged, kind, where, ())
    try:
        return msgspec.convert(_with_none(merged, kind), kind)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {_explain(str(error))}") from None


def plain(config: msgspec.Struct) -> dict[str, Any]:
    """The struct as nested plain values; TOML has no null, so `None` becomes "none" and `build` reads it back."""
    table: dict[str, Any] = _without_none(msgspec.to_builtins(config))
    return table


def dumps(config: msgspec.Struct) -> str:
    """The struct as TOML text."""
    import tomli_w

    return tomli_w.dumps(plain(config))


def _copy(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _copy(value) if isinstance(value, Mapping) else value for key, value in table.items()}


def _over(default: msgspec.Struct, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a struct with those given in their place; the given alone where they name another kind."""
    tag = default.__struct_config__.tag_field
    if tag is not None and given.get(tag, default.__struct_config__.tag) != default.__struct_config__.tag:
        return dict(given)
    table = plain(default)
    for key, value in given.items():
        inner = getattr(default, key, None)
        table[key] = _over(inner, value) if isinstance(inner, msgspec.Struct) and isinstance(value, Mapping) else value
    return table


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items()}
    return NONE if value is None else value


def _with_none(table: Mapping[str, Any], kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Undo `_without_none` in fields that may be None."""
    types = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    restored = dict(table)
    for key, value in table.items():
        if key not in types:  # a tag
            continue
        inner = _struct_in(types[key], value)
        if value == NONE and type(None) in getattr(types[key], "__args__", ()):
            restored[key] = None
        elif inner is not None and isinstance(value, Mapping):
            restored[key] = _with_none(value, inner)
    return restored


def _apply(table: dict[str, Any], override: str) -> None:
    name, equals, text = override.partition("=")
    if not equals or not name.strip():
        raise ConfigError(f"--set {override}: expected key=value, as in --set model.decoder.blocks=8")
    *parents, last = name.strip().split(".")
    for parent in parents:
        child = table.setdefault(parent, {})
        if not isinstance(child, dict):
            raise ConfigError(f"--set {override}: '{parent}' is a value, not a table")
        table = child
    table[last] = _value(text.strip())


def _value(text: str) -> Any:
    """A TOML value, or the bare text where it is none (so that `--set data.front_end=english` needs no quotes)."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _refuse_unknown(table: Mapping[str, Any], kind: type[msgspec.Struct], where: str, path: tuple[str, ...]) -> None:
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    for key, value in table.items():
        if key == kind.__struct_config__.tag_field:
            continue
        if key not in fields:
            place = f"[{'.'.join(path)}]: " if path else ""
            raise ConfigError(f"{where}: {place}unknown key '{key}'{near(key, list(fields))}")
        inner = _struct_in(fields[key], value)
        if inner is not None and isinstance(value, Mapping):
            _refuse_unknown(value, inner, where, (*path, key))


def _struct_in(annotation: Any, value: Any) -> type[msgspec.Struct] | None:
    """The struct that an annotation means; of several, the one that the value's tag names."""
    if get_origin(annotation) is dict:  # whose keys are names and no fields
        return None
    candidates = (annotation, *getattr(annotation, "__args__", ()))
    structs = [c for c in candidates if isinstance(c, type) and issubclass(c, msgspec.Struct)]
    if len(structs) > 1 and isinstance(value, Mapping):
        field = structs[0].__struct_config__.tag_field
        return next((struct for struct in structs if struct.__struct_config__.tag == value.get(field)), None)
    return structs[0] if structs else None


def _explain(message: str) -> str:
    """msgspec says "… - at `$.a.b`": put the key first."""
    match = re.fullmatch(r"(?s)(.*?) - at `\$\.?(.*)`", message)
    return f"{match[2]}: {match[1]}" if match and match[2] else message
