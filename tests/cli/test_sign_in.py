"""``castline login``, ``logout`` and ``whoami``, against an OpenID Connect issuer and an API that wants tokens."""

from __future__ import annotations

import json
import re
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from castline_cli import oidc
from castline_cli import sign_in as sign_in_module
from tests.cli import visit
from tests.cli.scripts import SCRIPT, VOICES
from tests.cli.site import CLIENT_ID, EMAIL, Site
from tests.e2e.api_client import ApiClient
from tests.integration.local_cloud.eventually import eventually
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.stack import LocalStack
    from tests.cli.castline import Castline, Outcome

BROWSER = f"{sys.executable} -IS {visit.__file__} %s"


@pytest.fixture
def site(stack: LocalStack, port: int) -> Iterator[Site]:
    with Site(stack.url) as site:
        site.redirect_uris = {f"http://localhost:{port}/callback"}
        yield site


@pytest.fixture
def castline(castline: Castline) -> Castline:
    """Return the command line of a user who names neither an API nor a user, with a browser."""
    castline.environment = {
        "XDG_CONFIG_HOME": castline.environment["XDG_CONFIG_HOME"],
        "BROWSER": BROWSER,
    }
    return castline


def login(castline: Castline, site: Site, port: int, *options: str) -> Outcome:
    return castline.run("login", site.url, "--port", str(port), *options)


def kept_files(castline: Castline) -> list[Path]:
    """Return the stored files of sign-ins."""
    return sorted(Path(castline.environment["XDG_CONFIG_HOME"]).rglob("*.json"))


class TestLogin:
    def test_lets_later_commands_in(self, castline: Castline, site: Site, port: int) -> None:
        # When
        outcome = login(castline, site, port)

        # Then
        assert (outcome.exit_code, outcome.out) == (0, f"signed in to {site.url} as {EMAIL}\n")
        (castline.folder / "script.txt").write_text(SCRIPT, "utf-8")
        assert castline.done("say", "script.txt", "-o", "out.mp3", *VOICES) == "out.mp3\n"
        assert castline.done("whoami") == f"{EMAIL} at {site.url}, signed in with {site.url}\n"
        with ApiClient(site.target, user_id=site.subject) as client:
            assert client.list_ids() == castline.done("jobs", "list").split()[:1]

    def test_keeps_what_it_knows_where_only_its_owner_can_read_it(
        self, castline: Castline, site: Site, port: int
    ) -> None:
        login(castline, site, port)

        [file] = kept_files(castline)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert json.loads(file.read_text("utf-8"))["tokens"]["refresh_token"] in site.refresh_tokens

    def test_without_a_browser_prints_the_address(self, castline: Castline, site: Site, port: int) -> None:
        # When
        with castline.started("login", site.url, "--port", str(port), "--no-browser") as process:
            assert process.stderr is not None
            address = next(line.strip().decode() for line in process.stderr if b"/authorize?" in line)
            page = httpx.get(address, follow_redirects=True, trust_env=False, timeout=PATIENCE_SECONDS)
            out, _err = process.communicate(timeout=PATIENCE_SECONDS)

        # Then
        assert "You are signed in" in page.text
        assert out.decode() == f"signed in to {site.url} as {EMAIL}\n"

    def test_does_not_wait_until_the_browser_is_closed(self, castline: Castline, site: Site, port: int) -> None:
        closes_it = castline.folder / "close"
        castline.environment["BROWSER"] = f"{BROWSER} {closes_it}"
        # What the browser inherits would be waited for, too, if it were a pipe.
        nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with castline.started("login", site.url, "--port", str(port), **nowhere) as process:
            try:
                assert process.wait(timeout=PATIENCE_SECONDS) == 0
            finally:
                closes_it.touch()

    def test_asks_with_pkce_for_the_scopes_that_the_site_names(
        self, castline: Castline, site: Site, port: int
    ) -> None:
        with castline.started("login", site.url, "--port", str(port), "--no-browser") as process:
            assert process.stderr is not None
            address = next(line.strip().decode() for line in process.stderr if b"/authorize?" in line)

        query = parse_qs(urlsplit(address).query)
        assert query["scope"] == ["openid email"]
        assert query["redirect_uri"] == [f"http://localhost:{port}/callback"]
        assert query["code_challenge_method"] == ["S256"]
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", query["code_challenge"][0])
        assert len(query["state"][0]) >= 32

    def test_turns_answers_away_that_are_not_its_own(self, castline: Castline, site: Site, port: int) -> None:
        with castline.started("login", site.url, "--port", str(port), "--no-browser") as process:
            assert process.stderr is not None
            address = next(line.strip().decode() for line in process.stderr if b"/authorize?" in line)
            state = parse_qs(urlsplit(address).query)["state"][0]
            callback = f"http://127.0.0.1:{port}/callback"
            strangers = (
                f"{callback}?code=stolen&state=guessed",
                f"{callback}?code=stolen",
                f"{callback}?code=stolen&state={state}&iss=https%3A%2F%2Fevil.example.com",
                f"http://127.0.0.1:{port}/favicon.ico",
            )

            # When
            statuses = [httpx.get(each, trust_env=False, timeout=PATIENCE_SECONDS).status_code for each in strangers]
            httpx.get(address, follow_redirects=True, trust_env=False, timeout=PATIENCE_SECONDS)
            out, _err = process.communicate(timeout=PATIENCE_SECONDS)

        # Then
        assert statuses == [400, 400, 400, 404]
        assert (process.returncode, out.decode()) == (0, f"signed in to {site.url} as {EMAIL}\n")

    def test_is_heard_on_this_machine_only(self, castline: Castline, site: Site, port: int) -> None:
        with castline.started("login", site.url, "--port", str(port), "--no-browser") as process:
            assert process.stderr is not None
            next(line for line in process.stderr if b"/authorize?" in line)

            # A server on all addresses would answer here too.
            with pytest.raises(OSError, match="refused"):
                socket.create_connection(("127.0.0.2", port), timeout=PATIENCE_SECONDS)

    def test_that_is_refused(self, castline: Castline, site: Site, port: int) -> None:
        site.refuses_people = True

        outcome = login(castline, site, port)

        assert outcome.exit_code == 7
        assert outcome.err.splitlines()[-1] == "castline: the sign-in was refused: Anna has said no"
        assert kept_files(castline) == []

    def test_whose_code_is_not_taken(self, castline: Castline, site: Site, port: int) -> None:
        # Given somebody who has changed the code on the way
        with castline.started("login", site.url, "--port", str(port), "--no-browser") as process:
            assert process.stderr is not None
            address = next(line.strip().decode() for line in process.stderr if b"/authorize?" in line)
            state = parse_qs(urlsplit(address).query)["state"][0]
            httpx.get(
                f"http://127.0.0.1:{port}/callback?code=other&state={state}",
                trust_env=False,
                timeout=PATIENCE_SECONDS,
            )
            _out, err = process.communicate(timeout=PATIENCE_SECONDS)

        assert process.returncode == 7
        assert err.decode().splitlines()[-1] == f"castline: {site.url} refused the sign-in: the grant is not valid"
        assert kept_files(castline) == []

    def test_does_not_wait_for_ever(self, castline: Castline, site: Site, port: int) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sign_in_module, "PATIENCE_SECONDS", 0.1)
            outcome = castline("login", site.url, "--port", str(port), "--no-browser")

        assert outcome.exit_code == 7
        assert outcome.err.splitlines()[-1] == "castline: the sign-in timed out; try again"

    def test_needs_its_port(self, castline: Castline, site: Site, port: int) -> None:
        with socket.create_server(("127.0.0.1", port)):
            outcome = castline("login", site.url, "--port", str(port), "--no-browser")

        assert outcome.exit_code == 1
        assert outcome.complaint.startswith(f"castline: cannot listen on 127.0.0.1:{port}: Address already in use")

    def test_by_an_issuer_that_is_named(self, castline: Castline, site: Site, port: int) -> None:
        options = ("--issuer", site.url, "--client-id", CLIENT_ID)

        outcome = login(castline, site, port, *options)

        assert outcome.out == f"signed in to {site.url} as {EMAIL}\n"
        assert castline.done("jobs", "list") == ""

    def test_again_needs_no_address(self, castline: Castline, site: Site, port: int) -> None:
        login(castline, site, port)

        outcome = castline.run("login", "--port", str(port))

        assert (outcome.exit_code, outcome.out) == (0, f"signed in to {site.url} as {EMAIL}\n")

    def test_where_none_is_wanted(self, castline: Castline, site: Site, port: int) -> None:
        site.sign_in = None

        outcome = login(castline, site, port)

        assert (outcome.exit_code, outcome.err) == (0, "")
        assert outcome.out.startswith(f"{site.url} needs no sign-in")

    @pytest.mark.parametrize(
        ("arguments", "exit_code", "complaint"),
        [
            ((), 2, "name the Castline to sign in to, such as `castline login https://castline.example.com`"),
            (("{site}", "--issuer", "https://x.example"), 2, "--issuer and --client-id must be used together"),
            (("http://castline.example.com",), 2, "others could read the traffic to http://castline.example.com"),
            (("http://127.evil.example",), 2, "others could read the traffic to http://127.evil.example"),
            (("127.0.0.1:1",), 3, "nothing answers at http://127.0.0.1:1"),
            (("{stack}/docs",), 3, "{stack}/docs/config.json does not say how to sign in"),
            (
                ("{site}", "--issuer", "http://x.example", "--client-id", "x"),
                7,
                "cannot sign in with http://x.example",
            ),
            (("{site}", "--issuer", "{site}/", "--client-id", "x"), 7, "{site}/ does not describe itself as"),
            (("{site}", "--issuer", "{stack}", "--client-id", "x"), 7, "{stack} does not describe itself as"),
        ],
    )
    def test_that_cannot_be(
        self, castline: Castline, site: Site, arguments: tuple[str, ...], exit_code: int, complaint: str
    ) -> None:
        places = {"site": site.url, "stack": site.target}

        outcome = castline("login", *(each.format(**places) for each in arguments))

        assert outcome.exit_code == exit_code
        assert outcome.complaint.startswith(f"castline: {complaint.format(**places)}")


class TestTokens:
    def test_are_replaced_before_they_end(self, castline: Castline, site: Site, port: int) -> None:
        # Given a token that is as good as ended
        site.token_seconds = 10
        login(castline, site, port)
        site.token_seconds = 3600

        # When, then
        castline.done("jobs", "list")
        castline.done("jobs", "list")
        assert site.refreshes == 1

    def test_are_replaced_when_they_are_not_accepted(self, castline: Castline, site: Site, port: int) -> None:
        login(castline, site, port)
        site.access_tokens.clear()

        castline.done("jobs", "list")

        assert site.refreshes == 1
        [file] = kept_files(castline)
        assert json.loads(file.read_text("utf-8"))["tokens"]["access_token"] in site.access_tokens

    def test_are_replaced_while_a_job_is_waited_for(
        self, castline: Castline, site: Site, port: int, stack: LocalStack
    ) -> None:
        # Given
        login(castline, site, port)
        with (
            stack.cloud.lambdas.pause("plan") as pause,
            castline.started("say", "-", "-o", "out.mp3", *VOICES, stdin=subprocess.PIPE) as process,
        ):
            assert process.stdin is not None
            process.stdin.write(SCRIPT.encode("utf-8"))
            process.stdin.close()
            process.stdin = None
            pause.wait_until_reached()

            # When
            site.access_tokens.clear()
            eventually(lambda: site.refreshes)
            pause.release()
            out, err = process.communicate(timeout=PATIENCE_SECONDS)

        # Then
        assert (process.returncode, out, err) == (0, b"out.mp3\n", b"")

    def test_that_cannot_be_replaced_end_the_sign_in(self, castline: Castline, site: Site, port: int) -> None:
        login(castline, site, port)
        site.access_tokens.clear()
        site.refresh_tokens.clear()

        outcome = castline("jobs", "list")

        assert outcome.exit_code == 7
        assert outcome.complaint.startswith(
            "castline: the sign-in has expired; sign in again with `castline login` ("
        )

    def test_that_another_castline_has_replaced_are_taken_from_there(
        self, castline: Castline, site: Site, port: int
    ) -> None:
        # Given two castlines that have read the same sign-in, of which the other one refreshes first
        login(castline, site, port)
        site.access_tokens.clear()
        [file] = kept_files(castline)
        old = file.read_text("utf-8")
        castline.done("jobs", "list")
        new = file.read_text("utf-8")
        refresh = oidc.Issuer.refresh
        file.write_text(old, "utf-8")

        def refresh_late(*arguments: object, **options: str) -> object:
            file.write_text(new, "utf-8")
            return refresh(*arguments, **options)  # type: ignore[arg-type]

        # When
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(oidc.Issuer, "refresh", refresh_late)
            printed = castline.done("jobs", "list")

        # Then
        assert (printed, site.refreshes) == ("", 2)

    def test_may_be_given(self, castline: Castline, site: Site) -> None:
        site.access_tokens["given"] = time.time() + 60

        assert castline.done("--api", site.url, "--token", "given", "jobs", "list") == ""

    def test_that_were_given_are_not_replaced(self, castline: Castline, site: Site, port: int) -> None:
        login(castline, site, port)
        castline.environment["CASTLINE_TOKEN"] = "old"

        outcome = castline("jobs", "list")

        assert (outcome.exit_code, site.refreshes) == (7, 0)
        assert outcome.complaint == (
            f"castline: {site.url} does not accept the token; get a new one, or sign in with `castline login`"
        )

    def test_are_wanted(self, castline: Castline, site: Site) -> None:
        outcome = castline("--api", site.url, "jobs", "list")

        assert outcome.exit_code == 7
        complaint = (
            f"castline: not signed in to {site.url}; sign in with `castline login URL`, or pass a token with --token"
        )
        assert outcome.complaint == complaint

    def test_go_to_the_api_that_they_are_for_and_no_other(self, castline: Castline, site: Site, port: int) -> None:
        login(castline, site, port)
        with Site(site.target) as other:
            outcome = castline("--api", other.url, "jobs", "list")

        assert outcome.exit_code == 7
        assert outcome.complaint.startswith(f"castline: not signed in to {other.url}")

    def test_that_are_damaged_say_so(self, castline: Castline, site: Site, port: int) -> None:
        login(castline, site, port)
        [file] = kept_files(castline)
        file.write_text("{}")

        outcome = castline("jobs", "list")

        assert outcome.exit_code == 1
        assert outcome.complaint == f"castline: {file} is damaged; delete it and sign in again"


class TestLogout:
    def test_ends_the_sign_in_here_and_at_the_issuer(self, castline: Castline, site: Site, port: int) -> None:
        login(castline, site, port)

        assert castline.done("logout") == f"signed out of {site.url}\n"

        assert (kept_files(castline), site.refresh_tokens) == ([], set())
        assert castline.done("whoami") == "local-user at http://127.0.0.1:8000\n"

    def test_ends_it_here_even_if_the_issuer_is_gone(self, castline: Castline, site: Site, port: int) -> None:
        login(castline, site, port)
        [file] = kept_files(castline)
        profile = json.loads(file.read_text("utf-8"))
        file.write_text(json.dumps(profile | {"issuer": "http://127.0.0.1:1"}))

        printed = castline.done("logout")

        assert printed == f"signed out of {site.url}; only on this machine: the issuer was not notified\n"
        assert kept_files(castline) == []

    def test_of_nothing_is_no_fault(self, castline: Castline) -> None:
        assert castline.done("logout") == "not signed in to http://127.0.0.1:8000\n"


class TestWhoami:
    def test_of_nobody(self, castline: Castline) -> None:
        outcome = castline("whoami", "--api", "https://castline.example.com")

        assert outcome.exit_code == 7
        assert outcome.complaint == (
            "castline: not signed in to https://castline.example.com; sign in with `castline login URL`, or "
            "name a local user with --user"
        )

    def test_of_nobody_in_particular_on_a_local_stack_is_no_fault(self, castline: Castline) -> None:
        assert castline.done("whoami") == "local-user at http://127.0.0.1:8000\n"
        assert json.loads(castline.done("whoami", "--json"))["user"] == "local-user"

    def test_of_a_local_user(self, castline: Castline) -> None:
        assert castline.done("whoami", "--user", "anna") == "anna at http://127.0.0.1:8000\n"

    def test_for_scripts(self, castline: Castline, site: Site, port: int) -> None:
        login(castline, site, port)

        assert json.loads(castline.done("whoami", "--json")) == {
            "api": f"{site.url}/api/v1",
            "issuer": site.url,
            "user": EMAIL,
        }
