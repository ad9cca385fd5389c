"""Generation of examples by Hypothesis that depends on the seed alone.

Hypothesis begins with trivial examples, then repeats parts of those it has found, and uses numbers and texts of the
modules that happen to be loaded. Under another name its provider does none of that.
"""

from __future__ import annotations

from typing import Final

from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS

EVEN_HANDED: Final = "even-handed"
"""The backend."""

AVAILABLE_PROVIDERS[EVEN_HANDED] = AVAILABLE_PROVIDERS["hypothesis"]
