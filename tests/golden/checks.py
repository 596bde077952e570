"""Which check reads which file of reference outputs, told by the beginning of its name."""

from __future__ import annotations

import importlib
from fnmatch import fnmatchcase
from pathlib import Path

from tests.golden.expected import EXPECTED
from tests.golden.result import Result

CHECKS = {
    "glow_tts_authors": "checks_glow_tts",
    "glow_tts_coqui": "checks_coqui",
    "glow_tts_state_dict_names": "checks_names",
    "glow_tts_ljspeech_split": "checks_split",
    "mas_reference": "checks_mas",
    "mel_": "checks_mel",
    "vocos_mel_features": "checks_mel",
    "vocos_": "checks_vocos",
    "hifigan_": "checks_hifi_gan",
    "bigvgan_": "checks_bigvgan",
    "text_ids": "checks_text",
    "flowtron_": "checks_flowtron",
    "state_dict_names": "checks_published_names",
    "waveglow_": "checks_waveglow",
}


def check(path: Path) -> list[Result]:
    """A result for every tensor of a file; whatever goes wrong is a result too, so that other files get their turn."""
    if not path.is_file():
        return [Result("-", "failed", "no such file")]
    module = next((module for prefix, module in CHECKS.items() if path.name.startswith(prefix)), None)
    if module is None:
        return [Result("-", "skipped", "no check for this kind yet")]
    try:
        results: list[Result] = importlib.import_module(f"tests.golden.{module}").check(path)
    except Exception as error:
        return [Result("-", "failed", f"{type(error).__name__}: {error}")]
    return results or [Result("-", "failed", "nothing in this file was recognised")]


def unexpected(path: Path, result: Result) -> bool:
    """Whether a result should make a run of the checks fail: failed, or skipped or departed without a listed reason."""
    if result.status == "ok":
        return False
    return result.status == "failed" or not any(
        item.status == result.status and path.name.startswith(item.file) and fnmatchcase(result.tensor, item.tensor)
        for item in EXPECTED
    )
