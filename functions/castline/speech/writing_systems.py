"""Writing systems that put no space between words."""

from __future__ import annotations

from typing import Final

UNSPACED: Final = "\u0e00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""The characters of these writing systems, as a range for a regular expression.

The range covers Thai to Myanmar, Khmer, kana and ideographs.
"""
