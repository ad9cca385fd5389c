"""Attempts of one request: retries of momentary failures, and errors for refusals."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from castline_client.addresses import without_prefix
from castline_client.errors import (
    Conflict,
    InvalidRequest,
    JobLimitExceeded,
    NotAvailable,
    NotCastline,
    NotFound,
    NothingAnswers,
    OutOfOrder,
    QuotaExceeded,
    Refused,
    SignedOut,
    SubmissionsStopped,
)
from castline_client.sentences import Sentence
from castline_client.steps import Answer, Exchange, Flow, Pause, Request

PAUSES_SECONDS: Final = (0.5, 1.0, 2.0)
"""Seconds between attempts of a request if the service sends no ``Retry-After``."""
_MAX_PAUSE_SECONDS: Final = 30.0
"""Maximum seconds of a pause that the service may request."""
_OUT_OF_ORDER: Final = {502, 503, 504}
_TOO_MANY: Final = 429
_STOPPED: Final = "SUBMISSIONS_STOPPED"
_NO_ROUTE: Final = "NOT_FOUND"
_OPERATORS: Final = "/admin/"
"""Path of the routes that exist only for operators."""
_BY_CODE: Final = {
    "JOB_LIMIT_EXCEEDED": JobLimitExceeded,
    "QUOTA_EXCEEDED": QuotaExceeded,
    _STOPPED: SubmissionsStopped,
}
_BY_STATUS: Final = {
    400: InvalidRequest,
    404: NotAvailable,
    409: Conflict,
    412: Conflict,
    413: InvalidRequest,
    422: InvalidRequest,
}


@dataclass(slots=True)
class Service:
    """API of one Castline, as its client sees it."""

    url: str
    pauses_seconds: tuple[float, ...] | None = None
    """The pauses between attempts in seconds; None for the defaults."""
    has_answered: bool = field(default=False)

    @property
    def name(self) -> str:
        """The address without ``/api/v1``, as users write it."""
        return without_prefix(self.url)

    def pauses(self) -> tuple[float | None, ...]:
        """Return the pause after each attempt, and None after the last one."""
        return (*(PAUSES_SECONDS if self.pauses_seconds is None else self.pauses_seconds), None)


def attempts(request: Request[Any], service: Service) -> Flow[Answer[Any]]:
    """Send a request, and retry while there is no response or the service fails momentarily.

    Raises:
        Unreachable: nothing answers, or the service fails even after retries.
        Refused: the service refuses the request.
        SignedOut: the token is missing or not accepted.
    """
    for pause in service.pauses():
        try:
            response: httpx.Response = yield Exchange(request)
        except httpx.TransportError as error:
            never_arrived = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            is_nothing_there = isinstance(error, httpx.ConnectError) and not service.has_answered
            if pause is None or is_nothing_there or not (request.is_repeatable or never_arrived):
                raise NothingAnswers(_nothing_answers(service, error)) from error
            yield Pause(pause, Sentence("the connection was lost; trying again"))
            continue
        service.has_answered = True
        if request.takes_redirect and response.has_redirect_location:
            return Answer("", None, response.headers)
        if pause is None or not _is_momentary(response):
            return _judge(request, response, service)
        asked = min(retry_after_seconds(response.headers, default=pause), _MAX_PAUSE_SECONDS)
        yield Pause(asked, Sentence("the service is busy; trying again in {seconds:g} s", seconds=asked))
    raise AssertionError("the last attempt returns or raises")


def retry_after_seconds(headers: httpx.Headers, *, default: float) -> float:
    """Return the seconds in ``Retry-After``, which is a number or a date, or else the default."""
    value = headers.get("Retry-After", "")
    if value.isascii() and value.isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return default
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0) if moment.tzinfo else default


def _judge(request: Request[Any], response: httpx.Response, service: Service) -> Answer[Any]:
    if response.status_code == httpx.codes.NOT_MODIFIED:
        return Answer("", None, response.headers, is_unchanged=True)
    body = _json_of(response)
    if response.is_success and (isinstance(body, dict) or not _is_json(response)):
        if _media_type(response) == "text/html":
            raise NotCastline(_not_castline(service))
        return Answer(response.text, body, response.headers)
    if _error_code(body) == _NO_ROUTE and request.path.startswith(_OPERATORS):
        raise NotFound(body["message"], code=_NO_ROUTE, status=response.status_code)
    raise _error_of(response, body, service)


def _error_of(response: httpx.Response, body: Any, service: Service) -> Exception:
    """Return the error for an unsuccessful response."""
    status, code = response.status_code, _error_code(body)
    if status in {401, 403}:
        return SignedOut(Sentence("{service} requires a sign-in", service=service.name))
    if status >= httpx.codes.INTERNAL_SERVER_ERROR and code != _STOPPED:
        sentence = (
            body["message"]
            if code
            else Sentence("the service at {service} failed ({status})", service=service.name, status=status)
        )
        request_id = response.headers.get("X-Request-ID")
        sentence = Sentence("{sentence} (request {id})", sentence=sentence, id=request_id) if request_id else sentence
        return OutOfOrder(sentence, status=status, code=code, request_id=request_id)
    if not code:
        if status == httpx.codes.NOT_FOUND or response.is_redirect or response.is_success:
            return NotCastline(_not_castline(service))
        return Refused(
            Sentence(
                "{service} answers {status} {reason}",
                service=service.name,
                status=status,
                reason=response.reason_phrase,
            ),
            status=status,
        )
    if code == _NO_ROUTE:
        return NotCastline(_not_castline(service))
    kind = NotFound if code.endswith("_NOT_FOUND") else _BY_CODE.get(code) or _BY_STATUS.get(status, Refused)
    return kind(body["message"], code=code, details=body.get("details"), status=status)


def _is_momentary(response: httpx.Response) -> bool:
    """Return whether a retry may succeed soon: the service fails momentarily, or API Gateway throttles."""
    if response.status_code == _TOO_MANY:
        return not _error_code(_json_of(response))
    return response.status_code in _OUT_OF_ORDER and _error_code(_json_of(response)) != _STOPPED


def _json_of(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _is_json(response: httpx.Response) -> bool:
    return _media_type(response) == "application/json"


def _media_type(response: httpx.Response) -> str:
    content_type: str = response.headers.get("Content-Type", "")
    return content_type.partition(";")[0].strip().lower()


def _error_code(body: Any) -> str:
    code = body.get("error") if isinstance(body, dict) else None
    return code if isinstance(code, str) and "message" in body else ""


def _not_castline(service: Service) -> str:
    return Sentence("what answers at {service} is not Castline's API; is the address right?", service=service.name)


def _nothing_answers(service: Service, error: httpx.TransportError) -> str:
    if isinstance(error, httpx.ConnectError):
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return Sentence("the certificate of {service} is not trusted on this machine", service=service.name)
        return Sentence("nothing answers at {service}; is it running, and the address right?", service=service.name)
    if isinstance(error, httpx.TimeoutException):
        return Sentence("{service} did not answer in time; try again later", service=service.name)
    return Sentence("the connection to {service} was lost repeatedly; try again later", service=service.name)
