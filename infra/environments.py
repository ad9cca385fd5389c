"""Environments, and all their differences."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Architecture = Literal["arm64", "x86_64"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleClient:
    """The console's client at an issuer: a public client of the authorization code flow with PKCE."""

    client_id: str
    scopes: tuple[str, ...] = ("openid", "email")
    """The requested scopes. Many issuers return a refresh token, which makes sessions longer, only for the scope
    ``offline_access``."""
    origins: tuple[str, ...] = ()
    """The origins of the endpoints, such as ``https://api.example.com``, if they differ from the issuer's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenIssuer:
    """An issuer of the users' tokens: any OpenID Connect provider."""

    issuer: str
    """The ``iss`` of its tokens: an HTTPS URL, below which the issuer publishes its keys."""
    audience: tuple[str, ...]
    """The ``aud`` or ``client_id`` of tokens that are meant for Castline."""
    console: ConsoleClient | None = None
    """The console's client. Without one, no console is deployed, because users could not sign in to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorClaim:
    """A claim that makes a token's user an operator. Users must not be able to set it themselves.

    The claim is a string or an array of strings. API Gateway joins the values of an array with spaces, so a value
    with spaces or commas is read as several values: a group with a name like ``not operators`` would make its users
    operators. Nested claims are not read; most issuers can map them to top-level claims.
    """

    name: str = "cognito:groups"
    """The name of the claim; Cognito lists the groups of a user in this one."""
    value: str = "operators"
    """The value that operators have, alone or among others."""

    def __post_init__(self) -> None:
        """Check the claim.

        Raises:
            ValueError: the name is empty, or the value has characters that separate values.
        """
        if not self.name or not re.fullmatch(r"[^\s,\[\]\"]+", self.value):
            raise ValueError(f"{self.name}={self.value!r} cannot name operators: it would not be found among others")


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomDomain:
    """A custom domain name."""

    name: str
    certificate_arn: str
    """A certificate in the API's region; for the console, always in us-east-1."""


@dataclass(frozen=True, slots=True)
class SpeechProviderSettings:
    """An environment's settings of a speech provider."""

    id: str
    """An id of ``castline.speech.providers.registry``."""
    concurrency: int = 8
    """The maximum number of requests that each synthesize task has in flight."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Options of the provider, such as a model; its page in ``docs/providers`` lists them."""
    price_per_million: float | None = None
    """The price of 1,000,000 billed characters, in the environment's currency; None for the list price in US dollars.
    Estimates and usage are computed with it; it does not change the provider's bill."""
    requests_per_second: float | None = None
    """The quota of each of the provider's resources; None for the quota that the provider documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """A deployment of Castline."""

    name: str
    architecture: Architecture = "x86_64"
    retain_data: bool = True
    """Whether table, bucket and secrets are protected from deletion, and kept when their stack is deleted."""
    point_in_time_recovery: bool = True
    log_retention_days: int = 30

    max_active_jobs: int = 3
    """The maximum number of pending and processing jobs of a user."""
    user_characters_per_day: int | None = 1_000_000
    """The maximum number of characters that a user's jobs may bill per day, in UTC; None for no limit."""
    user_characters_per_month: int | None = 10_000_000
    """The maximum number of characters that a user's jobs may bill per month, in UTC; None for no limit."""
    characters_per_day: int | None = 5_000_000
    """The maximum number of characters that the jobs of all users may bill per day, in UTC; None for no limit."""
    synthesize_concurrency: int = 5
    """The maximum number of synthesize tasks at once. A provider gets at most this number times its ``concurrency``
    requests at once."""
    webhook_concurrency: int = 10
    """The maximum number of attempts to deliver webhooks at once: 2 to 1,000."""
    speech_providers: tuple[SpeechProviderSettings, ...] = (SpeechProviderSettings("azure"),)
    """The speech providers that jobs may name. The first one is the default of voice lists."""
    currency: str = "USD"
    """The currency of the providers' prices, by its ISO 4217 code."""

    requests_per_second: int = 50
    burst_requests: int = 100
    cors_origins: tuple[str, ...] = ()
    """The origins whose pages may call the API and play the audio, such as ``https://studio.example.com``."""
    token_issuer: TokenIssuer | None = None
    """The issuer of the users' tokens; None for a Cognito user pool of the environment's own."""
    operators: OperatorClaim = OperatorClaim()
    """The claim that opens the routes of operators. The user pool has a group named like its value."""
    custom_domain: CustomDomain | None = None
    """The API's domain."""
    console_domain: CustomDomain | None = None
    """The console's domain."""

    snap_start: bool = True
    """Whether the API function starts from a snapshot. A snapshot saves the imports at a cold start, and costs 4 USD
    a month and a fee for each start (``docs/operations.md``)."""
    alarm_email: str | None = None
    alarms_without_email: bool = False
    """Whether ``prod`` may have no ``alarm_email``, because other subscribers of the topic receive the alarms."""
    monthly_budget_usd: int | None = None
    """The budget for AWS charges of the whole account; None for no budget. Azure bills separately."""

    @property
    def service_name(self) -> str:
        """The dimension that identifies the environment's log lines and metrics."""
        return f"castline-{self.name}"

    @property
    def quota_settings(self) -> dict[str, str]:
        """The functions' environment variables for the character quotas. A quota of None has no variable."""
        limits = {
            "USER_CHARACTERS_PER_DAY": self.user_characters_per_day,
            "USER_CHARACTERS_PER_MONTH": self.user_characters_per_month,
            "DEPLOYMENT_CHARACTERS_PER_DAY": self.characters_per_day,
        }
        return {name: str(limit) for name, limit in limits.items() if limit is not None}


DEV = Environment(
    name="dev",
    retain_data=False,
    point_in_time_recovery=False,
    log_retention_days=7,
    characters_per_day=2_000_000,
    synthesize_concurrency=2,
    requests_per_second=10,
    burst_requests=20,
    cors_origins=("http://localhost:5173",),
    snap_start=False,
    monthly_budget_usd=20,
)
STAGING = Environment(name="staging", monthly_budget_usd=50)
PROD = Environment(
    name="prod",
    log_retention_days=90,
    characters_per_day=20_000_000,
    synthesize_concurrency=20,
    webhook_concurrency=50,
    requests_per_second=200,
    burst_requests=400,
    # Before you deploy prod, set alarm_email instead, or subscribe a pager to AlarmTopicArn.
    alarms_without_email=True,
    monthly_budget_usd=500,
)

ENVIRONMENTS = {environment.name: environment for environment in (DEV, STAGING, PROD)}
