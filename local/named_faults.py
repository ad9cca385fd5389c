"""Faults of a speech emulator that are identified by their names only."""

from __future__ import annotations

import re
import threading
from collections import Counter
from typing import TYPE_CHECKING, Final

from local.azure_speech.faults import MARKER

if TYPE_CHECKING:
    from collections.abc import Iterable

_ORDER: Final = re.compile(r"([a-z0-9-]+)(?: times=([1-9]\d*))?")


class NamedFaults:
    """The faults of one run, ordered as ``NAME [times=N]``. Thread-safe.

    An order for the run strikes any request, and a marker in a text strikes requests with exactly this text.
    """

    def __init__(self, names: Iterable[str], orders: Iterable[str]) -> None:
        """Plan the faults in ``orders``, each of which names one of ``names``.

        Raises:
            ValueError: there is no such fault.
        """
        self._names = tuple(names)
        self._orders = list(orders)
        for order in self._orders:
            self._parse(order)
        self._struck: Counter[str] = Counter()
        self._lock = threading.Lock()

    def for_text(self, text: str) -> str | None:
        """Return the fault for a request with ``text``, which includes markers; None if it succeeds.

        Raises:
            ValueError: a marker names no fault.
        """
        marker = MARKER.search(text)
        with self._lock:
            for order, key in [(marker[1], text)] if marker else [(each, each) for each in self._orders]:
                name, times = self._parse(order)
                if times is None or self._struck[key] < times:
                    self._struck[key] += 1
                    return name
        return None

    def _parse(self, order: str) -> tuple[str, int | None]:
        match = _ORDER.fullmatch(order)
        if match is None or match[1] not in self._names:
            raise ValueError(f"there is no fault {order!r}; there are {', '.join(self._names)}")
        return match[1], int(match[2]) if match[2] else None
