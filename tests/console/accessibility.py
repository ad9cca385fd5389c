"""Looks of a screen, in both languages and colour schemes, on desktop and phone: findings of axe, and overflows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

_AXE = Path(__file__).parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"
_LOOK = "axe.run(document.querySelector('dialog[open]') ?? document, {resultTypes: ['violations']})"
"""Nobody reaches what is behind a dialog. It was looked at before."""
_GRAVE = {"serious", "critical"}
_DARK_BELOW = 80
"""The brightness of a dark background, from 0 (black) to 255."""

Language = Literal["en", "zh-TW"]


@dataclass(frozen=True, slots=True)
class Look:
    """The state of a page in which axe looks at it.

    Attributes:
        language: the page's language.
        scheme: the system's colour scheme.
        width: the width in pixels.
        other_width: the other width at which nothing may stick out.
    """

    language: Language
    scheme: Literal["light", "dark"]
    width: int
    other_width: int


LOOKS: Final = (Look("en", "light", 1440, 390), Look("zh-TW", "dark", 390, 1440))
"""Colours depend on the scheme, and names on the language: axe sees each of both once, and not all of their pairs."""


def problems_of(page: Page, where: str, shown: str = "main") -> list[str]:
    """Return the problems of a screen in every look. It has to show what the selector ``shown`` finds."""
    problems: list[str] = []
    for look in LOOKS:
        speak(page, look.language)
        page.emulate_media(color_scheme=look.scheme)
        found: list[str] = []
        for width in (look.other_width, look.width):
            page.set_viewport_size({"width": width, "height": 900})
            expect(page.locator(shown).first).to_be_visible()
            expect(page.locator(".skeleton")).to_have_count(0)
            found += _overflow(page)
        found += _grave_findings(page) + _wrong_scheme(page, look)
        problems += [f"{where} ({look}): {each}" for each in found]
    _return_to(page, LOOKS[0])
    return problems


def speak(page: Page, language: Language) -> None:
    """Switch the page to a language, also while a dialog is open."""
    if page.locator("html").get_attribute("lang") != language:
        page.locator("button.language").dispatch_event("click")
        expect(page.locator("html")).to_have_attribute("lang", language)


def load_both_languages(page: Page, shown: str) -> None:
    """Load a screen in the other language, too: what is loaded later would begin anew when the language changes."""
    for language in ("zh-TW", "en"):
        speak(page, language)
        expect(page.locator(shown).first).to_be_visible()


def _return_to(page: Page, look: Look) -> None:
    speak(page, look.language)
    page.emulate_media(color_scheme=look.scheme)
    page.set_viewport_size({"width": look.width, "height": 900})


def _overflow(page: Page) -> list[str]:
    pixels, width = page.evaluate(
        "(({scrollWidth, clientWidth}) => [scrollWidth - clientWidth, clientWidth])(document.documentElement)"
    )
    return [f"{pixels} pixels stick out of {width}"] if pixels > 0 else []


def _wrong_scheme(page: Page, look: Look) -> list[str]:
    is_dark = _background_brightness(page) < _DARK_BELOW
    return [] if is_dark == (look.scheme == "dark") else ["the background is of the other scheme"]


def _grave_findings(page: Page) -> list[str]:
    """Return the serious and the critical findings of axe: rule, place and problem."""
    if page.evaluate("!('axe' in window)"):
        page.evaluate(_AXE.read_text("utf-8"))
    report = page.evaluate(_LOOK)
    assert report["passes"], "axe has looked at nothing"
    return [
        f"{violation['id']} ({violation['impact']}) at {node['target']}: {node['failureSummary']}"
        for violation in report["violations"]
        if violation["impact"] in _GRAVE
        for node in violation["nodes"]
    ]


def _background_brightness(page: Page) -> float:
    """Return the brightness of the background, from 0 (black) to 255."""
    brightness: float = page.evaluate(
        """() => {
             const context = new OffscreenCanvas(1, 1).getContext("2d");
             context.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
             context.fillRect(0, 0, 1, 1);
             const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
             return (red + green + blue) / 3;
           }"""
    )
    return brightness
