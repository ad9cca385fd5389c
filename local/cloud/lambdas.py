"""Interface of Lambda hosts for code that invokes functions."""

import json
import threading
from abc import ABC, abstractmethod
from typing import Any

from local.cloud.lambda_errors import FunctionError, HostStopped, RequestTooLarge, TooManyRequests
from local.cloud.lambda_runtime import Response

_EVENT_LIMIT_BYTES = 6_291_456
"""The limit of an event as JSON in UTF-8. As on Lambda, it is 100 bytes less than the limit of a response."""


class Lambdas(ABC):
    """Lambda functions that can be invoked by name or ARN."""

    @abstractmethod
    def name_of(self, reference: str) -> str:
        """Return the name of a function, given its name or ARN.

        Raises:
            FunctionNotFound: There is no such function.
        """

    @abstractmethod
    def run(self, name: str, payload: str) -> Response:
        """Invoke a function by name or ARN with a JSON payload, and wait for its response.

        Raises:
            TooManyRequests: The function's reserved concurrency is used up.
            FunctionNotFound: There is no such function.
            HostStopped: The local cloud stopped meanwhile.
        """

    def invoke(self, name: str, event: Any) -> Any:
        """Invoke a function by name or ARN. Event and result are passed through JSON.

        Raises:
            FunctionError: The handler raised, timed out or returned a result that cannot be delivered.
            TooManyRequests: The function's reserved concurrency is used up.
            FunctionNotFound: There is no such function.
            HostStopped: The local cloud stopped meanwhile.
            RequestTooLarge: The event is larger than Lambda's limit.
        """
        payload = json.dumps(event)
        # The payload is escaped, so it is never shorter than the same JSON in UTF-8.
        if len(payload) > _EVENT_LIMIT_BYTES:
            size_bytes = len(json.dumps(event, ensure_ascii=False).encode("utf-8", "surrogatepass"))
            if size_bytes > _EVENT_LIMIT_BYTES:
                raise RequestTooLarge(f"Request must be smaller than {_EVENT_LIMIT_BYTES} bytes")
        response = self.run(name, payload)
        result = json.loads(response.payload)
        if response.error_type is not None:
            raise FunctionError(response.error_type, result["errorMessage"])
        return result

    def run_async(self, name: str, payload: str) -> None:
        """Invoke a function and return at once. Unlike on AWS, a failure is not retried.

        Raises:
            FunctionNotFound: There is no such function.
        """

        def run() -> None:
            try:
                self.run(name, payload)
            except (TooManyRequests, HostStopped):
                return

        threading.Thread(target=run, name=f"lambda-event-{self.name_of(name)}", daemon=True).start()
