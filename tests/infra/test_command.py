"""The CDK command makes the same templates as the tests."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from layers.build import interpreter_of

if TYPE_CHECKING:
    from tests.infra.synthesis import Synthesis

ROOT = Path(__file__).parent.parent.parent
WITH_NODE = ROOT / "scripts" / "with-node"

# Where the code and the layers are kept, and the names of functions' versions, follow from what is in them: the tests
# deploy folders that hold nothing.
ASSET = re.compile(r"[0-9a-f]{64}|(?<=CurrentVersion[0-9A-F]{8})[0-9a-f]{32}")


def without_assets(text: str) -> str:
    return ASSET.sub("ASSET", text)


@pytest.mark.timeout(900)
def test_the_command_synthesizes_one_environment_as_the_tests_have_looked_at_it_for_anybody_anywhere(
    synthesis: Synthesis, tmp_path: Path
) -> None:
    finished = subprocess.run(  # noqa: S603 (our own arguments)
        [WITH_NODE, "cdk", "synth", "--quiet", "--output", tmp_path, "--context", "environment=prod"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "USER": "somebody",
            "CDK_DEFAULT_ACCOUNT": "210987654321",
            "CDK_DEFAULT_REGION": "ap-northeast-1",
        },
    )

    expected = {
        template.file.name: template.file.read_text("utf-8") for template in synthesis.deployments["prod"].templates
    }
    made = {file.name: file.read_text("utf-8") for file in tmp_path.glob("*.template.json")}
    assert made.keys() == expected.keys()
    for name, text in made.items():
        assert json.loads(without_assets(text)) == json.loads(without_assets(expected[name]))
    said = [line for line in (finished.stdout + finished.stderr).splitlines() if line.strip()]
    warned = [] if interpreter_of("3.13") else ["There"]
    assert sorted(line.split(" ")[0] for line in said) == ["Successfully", "Supply", *warned]


def test_every_feature_flag_has_its_recommended_value(synthesis: Synthesis) -> None:
    manifest = json.loads((synthesis.folder / "manifest.json").read_text("utf-8"))
    flags: dict[str, Any] = manifest["artifacts"]["aws-cdk-lib/feature-flag-report"]["properties"]["flags"]

    otherwise = {
        name
        for name, flag in flags.items()
        if flag.get("userValue", flag.get("unconfiguredBehavesLike", {}).get("v2", False)) != flag["recommendedValue"]
    }

    # Exports keep what the service uses in the data stack.
    assert otherwise == {"@aws-cdk/core:defaultCrossStackReferences"}
