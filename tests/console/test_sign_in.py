"""Sign-in by authorization code with PKCE, at a real issuer, with an API that verifies every token."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Error, expect

from infra.console_page import SignIn
from local.console import ConsolePage
from local.emulated.http_server import serving
from local.emulated.jwt_authorizer import JwtAuthorizer, Unauthorized
from tests.console.accessibility import problems_of
from tests.console.oidc_issuer import CLIENT_ID, OidcIssuer
from tests.console.screens import Screens
from tests.console.watched_page import Watch, new_page, watching
from tests.patience import PATIENCE_MS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from playwright.sync_api import Browser, BrowserContext, Page
    from werkzeug.wrappers import Request

    from local.stack import LocalStack


@pytest.fixture(scope="module")
def issuer() -> Iterator[OidcIssuer]:
    issuer = OidcIssuer()
    with serving(issuer, name="issuer") as port:
        issuer.url = f"http://127.0.0.1:{port}"
        yield issuer


@pytest.fixture(scope="module")
def stack(issuer: OidcIssuer, own_stack: Callable[..., LocalStack]) -> LocalStack:
    """Return a stack that takes the issuer's tokens only, as API Gateway would."""
    authorizer = JwtAuthorizer(issuer=issuer.url, audience=frozenset({CLIENT_ID}), fetch_keys=issuer.keys)

    def claims(request: Request) -> Mapping[str, str] | None:
        try:
            return authorizer.claims(request.headers.get("Authorization"))
        except Unauthorized:
            return None

    console = ConsolePage(sign_in=SignIn(issuer=issuer.url, client_id=CLIENT_ID))
    stack = own_stack(console=console, claims=claims)
    issuer.redirect_uri = f"{stack.url}/"
    return stack


@pytest.fixture
def context(browser: Browser, context_options: dict[str, Any]) -> Iterator[BrowserContext]:
    """Yield a browser in which nobody has been."""
    with browser.new_context(**context_options) as context:
        context.set_default_timeout(PATIENCE_MS)
        yield context


@pytest.fixture
def watch(context: BrowserContext, stack: LocalStack, issuer: OidcIssuer) -> Iterator[Watch]:
    """Yield the browser's only tab, which may go to the issuer, too."""
    issuer.requests.clear()
    issuer.questions.clear()
    issuer.revoked.clear()
    with watching(new_page(context), stack.url, issuer.url) as watch:
        yield watch


@pytest.fixture
def page(screens: Screens) -> Page:
    return screens.page


def sign_in(page: Page, name: str) -> None:
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_role("button", name="Continue").click()


def tokens_kept(page: Page) -> dict[str, Any]:
    kept: dict[str, Any] = page.evaluate("({...sessionStorage})")
    return kept


def everything_kept(page: Page) -> dict[str, Any]:
    """Return everything that the browser keeps for the page."""
    kept: dict[str, Any] = page.evaluate(
        """async () => ({
            local: {...localStorage},
            session: {...sessionStorage},
            cookies: document.cookie,
            databases: await indexedDB.databases(),
            caches: await caches.keys(),
            workers: (await navigator.serviceWorker.getRegistrations()).length,
        })"""
    )
    return kept


def test_a_user_signs_in_works_and_comes_back(screens: Screens, page: Page, issuer: OidcIssuer) -> None:
    # Given somebody whom nobody knows yet, at a screen
    screens.open("/jobs")
    expect(page.get_by_role("heading", name="Sign in to Castline")).to_be_visible()

    # When they sign in
    sign_in(page, "anna")

    # Then they are where they were, and nothing of it stands in the address
    expect(page.get_by_role("link", name="Write the first script")).to_be_visible()
    assert re.fullmatch(rf"{re.escape(screens.url)}/(\?lang=en)?#/jobs", page.url)
    (question,), (exchange,) = issuer.questions, issuer.requests
    assert (question["response_type"], question["code_challenge_method"]) == ("code", "S256")
    assert set(question["scope"].split()) == {"openid", "email"}
    assert min(len(question[name]) for name in ("state", "nonce", "code_challenge")) >= 32
    assert len(exchange["code_verifier"]) >= 43
    assert "client_secret" not in exchange

    # And only the refresh token is kept, for as long as the tab
    assert page.evaluate("Object.values(localStorage).filter((value) => value.includes('eyJ')).length") == 0
    assert not [value for value in tokens_kept(page).values() if "eyJ" in value]

    # And jobs are theirs
    page.get_by_role("link", name="Write", exact=True).click()
    screens.write("A: 早安。")
    screens.submit.click()
    screens.wait_for_job()
    screens.expect_status("Finished")

    # And a reload signs in again by itself
    page.reload()
    screens.expect_status("Finished")
    assert [each["grant_type"] for each in issuer.requests] == ["authorization_code", "refresh_token"]

    # And it is told who they are
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_text("Signed in as anna@example.com")).to_be_visible()


def test_signing_out_leaves_nothing_of_the_user_in_the_browser(
    screens: Screens, page: Page, context: BrowserContext, watch: Watch, issuer: OidcIssuer
) -> None:
    # Given somebody in two tabs, with a job that was looked at, a draft, and a submission without an answer
    screens.open()
    sign_in(page, "dora")
    expect(screens.script).to_be_visible()
    job_id = screens.make_audio("A: 這是我的。")
    with page.expect_request(f"**/api/v1/jobs/{job_id}") as asked:
        page.reload()
    screens.expect_status("Finished")
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("radio", name="Dark").click()
    page.get_by_role("button", name="Close").click()
    page.get_by_role("link", name="Write", exact=True).click()
    screens.write("A: 這也是我的。")
    watch.expected_statuses.add(503)
    page.route("**/api/v1/jobs", lambda route: route.fulfill(status=503, json={}))
    screens.submit.click()
    expect(page.get_by_role("alert").filter(has_text="again")).to_be_visible()
    other = Screens(context.new_page(), screens.url)
    other.open()
    sign_in(other.page, "dora")
    expect(other.script).to_have_value("A: 這也是我的。")
    assert "這也是我的" in str(everything_kept(page))

    # When they sign out in one of the tabs
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("button", name="Sign out").click()

    # Then they are signed out in both, by way of the issuer's own sign-out, and no refresh token is good for anything
    page.wait_for_url(f"{screens.url}/")
    other.page.wait_for_url(f"{screens.url}/")
    for tab in (page, other.page):
        expect(tab.get_by_role("heading", name="Sign in to Castline")).to_be_visible()
        # And only what is nobody's own is left
        kept = everything_kept(tab)
        assert kept.pop("local") == {"castline.language": "en", "castline.theme": "dark"}
        assert not any(kept.values()), kept
    assert len(set(issuer.revoked)) == 2

    # And the browser's cache has no answer about the job
    job = [asked.value.url, {name: asked.value.headers[name] for name in ("authorization", "accept-language")}]
    from_cache = "([url, headers]) => fetch(url, {headers, mode: 'same-origin', cache: 'only-if-cached'})"
    with pytest.raises(Error, match="Failed to fetch"):
        other.page.evaluate(from_cache, job)


def test_what_the_issuer_did_not_answer_is_not_taken_and_one_may_try_again(
    screens: Screens, page: Page, issuer: OidcIssuer
) -> None:
    # Given a tab that is about to sign in
    screens.open()
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("textbox", name="Name")).to_be_visible()

    # When it gets an answer to another question, then that is not taken
    page.goto(f"{screens.url}/?lang=en&code=stolen&state=forged")
    expect(page.get_by_role("heading", name="Sign in to Castline")).to_be_visible()
    assert issuer.requests == []
    assert tokens_kept(page) == {}

    # And when the issuer refuses, then that is told
    sign_in(page, "nobody")
    expect(page.get_by_text("The sign-in failed.")).to_be_visible()
    assert issuer.requests == []
    assert problems_of(page, "sign-in, refused") == []

    # And one may try again
    sign_in(page, "carl")
    expect(screens.script).to_be_visible()
