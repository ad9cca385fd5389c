"""The service's API as the commands call it: JSON in and out, dropped connections made good, errors as exceptions."""

from __future__ import annotations

import ssl
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import httpx

from castline_cli.addresses import LOCAL, is_this_machine, without_prefix
from castline_cli.errors import CastlineError, NotFound, Refused, SignedOut, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

Json = dict[str, Any]

_TIMEOUT: Final = httpx.Timeout(30, connect=10)
_PAUSES_SECONDS: Final = (0.5, 1.0, 2.0)
"""Between attempts."""
_MAX_PAUSE_SECONDS: Final = 30.0
_OUT_OF_ORDER: Final = {502, 503, 504}
_TOO_MANY: Final = 429
_NOT_FOUND: Final = {"JOB_NOT_FOUND", "PRONUNCIATION_SET_NOT_FOUND", "SOUND_NOT_FOUND"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API answered to a request that it accepted."""

    text: str
    """The body as it was sent."""
    body: Any
    """The same, read as JSON; None when it is not JSON."""
    headers: httpx.Headers
    is_unchanged: bool = False
    """Whether it is what the ``If-None-Match`` of the request named; then there is no body."""


class Api:
    """A connection to one Castline, for a ``with``. Every request may be repeated: one that creates carries a key."""

    def __init__(
        self,
        url: str,
        *,
        accept_language: str,
        auth: httpx.Auth | None = None,
        sign_in_advice: str = "",
        user: str | None = None,
        timeout: httpx.Timeout = _TIMEOUT,
        pauses_seconds: tuple[float, ...] | None = None,
        on_pause: Callable[[str], None] = lambda _why: None,
    ) -> None:
        """Prepare the connection. Nothing is sent yet.

        Args:
            url: of the API, with ``/api/v1``.
            accept_language: for messages.
            auth: puts the token in.
            sign_in_advice: what to tell whoever is not let in.
            user: who asks, as a local stack wants it.
            timeout: of each request.
            pauses_seconds: between the attempts of a request; by default three, of 3.5 s in all.
            on_pause: is told why there is one.
        """
        self.url = url
        self._sign_in_advice = sign_in_advice
        self._pauses_seconds = _PAUSES_SECONDS if pauses_seconds is None else pauses_seconds
        self._on_pause = on_pause
        self._has_answered = False
        headers = {"Accept": "application/json", "Accept-Language": accept_language}
        if user:
            headers["X-User-Id"] = user
        self._client = http_client(url, base_url=url, headers=headers, auth=auth, timeout=timeout)

    def get(self, path: str, query: Mapping[str, Any] | None = None, *, known: str | None = None) -> Answer:
        """Ask for what is at ``path``, where ``known`` is the entity tag of what one has already."""
        parameters = {name: value for name, value in (query or {}).items() if value is not None}
        headers = {"If-None-Match": known} if known else {}
        return self._send("GET", path, params=parameters, headers=headers)

    def get_file(self, path: str, query: Mapping[str, Any]) -> Answer:
        """Ask for JSON that is a file elsewhere when it is too large for an answer, and read it there.

        Raises:
            Unreachable: the file cannot be read.
        """
        for pause in (*self._pauses_seconds, None):
            answer = self._send("GET", path, takes_redirect=True, params=query)
            address = answer.headers.get("Location")
            if address is None:
                return answer
            try:
                # A client without the API's token: the address is signed, and S3 refuses two proofs.
                with http_client(address, timeout=_TIMEOUT) as client:
                    file = client.get(address).raise_for_status()
                return Answer(file.text, file.json(), file.headers)
            except (httpx.TransportError, httpx.HTTPStatusError) as error:
                if pause is None:
                    raise Unreachable("the download breaks again and again; try again later") from error
                self._on_pause("the connection was lost; trying again")
                time.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def post(self, path: str, body: Json) -> Answer:
        """Send ``body``, which creates nothing."""
        return self._send("POST", path, json=body)

    def create(self, path: str, body: Json | None = None) -> Answer:
        """Create what ``body`` describes: once, however often it takes to hear the answer."""
        return self._send("POST", path, json=body, headers={"Idempotency-Key": str(uuid.uuid4())})

    def put(self, path: str, body: Json, *, is_new: bool) -> Answer:
        """Put ``body`` where ``path`` says; with ``is_new`` only if there is nothing yet."""
        return self._send("PUT", path, json=body, headers={"If-None-Match": "*"} if is_new else {})

    def patch(self, path: str, body: Json) -> Answer:
        """Change what is at ``path`` as ``body`` says."""
        return self._send("PATCH", path, json=body)

    def delete(self, path: str) -> Answer:
        """Take back what is at ``path``."""
        return self._send("DELETE", path)

    def _send(self, method: str, path: str, *, takes_redirect: bool = False, **options: Any) -> Answer:
        """Send a request, again while there is no answer or the service is out of order for the moment.

        Raises:
            Unreachable: nothing answers, or what does stays out of order.
            Refused: the service refuses what is asked.
            NotFound: there is no such job, sound or pronunciation set.
            SignedOut: it wants another token.
        """
        for pause in (*self._pauses_seconds, None):
            try:
                response = self._client.request(method, path, **options)
            except httpx.TransportError as error:
                is_nothing_there = isinstance(error, httpx.ConnectError) and not self._has_answered
                if pause is None or is_nothing_there:
                    raise Unreachable(_nothing_answers(self.url, error)) from error
                self._on_pause("the connection was lost; trying again")
                time.sleep(pause)
                continue
            self._has_answered = True
            if takes_redirect and response.has_redirect_location:
                return Answer("", None, response.headers)
            if pause is None or not _is_momentary(response):
                return self._judge(response)
            asked = min(retry_after_seconds(response.headers, default=pause), _MAX_PAUSE_SECONDS)
            self._on_pause(f"the service is busy; trying again in {asked:g} s")
            time.sleep(asked)
        raise AssertionError("the last attempt returns or raises")

    def _judge(self, response: httpx.Response) -> Answer:
        if response.status_code == httpx.codes.NOT_MODIFIED:
            return Answer("", None, response.headers, is_unchanged=True)
        body = _json_of(response)
        if response.is_success and (isinstance(body, dict) or not _is_json(response)):
            if _is_page(response):
                raise Unreachable(_not_castline(self.url))
            return Answer(response.text, body, response.headers)
        if response.status_code in {401, 403}:
            raise SignedOut(self._sign_in_advice or f"{without_prefix(self.url)} wants a sign-in")
        raise _error_of(response, body, self.url)

    def __enter__(self) -> Self:
        """Open the connection."""
        self._client.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        self._client.__exit__(kind, error, traceback)


def http_client(address: str, **options: Any) -> httpx.Client:
    """Make an HTTP client for one address: no proxy to this machine, and certificates loaded only for HTTPS."""
    if address.startswith("http://"):
        options["verify"] = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.Client(trust_env=not is_this_machine(address), **options)


def retry_after_seconds(headers: httpx.Headers, *, default: float) -> float:
    """Return the wait in seconds that ``Retry-After`` asks for; the default if it is missing or a date."""
    value = headers.get("Retry-After", "")
    return float(value) if value.isascii() and value.isdecimal() else default


def _is_momentary(response: httpx.Response) -> bool:
    """Tell whether a retry may soon succeed: the service is out of order, or API Gateway has too many requests."""
    if response.status_code == _TOO_MANY:
        return not _error_code(_json_of(response))
    return response.status_code in _OUT_OF_ORDER


def _json_of(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _is_json(response: httpx.Response) -> bool:
    return _media_type(response) == "application/json"


def _is_page(response: httpx.Response) -> bool:
    return _media_type(response) == "text/html"


def _media_type(response: httpx.Response) -> str:
    content_type: str = response.headers.get("Content-Type", "")
    return content_type.partition(";")[0].strip().lower()


def _error_code(body: Any) -> str:
    code = body.get("error") if isinstance(body, dict) else None
    return code if isinstance(code, str) and "message" in body else ""


def _error_of(response: httpx.Response, body: Any, url: str) -> CastlineError:
    """Return the error that an unsuccessful response stands for."""
    status, code = response.status_code, _error_code(body)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        sentence = body["message"] if code else f"the service at {without_prefix(url)} is out of order ({status})"
        request_id = response.headers.get("X-Request-ID")
        return Unreachable(f"{sentence} (request {request_id})" if request_id else sentence)
    if not code:
        if status == httpx.codes.NOT_FOUND or response.is_redirect or response.is_success:
            return Unreachable(_not_castline(url))
        return Refused(f"{without_prefix(url)} answers {status} {response.reason_phrase}")
    if code in _NOT_FOUND:
        return NotFound(body["message"])
    if code == "NOT_FOUND":
        return Unreachable(_not_castline(url))
    return Refused(body["message"], code=code, details=body.get("details"))


def _not_castline(url: str) -> str:
    return f"what answers at {without_prefix(url)} is not Castline's API; is the address right?"


def _nothing_answers(url: str, error: httpx.TransportError) -> str:
    address = without_prefix(url)
    if isinstance(error, httpx.ConnectError):
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return f"{address} shows a certificate that is not trusted here"
        if address == LOCAL:
            return f"nothing answers at {address}; start it with `make dev`, or name another with --api"
        return f"nothing answers at {address}; is it running, and the address right?"
    if isinstance(error, httpx.TimeoutException):
        return f"{address} does not answer in time; try again later"
    return f"the connection to {address} was lost, again and again; try again later"
