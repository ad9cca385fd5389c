"""The API's page shows every operation, and asks no other host for anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from local.openapi import document

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from local.stack import LocalStack


def test_it_shows_every_operation_without_another_host(stack: LocalStack, context: BrowserContext) -> None:
    # Given
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    # When
    page.goto(f"{stack.url}/docs")

    # Then
    for methods in document()["paths"].values():
        for operation in methods.values():
            expect(
                page.locator(f'[id="operations-{operation["tags"][0]}-{operation["operationId"]}"]')
            ).to_be_visible()
    assert all(url.startswith((f"{stack.url}/", "data:")) for url in asked), asked
    assert complaints == []


def test_an_operation_can_be_tried(stack: LocalStack, context: BrowserContext) -> None:
    # Given
    page = context.new_page()
    page.goto(f"{stack.url}/docs#/Service/health")
    operation = page.locator('[id="operations-Service-health"]')

    # When
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()

    # Then
    expect(operation.locator(".live-responses-table .response .response-col_status").first).to_contain_text("200")
