"""Command of the server: ``python -m local.emulated.server``; it prints its port as soon as it listens.

It listens on 127.0.0.1 only. The environment configures it, see ``local.emulated.cloud``.
"""

from __future__ import annotations

import asyncio
import os
import socket
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


def _behind_tls(application: Application) -> Application:
    """Return the application as it is behind a proxy that terminates TLS.

    The policies of buckets, and distributions, refuse requests without TLS.
    """

    async def application_by_https(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await application({**scope, "scheme": "https"} if scope["type"] == "http" else scope, receive, send)

    return application_by_https


def main() -> None:
    """Serve until the process is ended."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    # A host name, because with an IP address the S3 client of the CDK CLI would use another signature.
    url = f"http://localhost:{port}"
    # ministack reads the first two when it is imported, and passes the second one to the functions.
    os.environ |= {"GATEWAY_PORT": str(port), "AWS_ENDPOINT_URL": url, "DOWNLOAD_ENDPOINT_URL": url}

    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack.app import app

    from local.emulated.server.cloudformation import add_resource_types
    from local.emulated.server.corrections import correct
    from local.emulated.server.functions import run_functions_as_published

    correct()
    add_resource_types()
    run_functions_as_published()
    config = Config()
    config.bind = [f"fd://{listening.detach()}"]
    config.keep_alive_timeout = 75
    print(port, flush=True)
    asyncio.run(serve(_behind_tls(app), config))  # type: ignore[arg-type]  # hypercorn's own types are closed


if __name__ == "__main__":
    main()
