"""glowvox: flow-based speech synthesis, from recordings to a small, fast, private voice."""

from __future__ import annotations

from glowvox.errors import GlowvoxError

__all__ = ["GlowvoxError", "__version__"]

__version__ = "0.1.0"
