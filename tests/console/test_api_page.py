"""The API's page shows every operation, tries them, and asks no other host for anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from local.openapi import document

if TYPE_CHECKING:
    from tests.console.screens import Screens


def test_it_shows_every_operation_and_tries_them_without_another_host(screens: Screens) -> None:
    page = screens.page
    operations = [operation for methods in document()["paths"].values() for operation in methods.values()]

    # When the page is opened
    page.goto(f"{screens.url}/docs")

    # Then it shows every operation
    shown = page.locator(".opblock")
    expect(shown).to_have_count(len(operations))
    assert set(shown.evaluate_all("all => all.map(each => each.id)")) == {
        f"operations-{operation['tags'][0]}-{operation['operationId']}" for operation in operations
    }

    # And one of them can be tried
    health = page.locator('[id="operations-Service-health"]')
    health.locator(".opblock-summary-control").click()
    health.locator(".try-out__btn").click()
    health.locator(".execute").click()
    status = health.locator(".live-responses-table .response .response-col_status")
    expect(status.first).to_contain_text("200")
