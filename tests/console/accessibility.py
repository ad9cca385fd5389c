"""Accessibility findings of axe on a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

_AXE = Path(__file__).parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"
_GRAVE = {"serious", "critical"}


def grave_findings(page: Page) -> list[str]:
    """Return the serious and the critical findings: rule, place and problem."""
    page.evaluate(_AXE.read_text("utf-8"))
    report = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert report["passes"], "axe has looked at nothing"
    return [
        f"{violation['id']} ({violation['impact']}) at {node['target']}: {node['failureSummary']}"
        for violation in report["violations"]
        if violation["impact"] in _GRAVE
        for node in violation["nodes"]
    ]
