"""Processor architecture of Lambda functions, in the names that AWS uses."""

from __future__ import annotations

from typing import Literal

Architecture = Literal["arm64", "x86_64"]
