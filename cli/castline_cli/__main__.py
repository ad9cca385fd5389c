"""``python -m castline_cli``, and what the command ``castline`` starts."""

from __future__ import annotations

import signal
import sys

from castline_cli.app import main


def run() -> None:
    """Run the command line and leave the process."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # like Ctrl-C, it leaves no half of a file behind
    sys.exit(main())


if __name__ == "__main__":
    run()
