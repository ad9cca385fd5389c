"""Quiet logs for tests whose failures the logs do not explain."""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from castline.observability import logger as functions_logger

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def quiet(*more: logging.Logger) -> Iterator[None]:
    """Let the functions and the given loggers log only critical messages while the context lasts."""
    with ExitStack() as levels:
        for logger in (logging.getLogger(functions_logger.name), *more):
            levels.callback(logger.setLevel, logger.level)
            logger.setLevel(logging.CRITICAL)
        yield
