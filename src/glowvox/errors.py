"""What can go wrong, as a person meets it.

    GlowvoxError            exit 1  work that failed
    ├── UsageError          exit 2  a wrong argument
    │   └── ConfigError     exit 2  a wrong configuration file or key
    ├── InputError          exit 3  bad input data
    │   ├── TextError       exit 3  text that cannot be spoken
    │   ├── AudioError      exit 3  audio that cannot be read or used
    │   ├── CorpusError     exit 3  a corpus that cannot be used as it is
    │   └── CheckpointError exit 3  a checkpoint, run or voice that cannot be loaded
    └── MissingPart         exit 4  an optional dependency that is not installed

A message says where, what was wrong with the value as given, what would be right, and what to do next (`hint`).
"""

from __future__ import annotations


class GlowvoxError(Exception):
    """Root of every error this package raises on purpose."""

    code = "failed"
    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class UsageError(GlowvoxError):
    """A wrong argument to a command or function."""

    code = "usage"
    exit_code = 2


class ConfigError(UsageError):
    """A configuration file or override that is wrong: unknown key, wrong type, impossible value."""

    code = "config"


class InputError(GlowvoxError):
    """Input data that is wrong."""

    code = "input"
    exit_code = 3


class TextError(InputError):
    """Text that cannot be spoken."""

    code = "text"


class AudioError(InputError):
    """Audio that cannot be read or used."""

    code = "audio"


class CorpusError(InputError):
    """A corpus that cannot be used as it is."""

    code = "corpus"


class CheckpointError(InputError):
    """A checkpoint, run folder or voice that cannot be loaded."""

    code = "checkpoint"


class MissingPart(GlowvoxError):
    """An optional dependency that is not installed."""

    code = "missing"
    exit_code = 4

    def __init__(self, module: str, *, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package '{module}', which is not installed",
            hint=f"install it with: pip install 'glowvox[{extra}]'",
        )
