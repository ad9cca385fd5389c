"""Option that chooses the speech provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from castline_cli.completion import complete_provider
from castline_cli.errors import Misused
from castline_cli.strings import t

if TYPE_CHECKING:
    from castline_cli.api import Api

ProviderOption = Annotated[
    str | None,
    typer.Option(
        metavar="ID",
        help="The speech provider. [default: the service's first provider]",
        show_default=False,
        autocompletion=complete_provider,
    ),
]


def provider_id(api: Api, wanted: str | None) -> str:
    """Return the id of the requested provider, or of the service's first one if none is requested.

    Raises:
        Misused: the service does not have the requested provider.
    """
    ids: list[str] = [each["id"] for each in api.get("/providers").body["items"]]
    if wanted is None:
        return ids[0]
    if wanted not in ids:
        raise Misused(
            t(
                "the service has no provider {wanted}; it has {names} (see --provider)",
                wanted=wanted,
                names=", ".join(ids),
            )
        )
    return wanted
