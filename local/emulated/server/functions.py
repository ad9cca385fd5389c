"""Lambda functions as they are published: they run with AWS's runtime client, on the Python of the deployment.

ministack's workers for Python run on its own interpreter, and report every exception as ``Runtime.HandlerError``. The
workflow, however, retries by the exception's name. ministack's workers for custom runtimes have the Runtime API,
which the runtime client needs, so each function runs as a custom runtime.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shlex
import tempfile
import threading
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile, ZipInfo

from ministack.services import lambda_svc

_unpacking: Final = threading.Lock()


def run_functions_as_published() -> None:
    """Run Python functions on the interpreter that the environment names, with the packages of Lambda's image."""
    acquire = lambda_svc.acquire_worker

    def acquire_runtime_client(name: str, configuration: dict[str, Any], code: bytes, **options: Any) -> Any:
        if configuration["Runtime"].startswith("python"):
            layers = tuple(_content(layer) for layer in configuration.get("Layers", ()))
            configuration = {**configuration, "Runtime": "provided.al2023"}
            code = _bootstrap(code, layers)
        return acquire(name, configuration, code, **options)

    lambda_svc.acquire_worker = acquire_runtime_client
    lambda_svc._execute_function_warm = lambda_svc._execute_function_provided_warm


def _content(layer: Any) -> bytes:
    content: bytes = lambda_svc._resolve_layer_zip(layer)
    return content


@functools.cache
def _bootstrap(code: bytes, layers: tuple[bytes, ...]) -> bytes:
    """Return the package of a custom runtime that runs a function's code with its layers."""
    packages = os.environ["FUNCTION_PACKAGES"]
    python = os.environ["FUNCTION_PYTHON_VERSION"]
    task_root = _unpacked(code)
    opt = [_unpacked(layer) for layer in layers]
    layered = [part for each in opt for part in (each / "python", each / f"python/lib/python{python}/site-packages")]
    variables = {
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{python}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "LAMBDA_RUNTIME_DIR": packages,
        "LAMBDA_TASK_ROOT": str(task_root),
        "LD_LIBRARY_PATH": ":".join(str(each / "lib") for each in opt),
        "PYTHONNOUSERSITE": "1",
        "PYTHONPATH": ":".join(map(str, [task_root, *layered, packages])),
        "PYTHONUTF8": "1",
        "TZ": "UTC",
    }
    log = shlex.quote(os.environ["FUNCTION_LOG"])
    script = [
        "#!/bin/sh",
        f"cd {task_root}",
        *(f"export {name}={shlex.quote(value)}" for name, value in variables.items()),
        f"""echo "{{\\"cold_start\\": \\"$AWS_LAMBDA_FUNCTION_NAME\\"}}" >> {log}""",
        f"""exec {shlex.quote(os.environ["FUNCTION_PYTHON"])} -S -m awslambdaric "$_HANDLER" >> {log} 2>&1""",
    ]
    written = BytesIO()
    with ZipFile(written, "w") as package:
        bootstrap = ZipInfo("bootstrap")
        bootstrap.external_attr = 0o755 << 16
        package.writestr(bootstrap, "\n".join(script))
    return written.getvalue()


def _unpacked(content: bytes) -> Path:
    """Return the folder of a package's files."""
    folder = Path(tempfile.gettempdir()) / hashlib.sha256(content).hexdigest()
    with _unpacking:
        if not folder.exists():
            with ZipFile(BytesIO(content)) as package:
                package.extractall(folder)
    return folder
