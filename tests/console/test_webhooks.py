"""Webhooks in the console: added, tested, failing, disabled, rotated, deleted, and those of single jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from standardwebhooks import Webhook

from tests.console.screens import SCRIPT
from tests.e2e.dialogues import dialogue
from tests.integration.webhooks.receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Locator

    from tests.console.screens import Screens
    from tests.console.watched_page import Watch
    from tests.e2e.api_client import ApiClient


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def context(context: BrowserContext) -> BrowserContext:
    """Return a browser in which what was copied can be read."""
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    return context


def add(client: ApiClient, url: str, **fields: Any) -> str:
    """Add an endpoint, and return its id."""
    response = client.post("/webhooks", json={"url": url} | fields)
    assert response.status_code == 201, response.text
    webhook_id: str = response.json()["id"]
    return webhook_id


def deliveries(screens: Screens) -> Locator:
    return screens.page.get_by_role("list", name="Deliveries").get_by_role("group")


def read_secret(screens: Screens) -> str:
    """Copy the secret that is shown, and put the dialog away."""
    page = screens.page
    dialog = page.get_by_role("dialog", name="The secret")
    secret = dialog.get_by_role("textbox", name="Secret").input_value()
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    dialog.get_by_role("button", name="Done").click()
    expect(dialog).to_have_count(0)
    return secret


def test_an_endpoint_is_added_and_its_signatures_can_be_checked(
    screens: Screens, client: ApiClient, receiver: Receiver, watch: Watch
) -> None:
    watch.expected_statuses.add(400)
    page = screens.page
    screens.open("/webhooks")
    expect(page.get_by_text("No endpoints yet")).to_be_visible()

    # When a URL will not do, then the field says why
    page.get_by_role("button", name="Add an endpoint").click()
    dialog = page.get_by_role("dialog", name="Add an endpoint")
    url = dialog.get_by_role("textbox", name="URL")
    url.fill("http://example.com/hook")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(url).to_have_attribute("aria-invalid", "true")
    expect(url).to_have_accessible_description("must begin with https:// HTTPS, at a public address.")

    # And when it will, then the secret is shown, once
    url.fill(receiver.url("/200"))
    dialog.get_by_role("checkbox", name="A job starts").uncheck()
    dialog.get_by_role("textbox", name="Description").fill("Build server")
    dialog.get_by_role("button", name="Add", exact=True).click()
    secret = read_secret(screens)
    endpoints = page.get_by_role("list", name="Endpoints").get_by_role("listitem")
    expect(endpoints).to_contain_text("Build server")
    page.reload()
    expect(endpoints).to_have_count(1)
    assert secret not in page.content()

    # And when a job has ended, then it was told so, with a signature by that secret
    job_id = client.complete(dialogue())["id"]
    endpoints.get_by_role("link").click()
    delivery = deliveries(screens)
    expect(delivery).to_have_count(1)
    expect(delivery).to_contain_text("Delivered")
    expect(delivery).to_contain_text("A job is finished")
    [received] = receiver.requests
    event = Webhook(secret).verify(received.body, received.headers)
    assert (event["type"], event["data"]["job_id"]) == ("job.completed", job_id)


def test_a_test_is_sent_and_what_fails_says_why(screens: Screens, client: ApiClient, receiver: Receiver) -> None:
    page = screens.page
    # Given an endpoint that fails
    webhook_id = add(client, receiver.url("/503"))
    screens.open(f"/webhooks/{webhook_id}")
    expect(page.get_by_text("Nothing has been sent yet.")).to_be_visible()

    # When a test is sent
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_role("status").filter(has_text="A test was sent")).to_be_visible()

    # Then the delivery tells the answer and the next attempt
    delivery = deliveries(screens).first
    expect(delivery).to_contain_text("HTTP 503")
    delivery.locator("summary").click()
    attempts = delivery.get_by_role("table", name="Attempts: Test").get_by_role("row")
    expect(attempts.nth(1).get_by_role("cell").nth(1)).to_have_text("HTTP 503")
    expect(attempts.nth(1).get_by_role("cell").nth(3)).to_have_text("answer")


def test_an_endpoint_is_changed_and_what_was_sent_is_sent_again(
    screens: Screens, client: ApiClient, receiver: Receiver
) -> None:
    page = screens.page
    # Given an endpoint to which something was delivered
    webhook_id = add(client, receiver.url("/200"))
    assert client.post(f"/webhooks/{webhook_id}/test").status_code == 202
    screens.open(f"/webhooks/{webhook_id}")
    expect(deliveries(screens)).to_contain_text("Delivered")

    # When its URL is changed and the event is sent again
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("dialog").get_by_role("textbox", name="URL").fill(receiver.url("/204"))
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=receiver.url("/204"))).to_be_visible()
    deliveries(screens).locator("summary").click()
    deliveries(screens).get_by_role("button", name="Send again").click()

    # Then it has come twice, with the same id
    expect(deliveries(screens)).to_have_count(2)
    expect(deliveries(screens).first).to_contain_text("sent again by hand")
    expect(deliveries(screens).first).to_contain_text("Delivered")
    first, second = receiver.requests
    assert (first.path, second.path) == ("/200", "/204")
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


def test_an_endpoint_is_disabled_rotated_and_deleted(screens: Screens, client: ApiClient, receiver: Receiver) -> None:
    page = screens.page
    webhook_id = add(client, receiver.url("/200"))
    screens.open(f"/webhooks/{webhook_id}")

    # Disabled: nothing can be sent
    page.get_by_role("button", name="Disable").click()
    expect(page.get_by_text("Disabled", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Send a test")).to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="Enable").click()
    expect(page.get_by_text("Enabled", exact=True)).to_be_visible()

    # Rotated, after a question: what is sent is signed with the new secret
    page.get_by_role("button", name="Replace the secret").click()
    page.get_by_role("button", name="Replace", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("The previous secret is still valid until")
    secret = read_secret(screens)
    page.get_by_role("button", name="Send a test").click()
    expect(deliveries(screens)).to_contain_text("Delivered")
    [received] = receiver.requests
    assert Webhook(secret).verify(received.body, received.headers)["type"] == "webhook.test"

    # Deleted, after a question
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("group", name="Delete this endpoint?").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No endpoints yet")).to_be_visible()
    assert client.get("/webhooks").json()["items"] == []


def test_a_job_has_a_url_of_its_own_once_there_is_a_secret(
    screens: Screens, client: ApiClient, receiver: Receiver, watch: Watch
) -> None:
    watch.expected_statuses |= {400, 404}
    page = screens.page
    # Given a dialogue with a URL of its own
    screens.open()
    screens.write(SCRIPT)
    screens.more_options()
    url = page.get_by_role("textbox", name="Webhook URL")
    url.fill(receiver.url("/200"))

    # When it is submitted without a secret, then it is refused, with a way to one
    expect(screens.submit).not_to_have_attribute("aria-disabled", "true")
    screens.submit.click()
    refused = page.get_by_role("alert").filter(has_text="Webhook URLs of jobs need a secret")
    expect(url).to_have_attribute("aria-invalid", "true")
    refused.get_by_role("link", name="Create the secret").click()
    page.get_by_role("button", name="Create the secret").click()
    secret = read_secret(screens)

    # And when there is one, then the job is told of there
    page.go_back()
    screens.more_options()
    expect(url).to_have_value(receiver.url("/200"))
    expect(screens.submit).not_to_have_attribute("aria-disabled", "true")
    screens.submit.click()
    job_id = screens.wait_for_job()
    client.wait_for(job_id, "completed")
    screens.open("/webhooks/job")
    expect(deliveries(screens)).to_have_count(2)
    expect(deliveries(screens).filter(has_text="Delivered")).to_have_count(2)
    events = [Webhook(secret).verify(each.body, each.headers) for each in receiver.requests]
    assert {event["type"] for event in events} == {"job.started", "job.completed"}
    assert {event["data"]["job_id"] for event in events} == {job_id}
