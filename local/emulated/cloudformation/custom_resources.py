"""Custom resources: CloudFormation calls a function of the stack, which answers at a URL."""

from __future__ import annotations

import json
import threading
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import boto3
from werkzeug.wrappers import Request, Response

from local.emulated.cloudformation.resource_type import Made, Properties, ResourceType
from local.emulated.http_server import ADDRESS, serving

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

_PATIENCE_SECONDS: Final = 60.0
_OWN: Final = {"ServiceToken", "ServiceTimeout"}


class CustomResourceFailed(Exception):
    """The function reports a failure, or does not answer. The message is the reason."""


class _Mailbox:
    """A WSGI application that takes one PUT: the function's answer."""

    def __init__(self) -> None:
        self.answer: dict[str, Any] = {}
        self.has_come = threading.Event()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.answer = json.loads(Request(environ).get_data())
        self.has_come.set()
        return Response()(environ, start_response)


def _ask(request_type: str, name: str, properties: Properties) -> str:
    """Ask the function to create, update or delete, and return the id of the resource.

    Raises:
        CustomResourceFailed: the function has failed.
    """
    mailbox = _Mailbox()
    client: Any = boto3.client("lambda")
    with serving(mailbox, name="custom-resource") as port:
        event = {
            "RequestType": request_type,
            "ResponseURL": f"http://{ADDRESS}:{port}/",
            "StackId": "emulated",
            "RequestId": str(uuid.uuid4()),
            "LogicalResourceId": name,
            "ResourceProperties": {key: value for key, value in properties.items() if key not in _OWN},
        }
        client.invoke(FunctionName=properties["ServiceToken"], Payload=json.dumps(event).encode())
        if not mailbox.has_come.wait(_PATIENCE_SECONDS):
            raise CustomResourceFailed("the function has not answered")
    if mailbox.answer["Status"] != "SUCCESS":
        raise CustomResourceFailed(mailbox.answer["Reason"])
    return str(mailbox.answer["PhysicalResourceId"])


def _made(name: str, properties: Properties) -> Made:
    id = _ask("Create", name, properties)  # noqa: A001 (the service's name)
    return Made(id=id, delete=partial(_ask, "Delete", name, properties))


TYPES = (ResourceType("Custom::ConsolePage", _made),)
