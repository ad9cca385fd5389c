"""Each hook into moto or botocore mends a fault that a test shows without hooks, or has another reason."""

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]
NOT_MENDING = {
    "local/cloud/dynamodb_speed.py": "only faster",
    "local/cloud/interpreter_clients.py": "only faster",
    "local/cloud/right_of_way.py": "shares the interpreter between requests and work in the background",
    "local/cloud/state_machine_parsing.py": "only faster",
    "local/cloud/step_functions_quotas.py": "adds the quotas of an account, and counts calls and transitions",
    "local/cloud/user_agent.py": "only faster",
}
"""The hooks that mend nothing, and why they exist."""


def test_each_hook_mends_a_fault_that_a_test_shows() -> None:
    sources = {path: path.read_text("utf-8") for path in (REPOSITORY / "local" / "cloud").glob("*.py")}
    hooks = {
        str(path.relative_to(REPOSITORY))
        for path, text in sources.items()
        if re.search("from (moto|botocore)", text) and "from unittest.mock import" in text
    }
    shown = {
        hook
        for path in Path(__file__).parent.glob("test_unpatched_*.py")
        for hook in re.findall(r'@mends\("([^"]+)"\)', path.read_text("utf-8"))
    }

    assert hooks - shown == NOT_MENDING.keys()
