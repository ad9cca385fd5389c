"""Parts of a deployment for each speech provider: its options, its secret, and the permissions that it needs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from castline.settings import Settings
from castline.speech.providers.base import InvalidProviderOptions
from castline.speech.providers.registry import PROVIDERS, enable
from infra import functions
from infra.environments import Environment, SpeechProviderSettings
from infra.speech_providers import NEEDS
from tests.infra.examples import EVERYTHING
from tests.infra.test_functions import deployed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.infra.synthesis import Deployment


def polly_actions(deployment: Deployment, spec: functions.FunctionSpec) -> set[str]:
    """The permissions of the function at Polly."""
    role = deployed(deployment, spec)["Role"]["Fn::GetAtt"][0]
    policies = [
        policy["PolicyDocument"]["Statement"]
        for policy in deployment.service.properties_of("AWS::IAM::Policy")
        if {"Ref": role} in policy["Roles"]
    ]
    actions = {action for statements in policies for each in statements for action in listed(each["Action"])}
    return {action for action in actions if action.startswith("polly:")}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_every_provider_says_what_it_needs() -> None:
    assert NEEDS.keys() == PROVIDERS.keys() == {each.id for each in EVERYTHING.speech_providers}
    assert {name for name, needs in NEEDS.items() if needs.secret} == {
        name for name, provider in PROVIDERS.items() if provider.capabilities.needs_secret
    }


@pytest.mark.parametrize("spec", functions.ALL, ids=lambda spec: spec.name)
def test_every_function_can_enable_the_providers(everything: Deployment, spec: functions.FunctionSpec) -> None:
    variables = deployed(everything, spec)["Environment"]["Variables"]
    settings = Settings({name: everything.flat(value) for name, value in variables.items()})

    providers = enable(settings.speech_providers)

    assert list(providers) == ["polly", "azure", "openai"]
    assert {name: each.concurrency for name, each in providers.items()} == {"polly": 8, "azure": 8, "openai": 4}
    assert {name: each.requests_per_second for name, each in providers.items()} == {
        "polly": 20,
        "azure": 200,
        "openai": 500 / 60,
    }
    assert {name for name, each in providers.items() if each.secret_id} == {"azure", "openai"}


@pytest.mark.parametrize("spec", functions.ALL, ids=lambda spec: spec.name)
def test_every_function_knows_the_prices(everything: Deployment, spec: functions.FunctionSpec) -> None:
    variables = deployed(everything, spec)["Environment"]["Variables"]
    settings = Settings({name: everything.flat(value) for name, value in variables.items()})

    prices = {name: each.price_per_million for name, each in enable(settings.speech_providers).items()}

    assert prices == {"polly": Decimal(30), "azure": Decimal(16), "openai": Decimal("13.5")}
    assert settings.currency == "EUR"


def test_an_environment_whose_price_is_none_is_not_synthesized(tmp_path: Path) -> None:
    from tests.infra.synthesis import synthesize

    broken = Environment(name="broken", speech_providers=(SpeechProviderSettings("azure", price_per_million=-1),))

    with pytest.raises(InvalidProviderOptions, match="price_per_million of azure"):
        synthesize([broken], into=tmp_path)


def test_an_environment_whose_provider_cannot_use_its_options_is_not_synthesized(tmp_path: Path) -> None:
    from tests.infra.synthesis import synthesize

    broken = Environment(name="broken", speech_providers=(SpeechProviderSettings("openai"),))

    with pytest.raises(InvalidProviderOptions, match="model"):
        synthesize([broken], into=tmp_path)


def test_each_secret_is_told_to_the_operator(everything: Deployment, prod: Deployment) -> None:
    assert len(everything.data.of_type("AWS::SecretsManager::Secret")) == 2
    assert {"AzureSpeechSecretId", "OpenaiSpeechSecretId"} <= everything.data.body["Outputs"].keys()
    assert "OpenaiSpeechSecretId" not in prod.data.body["Outputs"]


@pytest.mark.parametrize("spec", functions.ALL, ids=lambda spec: spec.name)
def test_polly_may_be_called_by_who_calls_it_where_it_is_enabled(
    everything: Deployment, prod: Deployment, spec: functions.FunctionSpec
) -> None:
    expected = {
        functions.API: {"polly:DescribeVoices"},
        functions.PREVIEW: {"polly:DescribeVoices", "polly:SynthesizeSpeech"},
        functions.SYNTHESIZE: {"polly:SynthesizeSpeech"},
    }

    assert polly_actions(everything, spec) == expected.get(spec, set())
    assert polly_actions(prod, spec) == set()
