"""Client of the API for the commands: the Python client, with the command line's errors and messages."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import castline_client
from castline_cli import shown
from castline_cli.addresses import LOCAL
from castline_cli.errors import FileProblem, NotFound, Refused, SignedOut, Unreachable
from castline_cli.strings import t, told, translated
from castline_client import Castline
from castline_client.addresses import without_prefix

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from castline_client.steps import Flow

__all__ = ["Answer", "Api", "Json"]

Json = dict[str, Any]
Answer = castline_client.Answer[Any]
T = TypeVar("T")


class Api(Castline):
    """Connection to one Castline, for use in a ``with``. All methods raise the command line's errors."""

    def __init__(self, url: str, *, sign_in_advice: str = "", **options: Any) -> None:
        """Prepare the connection without sending anything.

        Args:
            url: the URL of the API, with ``/api/v1``.
            sign_in_advice: the message for a user whose requests are not authenticated.
            options: the options of the client.
        """
        super().__init__(url, **options)
        self._sign_in_advice = sign_in_advice

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Answer:
        """Send a GET request to ``path``."""
        return self.request("GET", path, query=query)

    def get_file(self, path: str, query: Mapping[str, Any]) -> Answer:
        """Get JSON from ``path``, following the redirect to a file if the JSON is too large for a response."""
        return self.request_file(path, query)

    def post(self, path: str, body: Json) -> Answer:
        """Send a POST request that creates nothing, so that it needs no idempotency key."""
        return self.request("POST", path, body=body)

    def create(self, path: str, body: Json | None = None, *, key: str | None = None) -> Answer:
        """Send a POST request that creates something. Retries do not create it twice.

        Args:
            path: the path of the request.
            body: the JSON body.
            key: the idempotency key; by default, every call has a new one.
        """
        return self.request("POST", path, body=body, headers={"Idempotency-Key": key or str(uuid.uuid4())})

    def put(self, path: str, body: Json, *, is_new: bool) -> Answer:
        """Send a PUT request to ``path``; with ``is_new``, it fails if the resource already exists."""
        return self.request("PUT", path, body=body, headers={"If-None-Match": "*"} if is_new else {})

    def patch(self, path: str, body: Json) -> Answer:
        """Send a PATCH request to ``path``."""
        return self.request("PATCH", path, body=body)

    def delete(self, path: str) -> Answer:
        """Send a DELETE request to ``path``."""
        return self.request("DELETE", path)

    def run(self, flow: Flow[T]) -> T:
        """Run the steps of an operation, and return its result.

        Raises:
            Unreachable: nothing answers, or the service fails even after retries.
            Refused: the service refuses the request.
            NotFound: the job, sound, set or webhook does not exist.
            SignedOut: the token is missing or not accepted.
            FileProblem: a file changed during its upload.
        """
        with self._explained():
            return super().run(flow)

    def iterate(self, flow: Flow[Any]) -> Iterator[Any]:
        """Run the steps of an operation, and yield its results.

        Raises: the errors of ``run``.
        """
        with self._explained():
            yield from super().iterate(flow)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Convert errors of the client to those of the command line."""
        try:
            yield
        except castline_client.SignedOut as error:
            raise SignedOut(self._sign_in_advice or told(error)) from error
        except castline_client.NotFound as error:
            raise NotFound(translated(error.message), code=error.code) from error
        except castline_client.Refused as error:
            raise Refused(translated(error.message), code=error.code, details=error.details) from error
        except castline_client.SoundUnusable as error:
            raise Refused(f"{shown.line(error.sound['name'])}: {told(error)}", code=error.code) from error
        except castline_client.NothingAnswers as error:
            advice = t(
                "nothing answers at {local}; start it with `make dev`, or name another with --api", local=LOCAL
            )
            is_local = without_prefix(self.url) == LOCAL and str(error).startswith("nothing answers")
            raise Unreachable(advice if is_local else told(error)) from error
        except castline_client.Unreachable as error:
            raise Unreachable(told(error)) from error
        except castline_client.FileChanged as error:
            raise FileProblem(told(error)) from error
