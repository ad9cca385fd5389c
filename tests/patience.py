"""The longest time that tests wait for something that comes in a moment: a machine may be busy with other work."""

from typing import Final

PATIENCE_SECONDS: Final = 90.0
PATIENCE_MS: Final = 90_000
