"""Lambda's Invoke API for the functions of this process; moto would start Docker."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote

from moto.awslambda.responses import LambdaResponse

from local.cloud.lambda_errors import FunctionNotFound, HostStopped, TooManyRequests
from local.cloud.lambdas import Lambdas

# moto reads the status from the header `status`.
_HttpResponse = tuple[str, dict[str, str]]


@contextmanager
def lambda_api(lambdas: Lambdas) -> Iterator[None]:
    """Let boto3's `invoke`, and with it the Step Functions interpreter, reach the functions of `lambdas`."""

    def invoke(request: Any) -> _HttpResponse:
        name = unquote(request.path.rsplit("/", 2)[-2])
        payload = _text(request.body) or "{}"
        try:
            if request.headers.get("X-Amz-Invocation-Type") == "Event":
                lambdas.run_async(name, payload)
                return "", {"status": "202"}
            response = lambdas.run(name, payload)
        except FunctionNotFound:
            return _error("404", "ResourceNotFoundException", f"Function not found: {name}")
        except TooManyRequests:
            return _error("429", "TooManyRequestsException", "Rate Exceeded.")
        except HostStopped:
            return _error("500", "ServiceException", "The local cloud has stopped.")
        headers = {"status": "200", "Content-Type": "application/json", "X-Amz-Executed-Version": "$LATEST"}
        if response.error_type:
            headers["X-Amz-Function-Error"] = "Unhandled"
        return response.payload, headers

    with patch.object(LambdaResponse, "invoke", invoke):
        yield


def _text(body: str | bytes) -> str:
    return body.decode() if isinstance(body, bytes) else body


def _error(status: str, code: str, message: str) -> _HttpResponse:
    headers = {"status": status, "Content-Type": "application/json", "X-Amzn-ErrorType": code}
    return json.dumps({"message": message}), headers
