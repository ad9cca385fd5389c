"""Entry point of ``python -m castline_cli`` and of the command ``castline``."""

from __future__ import annotations

import signal
import sys

from castline_cli.app import main


def run() -> None:
    """Run the command line and exit the process."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # like Ctrl-C, SIGTERM leaves no partial file behind
    sys.exit(main())


if __name__ == "__main__":
    run()
