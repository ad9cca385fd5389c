"""Example environments for settings that no real environment has."""

from __future__ import annotations

from infra.environments import (
    ConsoleClient,
    CustomDomain,
    Environment,
    OperatorClaim,
    SpeechProviderSettings,
    TokenIssuer,
)

EVERYTHING = Environment(
    name="everything",
    architecture="arm64",
    snap_start=True,
    cors_origins=("https://studio.example.com",),
    token_issuer=TokenIssuer(
        issuer="https://login.example.com/",
        audience=("castline", "castline-batch"),
        console=ConsoleClient(
            client_id="castline-console",
            scopes=("openid", "email", "offline_access"),
            origins=("https://tokens.example.com",),
        ),
    ),
    operators=OperatorClaim(name="https://example.com/roles", value="castline-ops"),
    custom_domain=CustomDomain(
        name="tts.example.com",
        certificate_arn="arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-4000-8000-000000000000",
    ),
    console_domain=CustomDomain(
        name="studio.example.com",
        certificate_arn="arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-4000-8000-000000000001",
    ),
    alarm_email="operators@example.com",
    monthly_budget_usd=1_000,
    speech_providers=(
        SpeechProviderSettings("polly", options={"engine": "generative"}, requests_per_second=20),
        SpeechProviderSettings("azure"),
        SpeechProviderSettings(
            "openai", concurrency=4, options={"model": "tts-1", "voices": ["alloy"]}, price_per_million=13.5
        ),
    ),
    currency="EUR",
)
MACHINES = Environment(
    name="machines", token_issuer=TokenIssuer(issuer="https://login.example.com/", audience=("castline",))
)
"""An environment whose issuer lets no person sign in."""
ONE, TWO = Environment(name="one"), Environment(name="two")
"""Two environments that differ only in their names, with no optional settings."""
