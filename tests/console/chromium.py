"""The browser: Debian's chromium without windows, which is installed when it is missing and that is allowed.

``make test`` installs it before the tests begin, by ``python -m tests.console.chromium``: they run side by side and
have little time each, and apt-get serves one at a time and takes a while.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

_PACKAGE = "chromium-headless-shell"
"""The package, and its command. It takes about a third less CPU time than ``chromium``, which is the fallback."""
_MISSING = f"the tests of the console need a browser: sudo apt-get install {_PACKAGE}"
_OPTIONS = (
    "--no-sandbox",  # for root, as in a container; nothing but the stack's own page is shown
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--mute-audio",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
)


class NoBrowser(Exception):
    """There is no chromium, and none can be installed. The message says what to do."""


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Chromium without a window while the context lasts.

    Raises:
        NoBrowser: there is none.
    """
    executable = _executable()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(_OPTIONS))
        try:
            yield browser
        finally:
            browser.close()


def _executable() -> Path:
    found = _find()
    if found is None:
        _install()
        found = _find()
    if found is None:
        raise NoBrowser(_MISSING)
    return found


def _find() -> Path | None:
    found = shutil.which(_PACKAGE) or shutil.which("chromium")
    return Path(found) if found else None


def _install() -> None:
    """Install the browser with apt-get, as root, if both are available."""
    apt_get = shutil.which("apt-get")
    if apt_get is None or os.geteuid() != 0:
        raise NoBrowser(_MISSING)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", _PACKAGE]):
        finished = subprocess.run(  # noqa: S603 (our own arguments)
            [apt_get, *arguments], check=False, capture_output=True, text=True, env=environment
        )
        if finished.returncode != 0:
            last = (finished.stderr or finished.stdout).strip().splitlines()[-1:]
            raise NoBrowser(f"{_MISSING} ({' '.join(last)})")


def main() -> None:
    """Install the browser if it is missing; if that fails, print that the tests that need it will fail."""
    if _find() is None:
        print("installing Debian's chromium, in which the console is tested", flush=True)  # noqa: T201 (a command)
        try:
            _install()
        except NoBrowser as error:
            print(error)  # noqa: T201


if __name__ == "__main__":
    main()
