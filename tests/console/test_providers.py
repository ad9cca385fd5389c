"""Several speech providers: one is chosen where the voices are, and speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from local.speech_emulators import EMULATORS
from tests.console.screens import SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.console.screens import Screens
    from tests.e2e.api_client import ApiClient


def select(screens: Screens) -> Locator:
    return screens.page.get_by_role("combobox", name="Speech provider")


def voice_ids(client: ApiClient, provider: str) -> set[str]:
    return {voice["voice_id"] for voice in client.get(f"/voices?provider={provider}").json()["items"]}


@pytest.mark.parametrize("provider", EMULATORS)
def test_a_job_is_spoken_by_the_provider_that_was_chosen(screens: Screens, client: ApiClient, provider: str) -> None:
    # Given a dialogue, cast with voices of the first provider
    screens.open()
    screens.write("A: Good morning!\nB: What a lovely day.")
    expect(select(screens)).to_have_value("azure")

    # When a provider is chosen, and the page loaded anew
    select(screens).select_option(provider)
    screens.page.reload()

    # Then it is still chosen, its voices speak, and it makes the audio
    expect(select(screens)).to_have_value(provider)
    expect(screens.submit).not_to_have_attribute("aria-disabled", "true")
    screens.submit.click()
    job = client.wait_for(screens.wait_for_job(), "completed")
    assert job["provider"] == provider
    cast = {each["voice_id"] for each in job["input_params"]["voice_assignments"]}
    assert len(cast) == 2
    assert cast <= voice_ids(client, provider)


def test_voices_that_the_next_provider_does_not_have_are_cast_anew(screens: Screens) -> None:
    # Given a voice that was chosen by hand
    page = screens.page
    screens.open()
    screens.write(SCRIPT)
    page.get_by_role("button", name="Voice of B").click()
    picker = page.get_by_role("dialog", name="Voice of B")
    picker.get_by_role("combobox", name="Search voices").fill("YunJhe")
    picker.get_by_role("listbox", name="Voices").get_by_role("option").first.click()
    expect(page.get_by_role("button", name="Voice of B: 雲哲")).to_be_visible()

    # When another provider is chosen, then B has one of its voices
    select(screens).select_option("openai")
    expect(page.get_by_role("button", name="Voice of B: zm_yunxi")).to_be_visible()

    # And with the first one again, the voice that was chosen
    select(screens).select_option("azure")
    expect(page.get_by_role("button", name="Voice of B: 雲哲")).to_be_visible()


def test_what_a_voice_cannot_be_told_is_not_offered(screens: Screens) -> None:
    screens.open()
    screens.write(SCRIPT)

    # When the provider is one whose voices have but one pitch
    select(screens).select_option("openai")
    screens.draft_turn(1).click()

    # Then
    expect(screens.page.get_by_role("slider", name="Speed")).to_be_enabled()
    expect(screens.page.get_by_role("slider", name="Pitch")).to_be_disabled()


@pytest.mark.parametrize(
    ("provider", "fault", "sentence", "advice"),
    [
        ("azure", "malformed-ssml", "The speech provider cannot speak this turn.", "Change this turn"),
        ("openai", "unauthorized", "The speech provider refused our key.", "An operator has to fix this."),
    ],
)
def test_what_fails_at_a_provider_is_put_in_plain_words(
    screens: Screens, client: ApiClient, provider: str, fault: str, sentence: str, advice: str
) -> None:
    # Given
    screens.open()
    screens.write(f"{SCRIPT} {{fault {fault}}}")
    select(screens).select_option(provider)

    # When
    expect(screens.submit).not_to_have_attribute("aria-disabled", "true")
    screens.submit.click()
    client.wait_for(screens.wait_for_job(), "failed")
    screens.page.reload()

    # Then
    wrong = screens.page.get_by_role("region", name="What went wrong")
    expect(wrong).to_contain_text(sentence)
    expect(wrong).to_contain_text(advice)
    expect(wrong).to_contain_text("Turn 2, B")
