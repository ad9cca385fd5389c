"""Errors of an invocation, as the caller sees them."""


class LambdaError(Exception):
    """An invocation did not return a result."""


class FunctionNotFound(LambdaError):
    """No function is registered under this name."""


class TooManyRequests(LambdaError):
    """The function's reserved concurrency is used up."""


class RequestTooLarge(LambdaError):
    """The event is larger than Lambda's limit."""


class HostStopped(LambdaError):
    """The local cloud stopped while the function ran."""


class FunctionError(LambdaError):
    """The handler raised, timed out or returned a result that Lambda cannot deliver.

    Attributes:
        error_type: The exception's class name, or Lambda's own, such as `Sandbox.Timedout`.
        error_message: The exception's text.
    """

    def __init__(self, error_type: str, error_message: str) -> None:
        super().__init__(f"{error_type}: {error_message}")
        self.error_type = error_type
        self.error_message = error_message
