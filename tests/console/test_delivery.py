"""Delivery of turns and speakers: set in the console, kept while the script is edited, and taken over from jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.console.screens import Screens
    from tests.e2e.api_client import ApiClient

JENNY = "en-US-JennyNeural"
SCRIPT = "A: Good morning.\nB: Good evening.\nA: Good night."


def control(screens: Screens, role: str, name: str) -> Locator:
    return screens.page.get_by_role("dialog").get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]


def done(screens: Screens) -> None:
    control(screens, "button", "Done").click()
    expect(screens.page.get_by_role("dialog")).to_have_count(0)


def turns_of(job: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**turn, "index": position} for position, turn in enumerate(job["input_params"]["turns"])]


def test_a_turn_is_spoken_as_it_was_set_and_stays_so_while_the_script_is_edited(
    screens: Screens, client: ApiClient
) -> None:
    # Given a turn with a delivery of its own
    screens.open()
    screens.write(SCRIPT)
    screens.choose_voice("A", JENNY)
    screens.draft_turn(2).click()
    control(screens, "combobox", "Style").select_option("cheerful")
    control(screens, "slider", "Strength of the style").fill("1.5")
    control(screens, "slider", "Speed").fill("0.8")
    control(screens, "slider", "Pause after the turn").fill("2000")
    control(screens, "button", "Another take").click()
    done(screens)
    for chip in ("cheerful", "strength 1.5×", "speed 0.8×", "pause 2 s", "take 2"):
        expect(screens.draft_turn(2)).to_contain_text(chip)

    # When turns are put before it, its words are changed, and the page is loaded anew
    screens.write(f"B: Who is there?\n{SCRIPT}")
    expect(screens.draft_turn(3)).to_contain_text("cheerful")
    screens.write(f"B: Who is there?\n{SCRIPT} Sleep well.")
    screens.page.reload()

    # Then it is still that turn
    expect(screens.draft_turn(3)).to_contain_text("cheerful")
    expect(screens.draft_turn(2)).not_to_contain_text("cheerful")
    expect(screens.submit).not_to_have_attribute("aria-disabled", "true")
    screens.submit.click()
    job = client.wait_for(screens.wait_for_job(), "completed")
    assert turns_of(job)[3] == {
        "speaker": "A",
        "text": "Good night. Sleep well.",
        "index": 3,
        "style": "cheerful",
        "style_degree": 1.5,
        "speed": 0.8,
        "pause_after_ms": 2000,
        "take": 1,
    }
    assert all("style" not in turn for turn in turns_of(job)[:3])


def test_a_delivery_is_reset(screens: Screens) -> None:
    # Given
    screens.open()
    screens.write(SCRIPT)
    screens.draft_turn(0).click()
    control(screens, "slider", "Volume").fill("0.5")
    control(screens, "slider", "Pause after the turn").fill("0")

    # When
    control(screens, "button", "Reset: Volume").click()

    # Then
    expect(screens.page.locator(".preview .chip")).to_have_text(["pause 0 ms"])
    control(screens, "button", "Reset all").click()
    expect(screens.page.locator(".preview .chip")).to_have_count(0)


def test_a_speaker_is_set_and_what_the_voice_cannot_do_is_not_offered(screens: Screens, client: ApiClient) -> None:
    page = screens.page
    # Given a speaker who speaks in a style
    screens.open()
    screens.write(SCRIPT)
    screens.choose_voice("A", JENNY)
    page.get_by_role("button", name="Delivery of A").click()
    control(screens, "combobox", "Style").select_option("sad")
    control(screens, "slider", "Volume").fill("1.5")
    done(screens)

    # When the speaker gets a voice without styles
    screens.choose_voice("A", "zh-TW-HsiaoYuNeural")

    # Then that is told where the style was set, and it is no longer offered
    cast = page.get_by_role("region", name="Cast")
    expect(cast.locator(".chip[data-obstacle]")).to_contain_text("sad (曉雨 has no styles.)")
    page.get_by_role("button", name="Delivery of A").click()
    expect(control(screens, "combobox", "Style")).to_be_disabled()
    expect(page.get_by_role("dialog")).to_contain_text("曉雨 has no styles.")
    done(screens)

    # And the job is made with the rest
    screens.submit.click()
    job = client.job(screens.wait_for_job())
    voices = {each["speaker"]: each for each in job["input_params"]["voice_assignments"]}
    assert voices["A"]["volume"] == 1.5
    assert "style" not in voices["A"]


def test_a_job_is_edited_with_all_that_it_was_spoken_with(screens: Screens, client: ApiClient) -> None:
    # Given a job with everything
    request = dialogue(
        "Good **morning**, AWS.", "[pause 500ms] Hello.", "Bye.", voices=(JENNY, JENNY), language="en-US"
    )
    request["turns"][0] |= {"chapter": "Part one", "style": "cheerful", "take": 2}
    request["turns"][1] |= {"pause_after_ms": 0, "volume": 0.5}
    request["voice_assignments"][0] |= {"speed": 1.2, "style": "sad", "style_degree": 0.5}
    request["pronunciations"] = [{"text": "AWS", "alias": "Amazon Web Services"}]
    before = client.complete(request)

    # When it is edited and submitted again
    screens.open(f"/jobs/{before['id']}")
    screens.page.get_by_role("button", name="Edit and submit again").click()
    expect(screens.script).to_have_value("## Part one\nA: Good **morning**, AWS.\nB: [pause 500ms] Hello.\nA: Bye.")
    expect(screens.draft_turn(0)).to_contain_text("cheerful")
    screens.write("## Part one\nA: Good **morning**, AWS.\nB: [pause 500ms] Hello.\nA: Bye, then.")
    screens.more_options()
    pronunciations = screens.page.get_by_role("group", name="Pronunciations", exact=True)
    expect(pronunciations).to_contain_text("1 pronunciation from the job you are editing")
    screens.submit.click()
    after = client.wait_for(screens.wait_for_job(), "completed")

    # Then only the words are others
    wanted = turns_of(before)
    wanted[0]["text"], wanted[2]["text"] = "Good morning, AWS.", "Bye, then."
    assert turns_of(after) == wanted
    for field in ("pronunciations", "language", "gap_ms", "crossfade_ms", "output_format"):
        assert after["input_params"][field] == before["input_params"][field]
    voices = [
        {key: value for key, value in each.items() if key != "voice_name"}
        for each in after["input_params"]["voice_assignments"]
    ]
    assert voices == before["input_params"]["voice_assignments"]
    assert after["result_metadata"]["reused_segments"] == 2
    assert client.download(after["id"]).content != client.download(before["id"]).content


def test_a_job_of_a_single_voice_is_edited_with_its_delivery_and_title(screens: Screens, client: ApiClient) -> None:
    # Given
    request: dict[str, Any] = {"provider": "azure", "text": "Hello.", "voice_id": JENNY, "voice_name": "Jenny"}
    request |= {"language": "en-US", "title": "Greeting", "speed": 1.5, "pitch": -5, "style": "sad"}
    submitted = client.post("/jobs/tts", json=request).json()
    client.wait_for(submitted["id"], "completed")

    # When
    screens.open(f"/jobs/{submitted['id']}")
    screens.page.get_by_role("button", name="Edit and submit again").click()

    # Then
    chips = screens.page.get_by_role("region", name="Voice").locator(".chip")
    expect(chips).to_have_text(["sad", "speed 1.5×", "pitch -5 %"])
    expect(screens.script).to_have_value("Hello.")
    expect(screens.page.get_by_role("textbox", name="Title")).to_have_value("Greeting")
