"""The guide's request with a token."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.contract.run import stack_of_users_with_tokens
from tests.contract.tokens import Issuer
from tests.docs.pages import block_with, read
from tests.docs.shell import Shell

if TYPE_CHECKING:
    from pathlib import Path

EDITIONS = ["docs/guide.md", "docs/guide.zh-TW.md"]


def test_a_token_is_sent_as_shown(tmp_path: Path) -> None:
    issuer = Issuer()
    with stack_of_users_with_tokens(issuer, log_folder=tmp_path) as stack, Shell(tmp_path) as shell:
        for page in map(read, EDITIONS):
            shell.run(f"API={stack.url}/api/v1 TOKEN={issuer.token('anna')}")
            assert json.loads(shell.run(block_with(page, "Bearer")))["items"] == []

            shell.run("TOKEN=another")
            assert json.loads(shell.run(block_with(page, "Bearer")))["message"] == "Unauthorized"
