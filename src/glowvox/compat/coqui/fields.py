"""Settings whose names come from a table, read and written as attributes or by key, as Coqui's are."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from glowvox.config import near
from glowvox.errors import ConfigError
from glowvox.files import write_text


class Fields(Mapping[str, Any]):
    """Named values with defaults, in a fixed order; every name that is not among them is refused.

    raises  ConfigError for an unknown name, with the nearest known one
    """

    defaults: ClassVar[Mapping[str, object]]

    def __init__(self, **given: object) -> None:
        self.__dict__.update(copy.deepcopy(dict(self.defaults)))
        self.update(given)

    def update(self, given: Mapping[str, object]) -> None:
        """Take over some fields; all of them are known, or none is taken."""
        for name in given:
            self._require_known(name)
        for name, value in given.items():
            setattr(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        self._require_known(name)
        default = self.defaults[name]
        if isinstance(default, Fields) and isinstance(value, Mapping) and not isinstance(value, Fields):
            value = type(default)(**value)
        self.__dict__[name] = value

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{type(self).__name__} has no field '{name}'{near(name, [*self.defaults])}")

    def __getitem__(self, name: str) -> Any:
        return self.__dict__[name]

    def __setitem__(self, name: str, value: object) -> None:
        setattr(self, name, value)

    def __iter__(self) -> Iterator[str]:
        return iter(self.defaults)

    def __len__(self) -> int:
        return len(self.defaults)

    def __repr__(self) -> str:
        changed = (f"{name}={value!r}" for name, value in self.items() if value != self.defaults[name])
        return f"{type(self).__name__}({', '.join(changed)})"

    def to_dict(self) -> dict[str, Any]:
        """All fields as plain values, which `glowvox import coqui-glow-tts --config` reads as JSON."""
        return {name: _plain(value) for name, value in self.items()}

    def save_json(self, path: str | Path) -> None:
        """Write all fields to a JSON file."""
        write_text(Path(path), json.dumps(self.to_dict(), indent=1))

    def _require_known(self, name: str) -> None:
        if name not in self.defaults:
            raise ConfigError(f"{type(self).__name__}: unknown field '{name}'{near(name, [*self.defaults])}")


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
