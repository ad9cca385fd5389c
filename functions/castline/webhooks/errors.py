"""Errors of webhooks: the reasons why a request is refused.

WebhookError
├── DeliveryNotFound
├── ForbiddenUrl
├── WebhookDisabled
├── WebhookHasNoUrl
├── WebhookLimitExceeded
├── WebhookNotFound
└── WebhookSecretMissing
"""

from __future__ import annotations

from enum import StrEnum


class UrlProblem(StrEnum):
    """Reason why a URL cannot be that of a webhook."""

    UNREADABLE = "unreadable"
    """It is no absolute URL with the name of a host."""
    TOO_LONG = "too_long"
    NOT_HTTPS = "not_https"
    CREDENTIALS = "credentials"
    """It has a user name or a password."""
    FRAGMENT = "fragment"
    PORT = "port"
    """Its port is that of another service than HTTP."""
    NOT_PUBLIC = "not_public"
    """Its host is an address or a name that is not public."""


class WebhookError(Exception):
    """The domain refuses, for a reason that its caller can act on."""


class DeliveryNotFound(WebhookError):
    """The webhook has no such delivery, or it has been removed by its age."""


class ForbiddenUrl(WebhookError):
    """Nothing may be sent to a URL.

    Attributes:
        problem: what is wrong with it.
    """

    def __init__(self, problem: UrlProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class WebhookDisabled(WebhookError):
    """Nothing is sent to a webhook while it is disabled."""


class WebhookHasNoUrl(WebhookError):
    """The webhook of the URLs of single jobs has no URL of its own, which could be changed or tested."""


class WebhookLimitExceeded(WebhookError):
    """The user has as many webhooks as a user may have."""

    def __init__(self, max_webhooks: int) -> None:
        super().__init__(f"more than {max_webhooks} webhooks")
        self.max_webhooks = max_webhooks


class WebhookNotFound(WebhookError):
    """The user has no such webhook: unknown, deleted and somebody else's are the same."""


class WebhookSecretMissing(WebhookError):
    """A job names a URL, and its user has no secret yet that deliveries to it could be signed with."""
