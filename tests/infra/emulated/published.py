"""Published functions, as a deployment makes them."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local.emulated.cloud import EmulatedCloud


def archive(files: dict[str, str]) -> bytes:
    """Return a zip of files by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for name, text in files.items():
            opened.writestr(name, text)
    return buffer.getvalue()


def publish(aws: EmulatedCloud, name: str, code: str, **configuration: Any) -> str:
    """Create a function whose handler is ``index.handler``; return its ARN."""
    role = aws.client("iam").create_role(RoleName=f"role-of-{name}", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    created = aws.client("lambda").create_function(
        FunctionName=name,
        Role=role,
        Runtime="python3.13",
        Handler="index.handler",
        Code={"ZipFile": archive({"index.py": code})},
        **{"Timeout": 30, **configuration},
    )
    arn: str = created["FunctionArn"]
    return arn
