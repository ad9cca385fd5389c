"""``python -m castline_cli``, and what the command ``castline`` starts."""

from __future__ import annotations

import signal
import sys


def run() -> None:
    """Run the command line and leave the process."""
    try:
        from castline_cli.app import main
    except ModuleNotFoundError as error:
        # Castline can be installed for its functions alone.
        sys.exit(f"castline: {error.name} is not installed; install castline[cli]")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # like Ctrl-C, it leaves no half of a file behind
    sys.exit(main())


if __name__ == "__main__":
    run()
