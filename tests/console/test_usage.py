"""Usage in the console: of a month, day by day, against the limits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from tests.console.screens import Screens
    from tests.e2e.api_client import ApiClient


def test_usage_is_shown_by_day_and_against_the_limits(screens: Screens, client: ApiClient) -> None:
    page = screens.page
    # Given two completed jobs
    billed = sum(
        client.complete(dialogue(text))["result_metadata"]["billed_characters"]
        for text in ("今天天氣真好。", "我們一起去公園走走。")
    )

    # When
    screens.open("/usage")

    # Then the day tells what they have billed, and so do the total and the limits
    rows = page.get_by_role("table", name="By day").get_by_role("row")
    expect(rows).to_have_count(3)
    for row in (rows.nth(1), rows.last):
        expect(row.get_by_role("cell").nth(0)).to_have_text(str(billed))
        expect(row.get_by_role("cell").nth(1)).to_have_text("2")
    for period in ("Today", "This month"):
        expect(page.get_by_role("meter", name=period)).to_have_attribute("aria-valuenow", str(billed))
    expect(page.get_by_role("region", name="Limits").get_by_text(re.compile(r"^[\d,]+ left · "))).to_have_count(2)


def test_another_month_is_chosen(screens: Screens) -> None:
    page = screens.page
    screens.open("/usage")
    expect(page.get_by_text("Nothing was billed in")).to_be_visible()
    months = page.get_by_role("combobox", name="Month").get_by_role("option")
    last = months.nth(1).inner_text()

    page.get_by_role("combobox", name="Month").select_option(label=last)

    expect(page.get_by_text(f"Nothing was billed in {last}")).to_be_visible()
    expect(page.get_by_role("region", name="Limits")).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("region", name="Limits")).to_be_visible()
