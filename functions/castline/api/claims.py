"""Token claims with several values, in the form in which API Gateway passes them on."""

from __future__ import annotations

import json
import re
from typing import Final

_SEPARATORS: Final = re.compile(r"[\s,]+")


def values_of(claim: object) -> frozenset[str]:
    """Return the values that a claim lists.

    API Gateway's JWT authorizer passes every claim on as text. An array becomes ``[first second]``: its values in
    brackets, separated by spaces, without quotation marks. A claim that is text in the token stays as the issuer
    wrote it. Its values are separated by spaces (as in ``scope``) or by commas, or it is a JSON array.

    A value that contains spaces or commas is therefore read as several values.
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
