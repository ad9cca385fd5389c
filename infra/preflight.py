"""Comparison of an account's quotas with what environments need: ``make preflight ENV=prod``.

It only reads. The exit status is 0 if all quotas suffice, 1 if one has to be raised before a deployment of that size,
and 2 if they cannot be read. ``make`` exits with 2 in both cases of failure.
"""

from __future__ import annotations

import math
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError
from rich.console import Console

from infra.environments import ENVIRONMENTS
from infra.quota_needs import needs
from infra.quotas import LAMBDA_CONCURRENCY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from infra.environments import Environment
    from infra.quota_needs import Need
    from infra.quotas import ServiceQuota

PERMISSIONS = (
    "lambda:GetAccountSettings",
    "servicequotas:GetAWSDefaultServiceQuota",
    "servicequotas:GetServiceQuota",
)
"""The permissions that the comparison needs."""
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
_UNKNOWN_CALLER = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}


class CannotRead(Exception):
    """The quotas of the account cannot be read. The message says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedQuota:
    """A quota as it applies to the account in the region."""

    value: int
    default: int
    """AWS's default in the region."""
    is_adjustable: bool
    taken: int = 0
    """The part that other workloads in the account have reserved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A quota and the needs for it."""

    quota: ServiceQuota
    applied: AppliedQuota
    needs: tuple[tuple[Environment, Need], ...]

    @property
    def needed(self) -> int:
        """The value that suffices."""
        return sum(need.value for _, need in self.needs) + self.applied.taken

    @property
    def is_enough(self) -> bool:
        """Whether the quota suffices."""
        return self.needed <= self.applied.value

    @property
    def raise_to(self) -> int:
        """The value to request: the needed one, but at least AWS's default."""
        return max(self.needed, self.applied.default)

    @property
    def reasons(self) -> list[str]:
        """The reasons for the needed value."""
        reasons = [f"{environment.name} needs {need.value:,}: {need.reason}" for environment, need in self.needs]
        return (
            [*reasons, f"others in the account have reserved {self.applied.taken:,}"]
            if self.applied.taken
            else reasons
        )


def compare(environments: Sequence[Environment], *, service_quotas: Any, lambdas: Any) -> list[Finding]:
    """Read the account's quotas and compare them with what ``environments`` need together.

    Args:
        environments: the environments that are to share the account and the region.
        service_quotas: a client of Service Quotas.
        lambdas: a client of Lambda.

    Raises:
        CannotRead: the quotas cannot be read.
    """
    by_quota: dict[ServiceQuota, list[tuple[Environment, Need]]] = {}
    for environment in environments:
        for need in needs(environment):
            by_quota.setdefault(need.quota, []).append((environment, need))
    with _explained():
        applied = {quota: _read(quota, service_quotas) for quota in by_quota}
        applied[LAMBDA_CONCURRENCY] = _read_concurrency(applied[LAMBDA_CONCURRENCY], lambdas)
    return [
        Finding(quota=quota, applied=applied[quota], needs=tuple(their_needs))
        for quota, their_needs in by_quota.items()
    ]


def _read(quota: ServiceQuota, client: Any) -> AppliedQuota:
    key = {"ServiceCode": quota.service, "QuotaCode": quota.code}
    default = client.get_aws_default_service_quota(**key)["Quota"]
    try:
        applied = client.get_service_quota(**key)["Quota"]
    except client.exceptions.NoSuchResourceException:
        # The account has no value of its own, so the default applies.
        applied = default
    return AppliedQuota(
        value=math.floor(applied["Value"]), default=math.floor(default["Value"]), is_adjustable=applied["Adjustable"]
    )


def _read_concurrency(quota: AppliedQuota, client: Any) -> AppliedQuota:
    """Return the quota with the lower of the values of Lambda and Service Quotas, and with the reserved part."""
    limit = client.get_account_settings()["AccountLimit"]
    value = min(quota.value, limit["ConcurrentExecutions"])
    taken = limit["ConcurrentExecutions"] - limit["UnreservedConcurrentExecutions"]
    return AppliedQuota(value=value, default=quota.default, is_adjustable=quota.is_adjustable, taken=taken)


@contextmanager
def _explained() -> Iterator[None]:
    """Translate AWS errors while the context lasts.

    Raises:
        CannotRead: the quotas cannot be read.
    """
    try:
        yield
    except NoRegionError:
        raise CannotRead("No region is set. Set it, for example: export AWS_REGION=eu-west-1") from None
    except NoCredentialsError:
        raise CannotRead("No AWS credentials were found. Check them with `aws sts get-caller-identity`.") from None
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _DENIED:
            raise CannotRead(
                f"The AWS credentials may not call {error.operation_name}. "
                f"These permissions are needed: {', '.join(PERMISSIONS)}."
            ) from None
        if code in _UNKNOWN_CALLER:
            raise CannotRead(f"AWS does not accept the credentials: {code}. They may have expired.") from None
        raise CannotRead(f"The quotas cannot be read: {error}") from None
    except BotoCoreError as error:
        raise CannotRead(f"The quotas cannot be read: {error}") from None


def report(findings: Sequence[Finding], console: Console, *, region: str) -> bool:
    """Print findings in plain English; return whether all quotas suffice."""
    short = [each for each in findings if not each.is_enough]
    for each in findings:
        sign = "[green]✓[/]" if each.is_enough else "[red]✗[/]"
        console.print(f"{sign} {each.quota}: {each.applied.value:,}, needed {each.needed:,}")
    console.print()
    if not short:
        console.print("All quotas suffice.")
        return True
    console.print("Before a deployment of this size:")
    for each in short:
        console.print(f"\n[bold]{each.quota}[/] is {each.applied.value:,}, and {each.needed:,} are needed.")
        for reason in each.reasons:
            console.print(f"  {reason}.")
        console.print(f"  Beyond it, {each.quota.beyond}.")
        if each.applied.is_adjustable:
            console.print(f"  Raise it to {each.raise_to:,}:")
            console.print(
                f"    aws service-quotas request-service-quota-increase --region {region} --service-code "
                f"{each.quota.service} --quota-code {each.quota.code} --desired-value {each.raise_to}"
            )
        else:
            setting = f", or lower {each.quota.setting} in infra/environments.py" if each.quota.setting else ""
            console.print(f"  It cannot be raised by a quota request: ask AWS Support{setting}.")
    return False


def main(
    names: Annotated[list[str], typer.Argument(metavar="ENV...", help="Environments that share the account.")],
    region: Annotated[str | None, typer.Option(help="AWS region; by default that of the AWS configuration.")] = None,
) -> None:
    """Say which of the account's quotas to raise before environments are deployed."""
    console = Console(highlight=False, soft_wrap=True)
    unknown = [name for name in names if name not in ENVIRONMENTS]
    if unknown:
        raise typer.BadParameter(f"there is no environment {unknown[0]}: {', '.join(ENVIRONMENTS)}")
    try:
        with _explained():
            service_quotas, lambdas = (
                # Unlike the AWS CLI and CDK, boto3 does not read AWS_REGION.
                boto3.client(name, region_name=region or os.environ.get("AWS_REGION"))
                for name in ("service-quotas", "lambda")
            )
        findings = compare([ENVIRONMENTS[name] for name in names], service_quotas=service_quotas, lambdas=lambdas)
    except CannotRead as error:
        console.print(f"[red]✗[/] {error}")
        raise typer.Exit(2) from None
    is_enough = report(findings, console, region=lambdas.meta.region_name)
    raise typer.Exit(0 if is_enough else 1)


if __name__ == "__main__":
    typer.run(main)
