"""Console page of the local stack, served as by CloudFront: the files of ``web/dist``, and ``/config.json``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from infra import console_page

if TYPE_CHECKING:
    from pathlib import Path

    from werkzeug.wrappers import Request

    from infra.console_page import SignIn


class ConsolePage:
    """The console's page, at the root of a site."""

    def __init__(self, *, sign_in: SignIn | None = None, folder: Path = console_page.FOLDER) -> None:
        """Prepare the page.

        Args:
            sign_in: the sign-in settings; without them the page takes any user name.
            folder: the built page.
        """
        self._folder = folder
        self._configuration = console_page.configuration(environment="local", sign_in=sign_in)
        self._headers = console_page.security_headers(connect=[_origin(sign_in.issuer)] if sign_in else [])

    def answer(self, request: Request) -> Response | None:
        """Return the response to a GET or HEAD of a file of the page; None for any other request.

        Only listed files can be requested, by their listed names: no path leads out of the folder.
        """
        if request.method not in {"GET", "HEAD"}:
            return None
        path = request.path.removeprefix("/") or console_page.INDEX
        if path == console_page.CONFIGURATION:
            content = json.dumps(self._configuration).encode()
        elif (file := console_page.files(self._folder).get(path)) is not None:
            content = file.read_bytes()
        else:
            return None
        response = Response(content, content_type=console_page.content_type(path), headers=self._headers)
        response.headers["Cache-Control"] = console_page.cache_control(path)
        response.add_etag()
        response.make_conditional(request)
        del response.headers["Date"]  # the server gives one
        return response


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
