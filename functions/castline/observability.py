"""How the functions tell their operators what they do.

Logs are JSON and carry ids, never dialogue text.
"""

from __future__ import annotations

from aws_lambda_powertools import Logger

logger = Logger(service="castline")
