"""The environments, and everything in which they differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Architecture = Literal["arm64", "x86_64"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleClient:
    """What the console is to an issuer: a public client, of the authorization code flow with PKCE."""

    client_id: str
    scopes: tuple[str, ...] = ("openid", "email")
    """Many issuers give a refresh token, without which a session ends with its token, for ``offline_access`` only."""
    origins: tuple[str, ...] = ()
    """Where its endpoints are, such as ``https://api.example.com``, when that is not where the issuer is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenIssuer:
    """Who signs the users' tokens: any OpenID Connect provider."""

    issuer: str
    """The ``iss`` of its tokens, an HTTPS URL under which its keys are found."""
    audience: tuple[str, ...]
    """The ``aud`` or ``client_id`` of tokens that are meant for Castline."""
    console: ConsoleClient | None = None
    """None: nobody could sign in to the console, so there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomDomain:
    """Under which name something is reached, other than AWS's own."""

    name: str
    certificate_arn: str
    """For the API, in its region; for the console, in us-east-1, wherever everything else is."""


@dataclass(frozen=True, slots=True)
class SpeechProviderSettings:
    """How an environment uses a speech provider."""

    id: str
    """One of ``castline.speech.providers.registry``."""
    concurrency: int = 8
    """How many requests each synthesize task has in flight at it."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What else the provider has to be told, such as a model; its page in ``docs/providers`` names the options."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One deployment of Castline."""

    name: str
    architecture: Architecture = "x86_64"
    retain_data: bool = True
    """Whether table, bucket and secret stay when their stack is deleted, and cannot be deleted by mistake."""
    point_in_time_recovery: bool = True
    log_retention_days: int = 30

    max_active_jobs: int = 3
    """How many jobs of one user may be pending or processing."""
    synthesize_concurrency: int = 5
    """How many synthesize tasks run at once: with a provider's ``concurrency``, what its account has to bear."""
    speech_providers: tuple[SpeechProviderSettings, ...] = (SpeechProviderSettings("azure"),)
    """Which speech providers jobs may name. The first one is the default of lists of voices."""

    requests_per_second: int = 50
    burst_requests: int = 100
    cors_origins: tuple[str, ...] = ()
    """Whose pages may call the API and play the audio, such as ``https://studio.example.com``."""
    token_issuer: TokenIssuer | None = None
    """None: a Cognito user pool of the environment's own."""
    custom_domain: CustomDomain | None = None
    """The API's."""
    console_domain: CustomDomain | None = None
    """The console's."""

    snap_start: bool = False
    """Whether the API function starts from a snapshot: no import at a cold start, for a fee per GB and restore."""
    alarm_email: str | None = None
    alarms_without_email: bool = False
    """Whether ``prod`` may have no ``alarm_email``: alarms are heard by what subscribes to their topic by itself."""
    monthly_budget_usd: int | None = None
    """Of what AWS charges in the whole account; None for no budget. Azure sends its own bill."""

    @property
    def service_name(self) -> str:
        """What its log lines and metrics are told from those of other environments by."""
        return f"castline-{self.name}"


DEV = Environment(
    name="dev",
    retain_data=False,
    point_in_time_recovery=False,
    log_retention_days=7,
    synthesize_concurrency=2,
    requests_per_second=10,
    burst_requests=20,
    cors_origins=("http://localhost:5173",),
    monthly_budget_usd=20,
)
STAGING = Environment(name="staging", monthly_budget_usd=50)
PROD = Environment(
    name="prod",
    log_retention_days=90,
    synthesize_concurrency=20,
    requests_per_second=200,
    burst_requests=400,
    # Whoever deploys this replaces it by an alarm_email, or subscribes a pager to AlarmTopicArn.
    alarms_without_email=True,
    monthly_budget_usd=500,
)

ENVIRONMENTS = {environment.name: environment for environment in (DEV, STAGING, PROD)}
