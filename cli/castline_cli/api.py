"""The service's API as the commands call it: the Python client, with errors in the command line's words."""

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
    """A connection to one Castline, for a ``with``. All methods of the client raise the command line's errors."""

    def __init__(self, url: str, *, sign_in_advice: str = "", **options: Any) -> None:
        """Prepare the connection. Nothing is sent yet.

        Args:
            url: of the API, with ``/api/v1``.
            sign_in_advice: what to tell whoever is not let in.
            options: those of the client.
        """
        super().__init__(url, **options)
        self._sign_in_advice = sign_in_advice

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Answer:
        """Ask for what is at ``path``."""
        return self.request("GET", path, query=query)

    def get_file(self, path: str, query: Mapping[str, Any]) -> Answer:
        """Ask for JSON that is a file elsewhere when it is too large for an answer, and read it there."""
        return self.request_file(path, query)

    def post(self, path: str, body: Json) -> Answer:
        """Send ``body``, which creates nothing."""
        return self.request("POST", path, body=body)

    def create(self, path: str, body: Json | None = None, *, key: str | None = None) -> Answer:
        """Create what ``body`` describes: once, however often it takes to hear the answer.

        Args:
            path: where.
            body: what.
            key: the same key creates the same thing within a day; by default each call has its own.
        """
        return self.request("POST", path, body=body, headers={"Idempotency-Key": key or str(uuid.uuid4())})

    def put(self, path: str, body: Json, *, is_new: bool) -> Answer:
        """Put ``body`` where ``path`` says; with ``is_new`` only if there is nothing yet."""
        return self.request("PUT", path, body=body, headers={"If-None-Match": "*"} if is_new else {})

    def patch(self, path: str, body: Json) -> Answer:
        """Change what is at ``path`` as ``body`` says."""
        return self.request("PATCH", path, body=body)

    def delete(self, path: str) -> Answer:
        """Take back what is at ``path``."""
        return self.request("DELETE", path)

    def run(self, flow: Flow[T]) -> T:
        """Take the steps of an operation, and return its result.

        Raises:
            Unreachable: nothing answers, or what does stays out of order.
            Refused: the service refuses what is asked.
            NotFound: there is no such job, sound, set or webhook.
            SignedOut: it wants another token.
            FileProblem: a file changes while it is uploaded.
        """
        with self._explained():
            return super().run(flow)

    def iterate(self, flow: Flow[Any]) -> Iterator[Any]:
        """Take the steps of an operation, and yield its results.

        Raises: as ``run``.
        """
        with self._explained():
            yield from super().iterate(flow)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Raise the errors of the client as the command line's."""
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
