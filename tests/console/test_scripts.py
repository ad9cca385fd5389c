"""Script editor: tags and directions are marked, and what is not spoken is told at its line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.console.screens import Screens
    from tests.e2e.api_client import ApiClient

SCRIPT = "\n".join(
    [
        "## The walk",
        "A: (laughs) Welcome **back**. [pause 500ms] It is me.",
        "B: [cheerful] Hello! [applause] Shall we?",
        "A: [pause 30s] Yes.",
    ]
)


def marks(screens: Screens, kind: str) -> Locator:
    return screens.page.locator(f".editor-marks [data-mark={kind}]")


def warnings(screens: Screens) -> Locator:
    return screens.page.get_by_role("list", name="Not spoken as it stands").get_by_role("button")


def test_tags_are_marked_and_what_is_not_spoken_is_told_at_its_line(screens: Screens) -> None:
    # When
    screens.open()
    screens.write(SCRIPT)

    # Then what the script asks for stands out
    expect(marks(screens, "heading")).to_have_text(["## The walk"])
    expect(marks(screens, "pause")).to_have_text(["[pause 500ms]", "[pause 30s]"])
    expect(marks(screens, "style")).to_have_text(["[cheerful]"])
    expect(marks(screens, "unspoken")).to_have_text(["(laughs)", "[applause]"])

    # And each warning belongs to a line, and goes there
    expect(warnings(screens)).to_have_count(3)
    expect(screens.page.locator("[data-line='3'] [data-message]")).to_have_count(1)
    expect(warnings(screens).nth(1)).to_contain_text("Line 3: ")
    warnings(screens).nth(1).click()
    selected = screens.page.evaluate("script.value.slice(script.selectionStart, script.selectionEnd)")
    assert selected == SCRIPT.split("\n")[2]

    # And the turns are as the service has understood them
    expect(screens.draft_turn(0)).to_contain_text("Welcome back. [pause 500ms] It is me.")
    expect(screens.page.get_by_role("region", name="Turns")).to_contain_text("The walk")


def test_marks_lie_under_what_they_mark_in_chinese_too(screens: Screens) -> None:
    # Given
    screens.open()

    # When
    screens.write("曉雨：（笑）歡迎。[停頓 2 秒] 今天去哪裡？")

    # Then the words are set in the same way in both layers
    expect(marks(screens, "pause")).to_have_text(["[停頓 2 秒]"])
    assert screens.page.locator(".editor-paper").get_attribute("lang") == "zh-TW"
    of_mark, of_text = (
        locator.evaluate(
            """(element, names) => names.map((name) => getComputedStyle(element)[name])""",
            ["font", "letterSpacing", "lineBreak", "textSpacingTrim", "wordBreak", "whiteSpace", "overflowWrap"],
        )
        for locator in (marks(screens, "pause"), screens.script)
    )
    assert of_mark == of_text


def test_everything_is_spoken_as_it_stands_when_that_is_chosen(screens: Screens, client: ApiClient) -> None:
    # Given
    screens.open()
    screens.write("A: **Two** [laughs] and (three).")
    expect(warnings(screens)).to_have_count(1)

    # When
    screens.more_options()
    screens.page.get_by_role("radio", name="Speak as written").check()

    # Then
    expect(screens.draft_turn(0)).to_contain_text("**Two** [laughs] and (three).")
    expect(warnings(screens)).to_have_count(0)
    expect(screens.page.locator(".editor-marks [data-mark]")).to_have_count(0)
    screens.submit.click()
    input_params = client.job(screens.wait_for_job())["input_params"]
    assert input_params["markup"] == "literal"
    assert input_params["turns"][0]["text"] == "**Two** [laughs] and (three)."


def test_the_format_that_was_found_is_told_and_another_is_chosen(screens: Screens) -> None:
    # Given subtitles
    screens.open()
    screens.write("1\n00:00:01,000 --> 00:00:02,000\nA: Hello.\n\n2\n00:00:02,000 --> 00:00:03,000\nB: Hi.")
    expect(screens.page.get_by_text("Read as subtitles (SRT).")).to_be_visible()
    expect(warnings(screens)).not_to_have_count(0)

    # When they are read as plain text
    screens.more_options()
    screens.page.get_by_role("combobox", name="Format of the script").select_option("vtt")

    # Then the choice is taken, and kept
    expect(screens.page.get_by_text("Read as")).to_have_count(0)
    screens.page.reload()
    screens.more_options()
    expect(screens.page.get_by_role("combobox", name="Format of the script")).to_have_value("vtt")


def test_a_voice_without_the_style_of_a_tag_is_told_before_and_after_it_is_submitted(
    screens: Screens, client: ApiClient
) -> None:
    page = screens.page
    # Given a style tag, and a voice without styles, which is told at its line
    screens.open()
    screens.write("A: Hello.\nB: [whispering] Nobody must hear.")
    screens.choose_voice("A", "zh-TW-HsiaoYuNeural")
    screens.choose_voice("B", "zh-TW-YunJheNeural")
    expect(warnings(screens)).to_have_text(re.compile(r"Line 2: .*\[whispering\]"))

    # When
    screens.submit.click()
    before = client.wait_for(screens.wait_for_job(), "completed")

    # Then the turn is told, also after the page has been loaded anew
    told = page.get_by_role("region", name="Not spoken as written").get_by_role("listitem")
    expect(told).to_have_count(1)
    expect(told).to_contain_text("Turn 2, B")
    expect(told).to_contain_text("[whispering]")
    page.reload()
    expect(told).to_have_count(1)

    # And when the same is submitted again, as it was
    page.get_by_role("button", name="Submit again unchanged").click()
    page.wait_for_url(lambda url: "#/jobs/" in url and before["id"] not in url)
    expect(told).to_contain_text("Turn 2, B")
    after = client.wait_for(screens.wait_for_job(), "completed")
    assert after["input_params"] == before["input_params"]
    assert after["result_metadata"]["reused_segments"] == 2
