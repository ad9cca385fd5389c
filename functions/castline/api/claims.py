"""Claims of tokens that list several values, as API Gateway passes them on."""

from __future__ import annotations

import json
import re
from typing import Final

_SEPARATORS: Final = re.compile(r"[\s,]+")


def values_of(claim: object) -> frozenset[str]:
    """Return the values that a claim lists.

    API Gateway's JWT authorizer passes every claim on as text. An array becomes ``[first second]``: its values,
    without quotation marks, between spaces and in brackets. A claim that is text in the token stays as the issuer
    wrote it: values between spaces (as ``scope`` has them), between commas, or as a JSON array.

    A value must therefore not contain spaces or commas: it would be read as several values.
    """
    if isinstance(claim, list | tuple):
        return frozenset(str(value) for value in claim)
    text = claim.strip() if isinstance(claim, str) else ""
    if text.startswith("[") and text.endswith("]"):
        try:
            values = json.loads(text)
        except (RecursionError, ValueError):
            text = text[1:-1]
        else:
            return frozenset(value if isinstance(value, str) else json.dumps(value) for value in values)
    return frozenset(filter(None, _SEPARATORS.split(text)))
