"""``python -m tests.contract``: compare the service with its document by thousands of requests."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from tests.contract.run import run, stack_of_users_with_tokens
from tests.contract.tokens import Issuer


def main(
    examples: Annotated[int, typer.Option(min=1, help="How many examples an operation gets in a phase.")] = 500,
    seed: Annotated[int, typer.Option(help="Another seed makes other requests.")] = 1,
) -> None:
    """Make requests from docs/openapi.json, with every check of schemathesis; exit with 1 if one fails."""
    issuer = Issuer()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with stack_of_users_with_tokens(issuer, log_folder=folder) as stack:
            outcome = run(stack, issuer, examples=examples, seed=seed, folder=folder, shown=True)
    print(f"{outcome.cases} cases, {'all checks passed' if outcome.passed else 'some checks failed'}")  # noqa: T201
    raise typer.Exit(0 if outcome.passed else 1)


if __name__ == "__main__":
    typer.run(main)
