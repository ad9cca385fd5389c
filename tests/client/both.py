"""Both clients behind one door: each test is run with the one that blocks and with the one that is awaited."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

from castline_client import AsyncCastline, Castline

if TYPE_CHECKING:
    from collections.abc import Callable


class Blocking:
    """Calls of ``Castline``."""

    def __init__(self, url: str, **options: Any) -> None:
        self._url = url
        self._options = options

    def call(self, use: Callable[[Any], Any]) -> Any:
        """Return what a method gives; of an iterator, all items."""
        with Castline(self._url, **self._options) as castline:
            result = use(castline)
            return list(result) if inspect.isgenerator(result) else result


class Awaited(Blocking):
    """Calls of ``AsyncCastline``, each in a loop of its own."""

    def call(self, use: Callable[[Any], Any]) -> Any:
        return asyncio.run(self._call(use))

    async def _call(self, use: Callable[[Any], Any]) -> Any:
        async with AsyncCastline(self._url, **self._options) as castline:
            result = use(castline)
            return [item async for item in result] if inspect.isasyncgen(result) else await result
