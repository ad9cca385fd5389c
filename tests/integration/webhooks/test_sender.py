"""The sender: what receivers get, what comes of receivers that answer in every way, and where nothing is sent."""

import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import anyio
import pytest
import trustme

from castline.webhooks import public_network
from castline.webhooks.addresses import is_public
from castline.webhooks.model import Attempt, AttemptError
from castline.webhooks.public_network import NameNotResolved
from castline.webhooks.sender import WebhookSender
from tests.integration.webhooks.receiver import Receiver
from tests.patience import PATIENCE_SECONDS

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
BODY = '{"type":"job.completed","data":{"job_id":"第一集"}}'
SHORT_SECONDS = 0.5
"""A time-out that shall run out."""
TRUSTING_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def send(url: str, **options: Any) -> Attempt:
    """Send an event. The certificates to trust take long to read, so that most tests trust nobody."""
    defaults = {"allow_loopback": True, "timeout_seconds": PATIENCE_SECONDS, "tls": TRUSTING_NOBODY}
    sender = WebhookSender(**{**defaults, **options})
    return sender.send(url, body=BODY, headers={"webhook-id": "evt_1"}, at=AT)


def resolving(*addresses: str) -> Callable[[str, int], list[str]]:
    return lambda _host, _port: list(addresses)


class TestRequest:
    def test_a_receiver_gets_the_body_byte_for_byte(self, receiver: Receiver) -> None:
        begun = time.monotonic()

        attempt = send(receiver.url("/200?key=a%20b"))

        elapsed_ms = 1000 * (time.monotonic() - begun)
        (request,) = receiver.requests
        assert request.path == "/200?key=a%20b"
        assert request.body == BODY.encode("utf-8")
        assert request.headers == {
            "host": f"127.0.0.1:{receiver.port}",
            "content-length": str(len(BODY.encode())),
            "content-type": "application/json",
            "user-agent": "Castline-Webhooks/1",
            "accept-encoding": "identity",
            "connection": "close",
            "webhook-id": "evt_1",
        }
        assert attempt.at == AT
        assert 0 <= attempt.duration_ms <= elapsed_ms + 1

    def test_a_name_and_an_ipv6_address_of_this_machine(self, receiver: Receiver) -> None:
        assert send(receiver.url("/204", host="localhost")).status_code == 204
        with Receiver(address="::1") as other:
            assert send(other.url("/204", host="[::1]")).status_code == 204

    def test_an_address_that_refuses_is_followed_by_the_next(self, receiver: Receiver) -> None:
        attempt = send(receiver.url(host="hooks.localhost"), resolve=resolving("127.0.0.9", "::1", "127.0.0.1"))

        assert attempt.status_code == 200


OUTCOMES: tuple[tuple[str, int | None, AttemptError | None, str | None], ...] = (
    ("/200", 200, None, "answer"),
    ("/204", 204, None, None),
    ("/404", 404, AttemptError.BAD_STATUS, "answer"),
    ("/500", 500, AttemptError.BAD_STATUS, "answer"),
    ("/redirect/302", 302, AttemptError.REDIRECT, None),
    ("/redirect/308", 308, AttemptError.REDIRECT, None),
    ("/silent", None, AttemptError.TIMEOUT, None),
    ("/slow-headers", None, AttemptError.TIMEOUT, None),
    ("/informational", None, AttemptError.TIMEOUT, None),
    ("/closes", None, AttemptError.CONNECTION_FAILED, None),
    ("/closes-in-headers", None, AttemptError.CONNECTION_FAILED, None),
    ("/resets", None, AttemptError.CONNECTION_FAILED, None),
    ("/closes-in-body", 200, None, "half"),
    ("/huge", 200, None, "x" * 1000),
    ("/huge-chunk", 200, None, "x" * 1000),
    ("/header-bomb", None, AttemptError.PROTOCOL_ERROR, None),
    ("/garbage", None, AttemptError.PROTOCOL_ERROR, None),
    ("/bad-length", None, AttemptError.PROTOCOL_ERROR, None),
    ("/switching", None, AttemptError.PROTOCOL_ERROR, None),
    ("/binary", 500, AttemptError.BAD_STATUS, "\ufffd\ufffd[31m\ufffd\n"),
    ("/zip", 200, None, "\ufffd\ufffd\ufffd\ufffd"),
)


class TestOutcome:
    @pytest.mark.parametrize(("path", "status_code", "error", "excerpt"), OUTCOMES)
    def test_each_way_to_answer(
        self,
        receiver: Receiver,
        path: str,
        status_code: int | None,
        error: AttemptError | None,
        excerpt: str | None,
    ) -> None:
        # Given a time-out that is short only where it shall run out
        timeout_seconds = SHORT_SECONDS if error is AttemptError.TIMEOUT else PATIENCE_SECONDS
        begun = time.monotonic()

        attempt = send(receiver.url(path), timeout_seconds=timeout_seconds)

        assert (attempt.status_code, attempt.error, attempt.response_excerpt) == (status_code, error, excerpt)
        assert time.monotonic() - begun < 60
        # Nothing was sent to where an answer has pointed, and nothing was sent twice.
        assert [request.path for request in receiver.requests] == [path]

    def test_a_body_that_comes_slowly_is_not_waited_for(self, receiver: Receiver) -> None:
        begun = time.monotonic()

        attempt = send(receiver.url("/slow-body"))

        assert (attempt.status_code, attempt.error) == (200, None)
        assert attempt.response_excerpt is not None
        assert attempt.response_excerpt.startswith("slow")
        # The whole body takes some minutes.
        assert time.monotonic() - begun < 60

    def test_a_time_out_is_that_of_the_whole_attempt(self, receiver: Receiver) -> None:
        attempt = send(receiver.url("/slow-headers"), timeout_seconds=SHORT_SECONDS)

        # All headers take some minutes, with less than the time-out between one byte and the next.
        assert 450 <= attempt.duration_ms < 60_000

    def test_a_port_that_nobody_listens_at(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as unused:
            port = unused.getsockname()[1]
        assert send(f"http://127.0.0.1:{port}/").error is AttemptError.CONNECTION_FAILED

    def test_a_connection_that_is_not_accepted(self) -> None:
        # Given a server whose queue of connections is full
        with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, socket.socket() as first:
            first.connect(listener.getsockname())
            with socket.socket() as second:
                second.setblocking(False)
                second.connect_ex(listener.getsockname())
                attempt = send(f"http://127.0.0.1:{listener.getsockname()[1]}/", timeout_seconds=SHORT_SECONDS)

        assert attempt.error is AttemptError.TIMEOUT
        assert attempt.duration_ms < 60_000

    def test_a_name_that_does_not_exist(self) -> None:
        def resolve(_host: str, _port: int) -> list[str]:
            raise NameNotResolved

        for each in (resolve, resolving()):
            assert send("https://hooks.example.com/", resolve=each).error is AttemptError.DNS_FAILED

    def test_the_resolver_of_this_machine(self) -> None:
        assert public_network.resolve("127.0.0.1", 80) == ["127.0.0.1"]
        with pytest.raises(NameNotResolved):
            public_network.resolve("no-such-name.invalid", 443)
        with pytest.raises(NameNotResolved):
            public_network.resolve("a" * 64 + ".com", 443)

    def test_a_resolver_that_hangs(self) -> None:
        is_over = threading.Event()

        def resolve(_host: str, _port: int) -> list[str]:
            is_over.wait(2 * PATIENCE_SECONDS)
            return []

        begun = time.monotonic()
        attempt = send("https://hooks.example.com/", resolve=resolve, timeout_seconds=SHORT_SECONDS)
        assert attempt.error is AttemptError.TIMEOUT
        assert time.monotonic() - begun < 60
        is_over.set()


class TestTls:
    def test_the_name_of_the_url_is_asked_for_and_checked(self, authority: trustme.CA) -> None:
        with Receiver(tls=certified(authority, "hooks.example.com")) as receiver:
            attempt = send(
                receiver.url(host="hooks.example.com"), resolve=resolving("127.0.0.1"), tls=trusting(authority)
            )
            assert (attempt.status_code, attempt.error) == (200, None)
            assert receiver.server_names == ["hooks.example.com"]
            assert receiver.requests[0].headers["host"] == f"hooks.example.com:{receiver.port}"

    @pytest.mark.parametrize("problem", ["another name", "unknown authority", "expired"])
    def test_a_wrong_certificate(self, authority: trustme.CA, problem: str) -> None:
        name = "other.example.com" if problem == "another name" else "hooks.example.com"
        issuer = trustme.CA() if problem == "unknown authority" else authority
        expires = datetime(2020, 1, 1, tzinfo=UTC) if problem == "expired" else None
        with Receiver(tls=certified(issuer, name, not_after=expires)) as receiver:
            attempt = send(
                receiver.url(host="hooks.example.com"), resolve=resolving("127.0.0.1"), tls=trusting(authority)
            )
            assert (attempt.status_code, attempt.error) == (None, AttemptError.TLS_FAILED)
            assert receiver.requests == []

    def test_only_public_authorities_are_trusted_by_default(self, authority: trustme.CA) -> None:
        with Receiver(tls=certified(authority, "hooks.example.com")) as receiver:
            attempt = send(receiver.url(host="hooks.example.com"), resolve=resolving("127.0.0.1"), tls=None)

        assert attempt.error is AttemptError.TLS_FAILED

    def test_a_server_without_tls(self, receiver: Receiver, authority: trustme.CA) -> None:
        url = f"https://hooks.example.com:{receiver.port}/200"

        attempt = send(url, resolve=resolving("127.0.0.1"), tls=trusting(authority))

        assert attempt.error is AttemptError.TLS_FAILED
        assert receiver.requests == []

    def test_a_server_that_demands_a_certificate_of_its_clients(self, authority: trustme.CA) -> None:
        context = certified(authority, "hooks.example.com")
        context.verify_mode = ssl.CERT_REQUIRED
        authority.configure_trust(context)
        with Receiver(tls=context) as receiver:
            attempt = send(
                receiver.url(host="hooks.example.com"), resolve=resolving("127.0.0.1"), tls=trusting(authority)
            )
        # It says so when the handshake is over, and may have closed the connection by then.
        assert attempt.error in {AttemptError.TLS_FAILED, AttemptError.CONNECTION_FAILED}

    def test_a_handshake_that_never_ends(self, authority: trustme.CA) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            url = f"https://hooks.example.com:{listener.getsockname()[1]}/"

            attempt = send(
                url, resolve=resolving("127.0.0.1"), tls=trusting(authority), timeout_seconds=SHORT_SECONDS
            )
        assert attempt.error is AttemptError.TIMEOUT


def certified(authority: trustme.CA, name: str, *, not_after: datetime | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, not_after=not_after).configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(context)
    return context


FORBIDDEN = (
    # URLs that may not be sent to, of which the tests of URLs and of addresses have more
    "http://hooks.example.com/200",
    "http://127.0.0.1:{port}/200",
    "https://127.0.0.1:{port}/200",
    "https://2130706433:{port}/200",
    "https://localhost:{port}/200",
    "https://[::1]:{port}/200",
    "https://[::ffff:127.0.0.1]:{port}/200",
    "https://169.254.169.254/latest/meta-data/iam/security-credentials/",
    "https://hooks.example.com@127.0.0.1:{port}/200",
    "https://127.0.0.1:{port}\\@hooks.example.com/200",
    # Names that lead to this machine or to a private network
    "https://loopback.example.com:{port}/200",
    "https://loopback6.example.com:{port}/200",
    "https://mapped.example.com:{port}/200",
    "https://any.example.com:{port}/200",
    "https://metadata.example.com:{port}/200",
    "https://mixed.example.com:{port}/200",
    "https://mixed-last.example.com:{port}/200",
)

NAMES = {
    "loopback.example.com": ["127.0.0.1"],
    "loopback6.example.com": ["::1"],
    "mapped.example.com": ["::ffff:127.0.0.1"],
    "any.example.com": ["0.0.0.0"],  # noqa: S104
    "metadata.example.com": ["169.254.169.254"],
    "mixed.example.com": ["127.0.0.1", "93.184.215.14"],
    "mixed-last.example.com": ["93.184.215.14", "93.184.215.15", "2606:2800:21f::1", "93.184.215.16", "127.0.0.1"],
}


@pytest.fixture(scope="module")
def servers(authority: trustme.CA) -> Iterator[tuple[Receiver, Receiver]]:
    """Yield servers on this machine that would answer, without and with TLS."""
    tls = certified(authority, "hooks.example.com")
    with Receiver(address="0.0.0.0") as plain, Receiver(address="::", tls=tls) as secured:  # noqa: S104
        yield plain, secured


class TestWhereNothingIsSent:
    @pytest.fixture
    def connections(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Addresses that a connection was begun to."""
        begun: list[str] = []
        connect = anyio.connect_tcp

        async def record(remote_host: str, *args: Any, **options: Any) -> Any:
            begun.append(remote_host)
            return await connect(remote_host, *args, **options)

        monkeypatch.setattr(anyio, "connect_tcp", record)
        return begun

    @pytest.mark.parametrize("form", FORBIDDEN)
    def test_nobody_is_called(
        self, form: str, servers: tuple[Receiver, Receiver], connections: list[str], authority: trustme.CA
    ) -> None:
        def resolve(host: str, port: int) -> list[str]:
            return NAMES[host] if host in NAMES else public_network.resolve(host, port)

        for server in servers:
            # When something is sent to a URL that leads to a server here
            url = form.replace("{port}", str(server.port))
            attempt = send(url, allow_loopback=False, resolve=resolve, tls=trusting(authority))

            # Then that is refused, and no connection was begun
            assert (attempt.status_code, attempt.error) == (None, AttemptError.FORBIDDEN_ADDRESS)
            assert (server.connections, connections) == (0, [])

    def test_where_this_machine_is_allowed_other_networks_are_not(self, connections: list[str]) -> None:
        for url in ("http://10.0.0.1/", "http://hooks.example.com/", "https://169.254.169.254/"):
            assert send(url, resolve=resolving("127.0.0.1")).error is AttemptError.FORBIDDEN_ADDRESS
        for address in ("10.0.0.1", "0.0.0.0", "::ffff:127.0.0.1", "169.254.169.254"):  # noqa: S104
            attempt = send("https://hooks.example.com/", resolve=resolving(address))

            assert attempt.error is AttemptError.FORBIDDEN_ADDRESS
        assert connections == []

    def test_the_address_that_was_checked_is_the_one_that_is_connected_to(
        self, monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, connections: list[str]
    ) -> None:
        # Given a name that leads to a public address when it is asked for first, and to a private one from then on.
        # (127.0.0.2 stands for the public one.)
        monkeypatch.setattr(public_network, "is_public", lambda address: address == "127.0.0.2" or is_public(address))
        answers = iter([["127.0.0.2"]])
        asked: list[str] = []

        def getaddrinfo(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
            asked.append(host)
            (address,) = next(answers, ["127.0.0.1"])
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

        with (
            Receiver(address="127.0.0.2", tls=certified(authority, "hooks.example.com")) as public,
            Receiver(address="127.0.0.1", port=public.port, tls=certified(authority, "hooks.example.com")) as private,
            monkeypatch.context() as rebinding,
        ):
            rebinding.setattr(socket, "getaddrinfo", getaddrinfo)

            # When something is sent to it twice
            url = public.url(host="hooks.example.com")
            first = send(url, allow_loopback=False, tls=trusting(authority))
            second = send(url, allow_loopback=False, tls=trusting(authority))

            # Then the name is asked for once each time, and the first answer is used or refused
            assert (first.status_code, second.error) == (200, AttemptError.FORBIDDEN_ADDRESS)
            assert asked == ["hooks.example.com"] * 2
            assert connections == ["127.0.0.2"]
            assert (public.connections, private.connections) == (1, 0)

    def test_proxies_of_the_environment_are_not_used(
        self, monkeypatch: pytest.MonkeyPatch, receiver: Receiver
    ) -> None:
        with Receiver() as proxy:
            for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
                monkeypatch.setenv(name, proxy.url(""))
                monkeypatch.setenv(name.lower(), proxy.url(""))
            assert send(receiver.url()).status_code == 200
            assert proxy.connections == 0


def test_no_log_line_holds_a_url_or_a_body(
    caplog: pytest.LogCaptureFixture, receiver: Receiver, authority: trustme.CA
) -> None:
    # Given the most talkative logs
    caplog.set_level(logging.DEBUG)

    # When something is sent to a URL with a token, with success, with an error and with a wrong certificate
    assert send(receiver.url("/200?token=geheim")).status_code == 200
    send(receiver.url("/closes?token=geheim"))
    with Receiver(tls=certified(authority, "hooks.example.com")) as secured:
        send(secured.url("/200?token=geheim", host="hooks.example.com"), resolve=resolving("127.0.0.1"))

    # Then no line gives it away
    assert not any(each in caplog.text for each in ("geheim", "hooks.example.com", "job_id"))
