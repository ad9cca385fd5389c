"""``make preflight``: what it says of an account's quotas, on answers as AWS gives them."""

from __future__ import annotations

import io
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import typer
from botocore.stub import Stubber
from rich.console import Console

from benchmarks.demand import demands
from infra import quotas
from infra.environments import DEV, ENVIRONMENTS, PROD, Environment
from infra.preflight import CannotRead, Finding, compare, main, report
from infra.quota_needs import needs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from infra.quotas import ServiceQuota

REGION = "eu-west-1"


@dataclass
class Account:
    """An account as its answers show it. Its quotas are AWS's defaults but for those that are given."""

    applied: dict[ServiceQuota, int] = field(default_factory=dict)
    concurrency: int = quotas.LAMBDA_CONCURRENCY.default
    reserved: int = 0
    fixed: frozenset[ServiceQuota] = frozenset({quotas.API_BURST})

    def clients(self, context: ExitStack, environment: Environment = PROD) -> dict[str, Any]:
        """Return clients that give the account's answers, once, in the order in which they are asked for."""
        service_quotas, lambdas = stubbed(context, "service-quotas"), stubbed(context, "lambda")
        for quota in dict.fromkeys(need.quota for need in needs(environment)):
            key = {"ServiceCode": quota.service, "QuotaCode": quota.code}
            self._add(service_quotas, "get_aws_default_service_quota", quota, quota.default, key)
            if quota in self.applied:
                self._add(service_quotas, "get_service_quota", quota, self.applied[quota], key)
            else:
                service_quotas.add_client_error(
                    "get_service_quota", "NoSuchResourceException", http_status_code=400, expected_params=key
                )
        limit = {
            "ConcurrentExecutions": self.concurrency,
            "UnreservedConcurrentExecutions": self.concurrency - self.reserved,
        }
        lambdas.add_response("get_account_settings", {"AccountLimit": limit}, {})
        return {"service_quotas": service_quotas.client, "lambdas": lambdas.client}

    def _add(self, stub: Stubber, operation: str, quota: ServiceQuota, value: float, key: dict[str, str]) -> None:
        answer = {**key, "QuotaName": quota.name, "Value": float(value), "Adjustable": quota not in self.fixed}
        stub.add_response(operation, {"Quota": answer}, key)


def stubbed(context: ExitStack, service: str) -> Stubber:
    client: Any = boto3.client(
        service,  # type: ignore[call-overload]
        region_name=REGION,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    return context.enter_context(Stubber(client))


@pytest.fixture
def context() -> Iterator[ExitStack]:
    with ExitStack() as context:
        yield context


def told(findings: Sequence[Finding]) -> tuple[bool, str]:
    output = io.StringIO()
    is_enough = report(findings, Console(file=output, width=1000), region=REGION)
    return is_enough, output.getvalue()


def preflight_of(account: Account, context: ExitStack, environment: Environment = PROD) -> tuple[bool, str]:
    return told(compare([environment], **account.clients(context, environment)))


@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=ENVIRONMENTS.keys())
def test_a_settled_account_has_room_for_each_environment(context: ExitStack, environment: Environment) -> None:
    is_enough, text = preflight_of(Account(), context, environment)

    assert is_enough
    assert "✗" not in text
    assert text.endswith("All quotas suffice.\n")


@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=ENVIRONMENTS.keys())
def test_a_new_account_has_to_raise_lambdas_concurrency(context: ExitStack, environment: Environment) -> None:
    # Given an account to which Lambda grants 10, while Service Quotas knows the default only
    account = Account(concurrency=10)

    # When
    is_enough, text = preflight_of(account, context, environment)

    # Then
    assert not is_enough
    assert text.count("✗") == 1
    assert "✗ Concurrent executions (lambda L-B99A9384): 10, needed" in text
    assert f"{environment.synthesize_concurrency:,} for synthesize_concurrency" in text
    assert (
        "aws service-quotas request-service-quota-increase --region eu-west-1 --service-code lambda "
        "--quota-code L-B99A9384 --desired-value 1000\n"
    ) in text


def test_reserved_concurrency_of_others_is_missing(context: ExitStack) -> None:
    is_enough, text = preflight_of(Account(reserved=900), context)

    assert not is_enough
    assert "others in the account have reserved 900" in text


def test_a_lower_applied_quota_counts(context: ExitStack) -> None:
    # Given a new account, whose state transitions AWS has not raised yet
    account = Account(applied={quotas.STATE_TRANSITIONS: 10, quotas.TABLE_WRITES: 80_000})

    # When
    is_enough, text = preflight_of(account, context)

    # Then
    assert not is_enough
    assert text.count("✗") == 1
    assert "✗ StateTransition throttle token refill rate per second (states L-AD9B4E93): 10, needed" in text
    assert "--service-code states --quota-code L-AD9B4E93 --desired-value 800\n" in text
    assert "80,000, needed" in text


def test_more_than_the_default_is_asked_for_where_it_is_needed(context: ExitStack) -> None:
    environment = replace(PROD, synthesize_concurrency=1_000)

    _, text = preflight_of(Account(), context, environment)

    (need,) = (each for each in needs(environment) if each.quota is quotas.LAMBDA_CONCURRENCY)
    assert need.value > quotas.LAMBDA_CONCURRENCY.default
    assert f"--desired-value {need.value}\n" in text


def test_what_cannot_be_raised_is_told_with_the_setting_to_lower(context: ExitStack) -> None:
    environment = replace(PROD, burst_requests=2_000)

    is_enough, text = preflight_of(Account(concurrency=5_000), context, environment)

    assert not is_enough
    assert "ask AWS Support, or lower burst_requests in infra/environments.py" in text
    assert "L-CDF5615A --desired-value" not in text


def test_environments_of_one_account_need_their_quotas_together(context: ExitStack) -> None:
    (alone,) = (each.value for each in needs(DEV) if each.quota is quotas.API_RATE)

    findings = compare([DEV, PROD], **Account().clients(context))

    (api,) = (each for each in findings if each.quota is quotas.API_RATE)
    assert api.needed == alone + PROD.requests_per_second


def test_the_busiest_size_of_jobs_decides() -> None:
    by_quota = {each.quota: each for each in needs(PROD)}

    for job in demands():
        rate = job.jobs_per_second(PROD)
        assert by_quota[quotas.STATE_TRANSITIONS].value >= rate * job.transitions
        assert by_quota[quotas.TABLE_WRITES].value >= rate * job.write_units
        assert by_quota[quotas.EVENTS].value >= rate * job.events


def test_without_a_ceiling_of_characters_the_api_bounds_the_open_executions() -> None:
    open_executions = {
        limit: next(
            each.value
            for each in needs(replace(PROD, characters_per_day=limit))
            if each.quota is quotas.OPEN_EXECUTIONS
        )
        for limit in (1_000_000, None)
    }

    assert open_executions[1_000_000] < 10_000 < 1_000_000 < (open_executions[None] or 0)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AccessDeniedException", "may not call GetAWSDefaultServiceQuota. These permissions are needed: lambda:Get"),
        ("ExpiredTokenException", "AWS does not accept the credentials: ExpiredTokenException"),
        ("TooManyRequestsException", "The quotas cannot be read: An error occurred (TooManyRequestsException)"),
    ],
)
def test_a_refusal_is_explained(context: ExitStack, code: str, words: str) -> None:
    service_quotas = stubbed(context, "service-quotas")
    service_quotas.add_client_error("get_aws_default_service_quota", code)

    with pytest.raises(CannotRead) as caught:
        compare([PROD], service_quotas=service_quotas.client, lambdas=stubbed(context, "lambda").client)

    assert words in str(caught.value)


def test_lambda_may_refuse_as_well(context: ExitStack) -> None:
    clients = Account().clients(context)
    lambdas = stubbed(context, "lambda")
    lambdas.add_client_error("get_account_settings", "AccessDeniedException")

    with pytest.raises(CannotRead, match="may not call GetAccountSettings"):
        compare([PROD], service_quotas=clients["service_quotas"], lambdas=lambdas.client)


@pytest.mark.parametrize(("concurrency", "exit_code"), [(1_000, 0), (10, 1)])
def test_the_exit_code_says_whether_something_has_to_be_raised(
    context: ExitStack, monkeypatch: pytest.MonkeyPatch, concurrency: int, exit_code: int
) -> None:
    clients = Account(concurrency=concurrency).clients(context)
    by_service = {"service-quotas": clients["service_quotas"], "lambda": clients["lambdas"]}
    monkeypatch.setattr("infra.preflight.boto3.client", lambda service, **_: by_service[service])

    with pytest.raises(typer.Exit) as ended:
        main(["prod"], region=None)

    assert ended.value.exit_code == exit_code


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "No region is set"),
        ({"AWS_REGION": REGION}, "No AWS credentials were found"),
    ],
)
def test_the_command_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    variables: dict[str, str],
    words: str,
) -> None:
    alone = {"HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}
    for name, value in (alone | variables).items():
        monkeypatch.setenv(name, value)
    # Sessions keep the credentials that they have found once.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)

    with pytest.raises(typer.Exit) as ended:
        main(["dev"])

    assert ended.value.exit_code == 2
    assert words in capsys.readouterr().out


def test_an_unknown_environment_is_refused() -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "infra.preflight", "production"], capture_output=True, text=True, check=False
    )

    assert finished.returncode == 2
    assert "there is no environment production" in finished.stderr
