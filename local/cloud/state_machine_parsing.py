"""Cache of parsed state machines: parsing takes longer than a small execution."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser


@contextmanager
def parsed_once() -> Iterator[None]:
    """Parse each definition once, and give every execution a copy, because a parsed definition counts retries."""
    parse = AmazonStateLanguageParser.parse
    # Two threads may parse the same definition at first; both results are valid.
    parsed: dict[str, Any] = {}

    def parse_once(definition: str) -> Any:
        if definition not in parsed:
            parsed[definition] = parse(definition)
        program, tree = parsed[definition]
        return copy.deepcopy(program), tree

    with patch.object(AmazonStateLanguageParser, "parse", parse_once):
        yield
