"""A voice onto disk, whole or not at all."""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from glowvox.errors import UsageError
from glowvox.export.exporting import Made
from glowvox.files import unwritable, write_bytes
from glowvox.runtime.bundle import ENDING, SETTINGS, is_voice, settings_bytes

_BEGINNING_OF_TIME = (1980, 1, 1, 0, 0, 0)  # so that the same voice is the same file


def require_free(target: Path) -> None:
    """Refuse to write where something lies that is no voice.

    raises  UsageError
    """
    if target.suffix == ENDING:
        if target.is_dir():
            raise UsageError(f"{target}: is a folder; a name that ends in {ENDING} is a file")
    elif target.is_file() or (target.is_dir() and any(target.iterdir()) and not is_voice(target)):
        raise UsageError(f"{target}: exists and is no voice: nothing is overwritten", hint="choose another name")
    if not target.absolute().parent.is_dir():
        raise UsageError(f"{target}: the folder {target.parent} does not exist")


def write_voice(made: Made, target: Path) -> None:
    """Write a folder, or a zip where the name ends in `.glowvox`; a voice that lies there is replaced.

    raises  UsageError as `require_free`, GlowvoxError where it cannot be written
    """
    require_free(target)
    files = {**made.files, SETTINGS: settings_bytes(made.settings)}
    if target.suffix == ENDING:
        write_bytes(target, _zipped(files))
        return
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.absolute().parent) as work:
            fresh, old = Path(work) / "new", Path(work) / "old"
            fresh.mkdir()
            for name, content in files.items():
                (fresh / name).write_bytes(content)
            if target.exists():
                target.rename(old)
            fresh.rename(target)
            shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise unwritable(target, error) from None


def _zipped(files: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, blob in files.items():
            archive.writestr(zipfile.ZipInfo(name, _BEGINNING_OF_TIME), blob, zipfile.ZIP_DEFLATED)
    return content.getvalue()
