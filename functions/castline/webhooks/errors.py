"""Errors of webhooks.

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
    """Reason why a URL is not allowed for a webhook."""

    UNREADABLE = "unreadable"
    """It is not an absolute URL with a host name."""
    TOO_LONG = "too_long"
    NOT_HTTPS = "not_https"
    CREDENTIALS = "credentials"
    """It has a user name or a password."""
    FRAGMENT = "fragment"
    PORT = "port"
    """Its port is reserved for another service than HTTPS."""
    NOT_PUBLIC = "not_public"
    """Its host is an address or a name that is not public."""


class WebhookError(Exception):
    """Refusal of a request, for a reason that the caller can act on."""


class DeliveryNotFound(WebhookError):
    """The webhook has no such delivery, or the delivery has expired."""


class ForbiddenUrl(WebhookError):
    """A URL is not allowed for a webhook.

    Attributes:
        problem: the reason.
    """

    def __init__(self, problem: UrlProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class WebhookDisabled(WebhookError):
    """The webhook is disabled, so no events are sent to it."""


class WebhookHasNoUrl(WebhookError):
    """The webhook for the URLs of single jobs has no URL of its own that could be changed or tested."""


class WebhookLimitExceeded(WebhookError):
    """The user has the maximum number of webhooks."""

    def __init__(self, max_webhooks: int) -> None:
        super().__init__(f"more than {max_webhooks} webhooks")
        self.max_webhooks = max_webhooks


class WebhookNotFound(WebhookError):
    """The user has no such webhook. Unknown, deleted and other users' webhooks are not distinguished."""


class WebhookSecretMissing(WebhookError):
    """A job has a webhook URL, but its user has no secret to sign deliveries with."""
