"""Pronunciation sets in the console: written, refused, imported, changed elsewhere, used."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.console.screens import Screens
    from tests.console.watched_page import Watch
    from tests.e2e.api_client import ApiClient

ENTRIES = [
    {"text": "AWS", "alias": "Amazon Web Services"},
    {"text": "重慶", "phoneme": "chong 2 qing 4", "alphabet": "sapi", "language": "zh-CN"},
]


def field(screens: Screens, name: str, row: int = 0) -> Locator:
    return screens.page.get_by_role("textbox", name=name, exact=True).nth(row)


def save(screens: Screens) -> None:
    screens.page.get_by_role("button", name="Save").click()


def keep(client: ApiClient, name: str) -> None:
    assert client.put(f"/pronunciations/{name}", json={"entries": ENTRIES}).status_code == 201


def test_a_set_is_written_refused_at_a_row_and_mended(screens: Screens, client: ApiClient, watch: Watch) -> None:
    watch.expected_statuses.add(400)
    page = screens.page

    # Given a new set with a phoneme that nobody knows
    screens.open("/pronunciations")
    page.get_by_role("textbox", name="New set").fill("brands")
    page.get_by_role("button", name="Create").click()
    field(screens, "Written").fill("AWS")
    field(screens, "Spoken").fill("Amazon Web Services")
    page.get_by_role("button", name="Add an entry").click()
    page.keyboard.insert_text("重慶")
    page.get_by_role("combobox", name="Kind").nth(1).select_option("sapi")
    field(screens, "Spoken", 1).fill("chong 9 qing 4")
    field(screens, "Language", 1).fill("zh-CN")

    # When it is saved, then its row says what is wrong
    save(screens)
    expect(field(screens, "Written", 1)).to_have_attribute("aria-invalid", "true")
    expect(field(screens, "Written", 1)).to_have_accessible_description(re.compile("phoneme"))
    expect(field(screens, "Written")).not_to_have_attribute("aria-invalid", "true")

    # And when it is mended, it is kept
    field(screens, "Spoken", 1).fill("chong 2 qing 4")
    save(screens)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert client.get("/pronunciations/brands").json()["entries"] == ENTRIES


def test_the_sets_that_were_chosen_are_remembered(screens: Screens, client: ApiClient) -> None:
    # Given a dialogue that was submitted with a set
    keep(client, "brands")
    screens.open()
    screens.write("A: AWS 很好。")
    screens.more_options()
    screens.page.get_by_role("checkbox", name="brands").check()
    screens.submit.click()
    screens.wait_for_job()

    # When the next one is submitted, in a page that was loaded anew
    screens.open()
    screens.page.reload()
    screens.write("A: AWS 也好。")
    screens.submit.click()

    # Then it is spoken with the set
    job = client.job(screens.wait_for_job())
    assert job["input_params"]["pronunciations"] == ENTRIES[:1]


def test_a_set_is_exported_and_imported_as_csv(screens: Screens, client: ApiClient, tmp_path: Path) -> None:
    # Given
    keep(client, "brands")
    screens.open("/pronunciations/brands")
    expect(field(screens, "Written")).to_have_value("AWS")

    # When it is exported
    exported = screens.download("Export CSV")

    # Then the file is as the command line reads it
    assert exported.suggested_filename == "brands.csv"
    lines = Path(exported.path()).read_text("utf-8").splitlines()
    assert lines == [
        "text,alias,phoneme,language,alphabet",
        "AWS,Amazon Web Services,,,",
        "重慶,,chong 2 qing 4,zh-CN,sapi",
    ]

    # And when another file is imported, then its entries join, and a line that is none is named
    file = tmp_path / "more.csv"
    file.write_text("text,alias\nAWS,A W S\nSQL,sequel\nbroken\n", "utf-8")
    screens.page.get_by_label("Import CSV").set_input_files(file)
    expect(screens.page.get_by_text("Not imported: line 4.")).to_be_visible()
    save(screens)
    expect(screens.page.get_by_text("Saved", exact=True)).to_be_visible()
    entries = client.get("/pronunciations/brands").json()["entries"]
    assert {entry["text"]: entry.get("alias") for entry in entries} == {"AWS": "A W S", "重慶": None, "SQL": "sequel"}


def test_changes_of_others_are_not_lost(screens: Screens, client: ApiClient, watch: Watch) -> None:
    watch.expected_statuses.add(412)
    page = screens.page
    # Given a set that is changed elsewhere while it is edited
    keep(client, "brands")
    screens.open("/pronunciations/brands")
    field(screens, "Spoken").fill("A W S")
    theirs = [{"text": "SQL", "alias": "sequel"}]
    assert client.put("/pronunciations/brands", json={"entries": theirs}).status_code == 200

    # When it is saved, then it is not
    save(screens)
    expect(page.get_by_role("alert").filter(has_text="changed elsewhere")).to_be_visible()
    assert client.get("/pronunciations/brands").json()["entries"] == theirs

    # And when it is loaded anew, then it can be edited as it is now
    page.get_by_role("button", name="Reload, and drop my changes").click()
    expect(field(screens, "Written")).to_have_value("SQL")
    field(screens, "Spoken").fill("S Q L")
    save(screens)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert client.get("/pronunciations/brands").json()["entries"] == [{"text": "SQL", "alias": "S Q L"}]


def test_what_is_not_saved_is_there_again_and_a_set_is_deleted(screens: Screens, client: ApiClient) -> None:
    page = screens.page
    # Given a change that is not saved
    keep(client, "brands")
    screens.open("/pronunciations/brands")
    field(screens, "Spoken").fill("A W S")

    # When another screen is looked at, then the change is there again
    page.get_by_role("link", name="All pronunciation sets").click()
    page.get_by_role("list", name="Pronunciation sets").get_by_role("link", name="brands").click()
    expect(field(screens, "Spoken")).to_have_value("A W S")
    expect(page.get_by_text("Not saved yet")).to_be_visible()

    # And when the set is deleted, then it is gone
    page.get_by_role("button", name="Delete the set").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("No pronunciation sets yet")).to_be_visible()
    assert client.get("/pronunciations").json()["items"] == []
