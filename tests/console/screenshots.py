"""``make screenshots``: pictures of the console for the documentation, taken on the local stack.

    python -m tests.console.screenshots

Each is docs/images/console-<screen>-<width>-<scheme>.png, of few colours, so that it is small.
"""

from __future__ import annotations

import io
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PIL import Image
from playwright.sync_api import expect

from local.stack import LocalStack
from tests.console.chromium import running_chromium
from tests.console.clips import upload, write_picture, write_tone
from tests.console.screens import Screens
from tests.console.watched_page import new_page, watching
from tests.e2e.api_client import ApiClient
from tests.integration.webhooks.receiver import Receiver
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, Locator

IMAGES = Path(__file__).parent.parent.parent / "docs" / "images"
LIMIT_BYTES = 200_000
_TITLES = {"title": "Dihua Street before sunrise", "album": "Slow City Walks"}
_COLOURS = 256
_VOICES = {"Emma": "en-US-EmmaNeural", "Brian": "en-US-BrianNeural"}
_TURNS = (
    ("Emma", "Welcome to Slow City Walks. I'm Emma."),
    ("Brian", "And I'm Brian. Where are you taking us today?"),
    ("Emma", "We start on Dihua Street, just before sunrise."),
    ("Brian", "They say the breakfast shops open at five."),
    ("Emma", "They do. The soy milk is steaming, and all you hear is footsteps."),
    ("Brian", "Then let's listen for a moment before we go on."),
)
_EDITED = (*_TURNS[:3], ("Brian", "They say nobody is up yet, not even the cats."), *_TURNS[4:])
_SCRIPT = "\n".join(
    [
        "## Dihua Street",
        "Emma: Welcome to **Slow City Walks**. [pause 500ms] I'm Emma.",
        "Brian: (laughs) And I'm Brian. Where are you taking us today?",
        *(f"{speaker}: {text}" for speaker, text in _TURNS[2:5]),
        "Brian: [whispering] Then let's listen for a moment before we go on.",
    ]
)
_PRONUNCIATIONS = [
    {"text": "Dihua", "phoneme": "di 2 hua 4", "alphabet": "sapi", "language": "zh-CN"},
    {"text": "MRT", "alias": "metro"},
    {"text": "Taipei", "phoneme": "ˌtaɪˈpeɪ", "alphabet": "ipa", "language": "en"},
]


Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """The options of a browser for screenshots."""

    width: int
    height: int
    scheme: Scheme


CAMERAS = tuple(
    Camera(width=width, height=height, scheme=scheme)
    for width, height in ((1440, 900), (390, 844))
    for scheme in SCHEMES
)


def take_all(stack: LocalStack, browser: Browser) -> None:
    """Take each picture with each camera."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with ApiClient(stack.url) as client:
        for texts in (("早安，歡迎收聽。", "今天聊什麼？"), ("Good evening.", "Good night.")):
            client.complete(_dialogue([("A", texts[0]), ("B", texts[1])], voice="zh-TW-HsiaoYuNeural"))
        failed = client.submit(_dialogue(_TURNS[:3], voice="en-US-NobodyNeural"))
        client.wait_for(failed, "failed")
        completed = client.complete(_dialogue(_TURNS) | _TITLES)["id"]
        edited = client.complete(_dialogue(_EDITED) | _TITLES)["id"]
        kept = client.put("/pronunciations/walks", json={"entries": _PRONUNCIATIONS})
        assert kept.status_code == 201, kept.text
        sounds = _upload_sounds(client)
        with Receiver() as receiver:
            webhook = _send_webhooks(client, receiver)
            for camera in CAMERAS:
                with _screens(stack, browser, camera) as screens:
                    _take_each(
                        screens,
                        camera,
                        completed=completed,
                        edited=edited,
                        failed=failed,
                        sounds=sounds,
                        webhook=webhook,
                    )


def _upload_sounds(client: ApiClient) -> dict[str, str]:
    """Upload a jingle, some rain and a cover, and return their ids by their names."""
    with tempfile.TemporaryDirectory() as folder:
        jingle = write_tone(Path(folder) / "Jingle.wav", seconds=6)
        rain = write_tone(Path(folder) / "Rain on Dihua Street.wav", seconds=95, pitch_hz=220)
        cover = write_picture(Path(folder) / "Slow City Walks.jpg")
        return {path.stem: upload(client, path) for path in (cover, rain, jingle)}


def _send_webhooks(client: ApiClient, receiver: Receiver) -> str:
    """Add an endpoint, have a delivery succeed and the next one fail, and return the endpoint's id."""
    added = client.post("/webhooks", json={"url": receiver.url("/200"), "description": "Publishes new episodes"})
    assert added.status_code == 201, added.text
    webhook_id: str = added.json()["id"]
    for path in ("/200", "/503"):
        assert client.patch(f"/webhooks/{webhook_id}", json={"url": receiver.url(path)}).status_code == 200
        sent = client.post(f"/webhooks/{webhook_id}/test")
        assert sent.status_code == 202, sent.text
        _wait_for_attempt(client, webhook_id, sent.json()["id"])
    return webhook_id


def _wait_for_attempt(client: ApiClient, webhook_id: str, delivery_id: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = client.get(f"/webhooks/{webhook_id}/deliveries").json()["items"]
        if any(each["id"] == delivery_id and each["attempts"] for each in found):
            return
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def _take_each(
    screens: Screens,
    camera: Camera,
    *,
    completed: str,
    edited: str,
    failed: str,
    sounds: dict[str, str],
    webhook: str,
) -> None:
    page = screens.page
    screens.open()
    page.get_by_role("textbox", name="Title").fill(_TITLES["title"])
    screens.write(_SCRIPT)
    expect(page.locator("#estimate")).to_contain_text("About")
    _take(screens, "compose", camera)

    screens.choose_voice("Emma", "en-US-AriaNeural")
    screens.draft_turn(2).click()
    page.get_by_role("combobox", name="Style", exact=True).select_option("cheerful")
    page.get_by_role("slider", name="Speed").fill("0.9")
    page.get_by_role("slider", name="Pause after the turn").fill("1500")
    page.locator(".delivery").evaluate("element => element.scrollTo(0, 0)")
    _take(screens, "delivery", camera)
    page.keyboard.press("Escape")

    screens.unfold("Music")
    page.get_by_role("combobox", name="Intro").select_option(sounds["Jingle"])
    page.get_by_role("combobox", name="Bed").select_option(sounds["Rain on Dihua Street"])
    for place, field, value in (("Intro", "Overlap with the speech", "1500"), ("Bed", "Volume", "-18")):
        page.get_by_role("button", name=f"Volume and fades: {place}").click()
        page.get_by_role("slider", name=field, exact=True).fill(value)
        page.get_by_role("button", name="Done").click()
    _take(screens, "music", camera, top=page.locator("summary").filter(has_text="Sound"))

    screens.open("/sounds")
    expect(page.get_by_role("img", name="Slow City Walks")).to_be_visible()
    _take(screens, "sounds", camera)

    screens.open("/pronunciations/walks")
    expect(page.get_by_role("textbox", name="Written").first).to_have_value("Dihua")
    _take(screens, "pronunciations", camera)

    screens.open(f"/jobs/{completed}")
    screens.expect_status("Finished")
    page.get_by_role("button", name="Play", exact=True).click()
    screens.turn(2).click()
    screens.hear_beyond(0)
    expect(screens.turn(2).locator("mark")).to_be_visible()
    _take(screens, "job", camera)

    screens.open(f"/jobs/{edited}")
    screens.expect_status("Finished")
    screens.turn(3).click()
    screens.hear_beyond(0)
    _take(screens, "edited", camera)

    screens.open(f"/jobs/{failed}")
    screens.expect_status("Failed")
    _take(screens, "failed", camera)

    screens.open("/usage")
    expect(page.get_by_role("table", name="By day")).to_be_visible()
    _take(screens, "usage", camera)

    screens.open(f"/webhooks/{webhook}")
    deliveries = page.get_by_role("list", name="Deliveries").get_by_role("group")
    expect(deliveries.first).to_contain_text("HTTP 503")
    deliveries.first.locator("summary").click()
    _take(screens, "webhooks", camera)

    screens.open("/jobs")
    expect(screens.jobs).to_have_count(5)
    expect(page.locator(".skeleton-inline")).to_have_count(0)
    _take(screens, "history", camera)

    screens.be("operator")
    screens.open("/operators")
    page.get_by_role("list", name="By user and day").locator("summary").first.click()
    _take(screens, "operators", camera)


@contextmanager
def _screens(stack: LocalStack, browser: Browser, camera: Camera) -> Iterator[Screens]:
    context = browser.new_context(
        viewport={"width": camera.width, "height": camera.height},
        color_scheme=camera.scheme,
        locale="en-GB",
        reduced_motion="reduce",
    )
    page = new_page(context)
    with watching(page, stack.url):
        yield Screens(page, stack.url)
    context.close()


def _take(screens: Screens, name: str, camera: Camera, *, top: Locator | None = None) -> None:
    """Take a picture of the page from its top, or from an element on."""
    # Whatever was pressed last has a frame of its own, and what lies below the pointer a shade.
    screens.page.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")
    if top is not None:
        top.evaluate("element => scrollTo(0, element.getBoundingClientRect().top - 16)")
    screens.page.mouse.move(0, 0)
    taken = Image.open(io.BytesIO(screens.page.screenshot())).convert("RGB")
    file = IMAGES / f"console-{name}-{camera.width}-{camera.scheme}.png"
    taken.quantize(_COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    size_bytes = file.stat().st_size
    assert size_bytes < LIMIT_BYTES, f"{file.name} has {size_bytes:,} bytes"
    print(f"{file.relative_to(IMAGES.parent.parent)}  {size_bytes:,} bytes")  # noqa: T201 (a command)


def _dialogue(turns: Sequence[tuple[str, str]], *, voice: str | None = None) -> dict[str, object]:
    return {
        "provider": "azure",
        "turns": [{"speaker": speaker, "text": text, "index": index} for index, (speaker, text) in enumerate(turns)],
        "voice_assignments": [
            {"speaker": speaker, "voice_id": voice or _VOICES[speaker], "voice_name": speaker}
            for speaker in dict(turns)
        ],
        "language": "en-US",
        "output_format": "mp3",
    }


def main() -> None:
    """Take all pictures."""
    with (
        tempfile.TemporaryDirectory() as logs,
        LocalStack(log_file=Path(logs) / "functions.log") as stack,
        running_chromium() as browser,
    ):
        take_all(stack, browser)


if __name__ == "__main__":
    main()
