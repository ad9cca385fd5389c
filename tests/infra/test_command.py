"""The CDK command makes the same templates as the tests."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from infra.environments import ENVIRONMENTS
from layers.build import interpreter_of

if TYPE_CHECKING:
    from tests.infra.synthesis import Synthesis

ROOT = Path(__file__).parent.parent.parent
WITH_NODE = ROOT / "scripts" / "with-node"

# Where the code and the layers are kept, and the names of functions' versions, follow from what is in them: the tests
# deploy folders that hold nothing.
ASSET = re.compile(r"[0-9a-f]{64}|(?<=CurrentVersion[0-9A-F]{8})[0-9a-f]{32}")


def cdk(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 (our own arguments)
        [WITH_NODE, "cdk", *arguments],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


def without_assets(text: str) -> str:
    return ASSET.sub("ASSET", text)


@pytest.mark.timeout(900)
def test_the_command_synthesizes_what_the_tests_have_looked_at_for_anybody_anywhere(
    synthesis: Synthesis, tmp_path: Path
) -> None:
    finished = cdk(
        "synth",
        "--quiet",
        "--output",
        str(tmp_path),
        USER="somebody",
        CDK_DEFAULT_ACCOUNT="210987654321",
        CDK_DEFAULT_REGION="ap-northeast-1",
    )

    for name in ENVIRONMENTS:
        for template in synthesis.deployments[name].templates:
            text = (tmp_path / template.file.name).read_text("utf-8")
            assert json.loads(without_assets(text)) == json.loads(without_assets(template.file.read_text("utf-8")))
    said = [line for line in (finished.stdout + finished.stderr).splitlines() if line.strip()]
    warned = [] if interpreter_of("3.13") else ["There"]
    assert sorted(line.split(" ")[0] for line in said) == ["Successfully", "Supply", *warned]


def test_one_environment_can_be_synthesized_alone(tmp_path: Path) -> None:
    cdk("synth", "--quiet", "--output", str(tmp_path), "--context", "environment=dev")

    assert {file.name for file in tmp_path.glob("*.template.json")} == {
        "castline-dev-data.template.json",
        "castline-dev-service.template.json",
    }


def test_every_feature_flag_is_decided() -> None:
    finished = cdk("flags", "--unstable=flags")

    said = finished.stdout + finished.stderr
    assert "All feature flags are already set to their recommended values" in said
