"""Casting in the console: voices that stay, languages, questions about the script, and casts that are remembered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.console.clips import upload, write_tone

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator

    from tests.console.screens import Screens
    from tests.console.watched_page import Watch
    from tests.e2e.api_client import ApiClient

ENGLISH = "Host: Welcome to the show, it is good to have you here.\nTom: Thank you for having me this morning."
FRENCH = "Claire: Bonjour à tous, nous sommes très heureux de vous retrouver ce matin."


def voice_of(screens: Screens, speaker: str) -> str:
    """Return the name of a speaker's voice."""
    button = screens.page.get_by_role("button", name=f"Voice of {speaker}")
    expect(button.locator("b")).to_be_visible()
    return button.locator("b").inner_text()


def language_of(screens: Screens, speaker: str) -> Locator:
    return screens.page.get_by_role("combobox", name=f"Language of {speaker}")


def questions(screens: Screens) -> Locator:
    return screens.page.get_by_role("region", name="Questions about the script")


def test_each_speaker_has_a_language_by_their_own_words_and_the_browsers_region(
    screens: Screens, client: ApiClient
) -> None:
    page = screens.page
    # When one of three speaks French, and another one says a word of Chinese
    screens.open()
    screens.write(f"{ENGLISH} 你好!\n{FRENCH}")

    # Then each has a voice of their language
    expect(language_of(screens, "Host")).to_contain_text("British English (detected)")
    expect(language_of(screens, "Tom")).to_contain_text("British English (detected)")
    expect(language_of(screens, "Claire")).to_contain_text("French (France) (detected)")
    job_language = {"Host": "en-GB", "Claire": "fr-FR"}
    for speaker, tag in job_language.items():
        expect(page.get_by_role("button", name=f"Voice of {speaker}").locator("b")).to_have_attribute("lang", tag)

    # And when another language is chosen for one of them, that one gets another voice, and nobody else
    host = voice_of(screens, "Host")
    language_of(screens, "Tom").select_option("en-US")
    expect(page.get_by_role("button", name="Voice of Tom").locator("b")).to_have_attribute("lang", "en-US")
    assert voice_of(screens, "Host") == host
    expect(screens.submit).not_to_have_attribute("aria-disabled", "true")
    screens.submit.click()
    input_params = client.job(screens.wait_for_job())["input_params"]
    assert input_params["language"] == "en-GB"


def test_what_was_assumed_is_told(screens: Screens) -> None:
    # When there are more speakers than voices of Taiwan
    screens.open()
    screens.write("\n".join(f"{name}：大家早安，今天我們要來聊一聊。" for name in "甲乙丙丁戊己"))

    # Then it is told who speaks with another one
    notes = screens.page.get_by_role("list", name="How voices were chosen").get_by_role("listitem")
    expect(notes).not_to_have_count(0)
    expect(notes.first).to_contain_text(re.compile("[丁戊己]"))
    expect(language_of(screens, "甲")).to_contain_text("(detected)")


def test_two_spellings_are_joined_by_a_click(screens: Screens) -> None:
    page = screens.page
    # Given a name in two cases
    screens.open()
    screens.write("MAYA: Good morning to all of you.\nTom: Good morning.\nMaya: Shall we begin then?")
    question = questions(screens).get_by_role("group", name=re.compile("the same person"))
    expect(page.get_by_role("button", name="Voice of")).to_have_count(3)

    # When it is said that they are one person
    question.get_by_role("button", name=re.compile("One person")).click()

    # Then there are two speakers, also after the page has been loaded anew
    expect(page.get_by_role("button", name="Voice of")).to_have_count(2)
    page.reload()
    expect(page.get_by_role("button", name="Voice of")).to_have_count(2)

    # And the answer can be changed
    questions(screens).get_by_role("button", name="Change 1 answer").click()
    expect(page.get_by_role("button", name="Voice of")).to_have_count(3)


def test_sounds_are_not_cast(screens: Screens, client: ApiClient, tmp_path: Path) -> None:
    page = screens.page
    creak = upload(client, write_tone(tmp_path / "creak.wav", seconds=0.2))
    # Given a script with a sound
    screens.open()
    screens.write("Tom: Come in, please.\nSFX: a door creaks\nEve: Thank you.")
    question = questions(screens).get_by_role("group", name=re.compile("SFX"))

    # When it is one, and one is chosen for it
    question.get_by_role("button", name="Use a sound").click()
    expect(page.get_by_role("button", name="Voice of")).to_have_count(2)
    questions(screens).get_by_role("combobox", name="a door creaks").select_option(creak)
    expect(screens.submit).not_to_have_attribute("aria-disabled", "true")
    screens.submit.click()

    # Then the job has it between the turns
    turns = client.job(screens.wait_for_job())["input_params"]["turns"]
    assert [turn.get("sound_id") or turn["text"] for turn in turns] == [
        "Come in, please.",
        creak,
        "Thank you.",
    ]


def test_a_broken_script_shows_nothing_of_the_one_before(screens: Screens, watch: Watch) -> None:
    watch.expected_statuses.add(400)
    page = screens.page
    screens.open()
    for width in (1440, 390):
        # Given a script that was understood, on a desktop or a phone
        page.set_viewport_size({"width": width, "height": 850})
        screens.write(ENGLISH)
        expect(page.get_by_role("button", name="Voice of")).to_have_count(2)

        # When another one with errors is pasted over it
        screens.script.fill("nobody says this\nEve: Hello.\nEve:\n")

        # Then the problems are seen, and nothing of the script before
        problems = page.get_by_role("list", name="Problems")
        expect(problems).to_be_in_viewport(ratio=1)
        expect(page.get_by_role("button", name="Voice of")).to_have_count(0)
        expect(page.get_by_role("region", name="Turns").get_by_role("listitem")).to_have_count(0)
        expect(page.get_by_text(re.compile("2 of 1,000 turns"))).to_have_count(0)
        list_bottom, bar_top = (
            page.locator(selector).evaluate(f"element => element.getBoundingClientRect().{side}")
            for selector, side in (("#script-problems ul", "bottom"), (".compose-submit", "top"))
        )
        assert list_bottom <= bar_top

        # And the bar names the first of them, and goes there
        page.locator("#why-not").get_by_role("button").click()
        expect(screens.script).to_be_focused()


def test_chosen_voices_leave_the_others_and_come_again_in_the_next_job(screens: Screens, client: ApiClient) -> None:
    page = screens.page
    # Given two speakers with the voices that they were dealt
    screens.open()
    screens.write(ENGLISH)
    host, tom = voice_of(screens, "Host"), voice_of(screens, "Tom")
    assert host != tom

    # When one of them gets a voice that the other one has, then another one, and a third speaker comes
    screens.choose_voice("Host", tom)
    screens.choose_voice("Host", "en-US-BrianNeural")
    screens.write(f"Eve: Hello, can you hear me?\n{ENGLISH}")

    # Then the other has what it had, also when the page is loaded anew
    assert voice_of(screens, "Tom") == tom
    page.reload()
    assert voice_of(screens, "Tom") == tom
    screens.submit.click()
    job = client.job(screens.wait_for_job())
    assert {each["speaker"] for each in job["input_params"]["voice_assignments"]} == {"Host", "Tom", "Eve"}

    # And when the next episode is pasted, then the same speakers have the same voices, which is told
    screens.open()
    screens.write("Ann: I am new here, nice to meet you.\nTom: Welcome back to us.\nHost: And welcome to you.")
    assert voice_of(screens, "Host") == "Brian"
    assert voice_of(screens, "Tom") == tom
    notes = page.get_by_role("list", name="How voices were chosen")
    expect(notes).to_contain_text("Tom & Host: same voice as in an earlier job.")

    # And can be undone
    notes.get_by_role("button", name="Choose again").click()
    expect(page.get_by_role("button", name="Voice of Host: Brian")).to_have_count(0)
    expect(page.get_by_text("same voice as in an earlier job")).to_have_count(0)
