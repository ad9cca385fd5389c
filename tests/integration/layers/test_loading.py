"""Loading of functions: each finds its imports in its layers, and the Azure SDK its shared libraries."""

from __future__ import annotations

import json
import subprocess
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from infra import functions
from layers import libuuid
from layers.build import build, interpreter_of
from tests.integration.layers.conftest import HERE, PYTHON
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from layers.build import Artefacts
    from local.azure_speech.server import AzureSpeechEmulator

PROGRAM = Path(__file__).with_name("as_lambda.py")
IN_THE_RUNTIME = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")

# Of glibc, of the C++ compiler, and OpenSSL and zlib, which Lambda's Python itself needs. All else has to be in the
# layer.
OF_THE_SYSTEM = {
    "ld-linux-aarch64",
    "ld-linux-x86-64",
    "libc",
    "libcrypto",
    "libdl",
    "libgcc_s",
    "libm",
    "libpthread",
    "librt",
    "libssl",
    "libstdc++",
    "libz",
}


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the packages of Lambda's Python, and no others."""
    folder = tmp_path_factory.mktemp("runtime")
    for name in IN_THE_RUNTIME:
        spec = util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (folder / source.name).symlink_to(source)
    return folder


@pytest.fixture(scope="module")
def artefacts() -> Artefacts:
    return build(python=PYTHON, architecture=HERE)


def run(layers: list[Path], code: Path, runtime: Path, **task: Any) -> dict[str, Any]:
    paths = [str(code), *(str(layer / "python") for layer in layers), str(runtime)]
    finished = subprocess.run(  # noqa: S603 (our own program)
        [str(interpreter_of(PYTHON)), "-I", "-S", "-B", PROGRAM, json.dumps({"paths": paths, **task})],
        check=False,
        capture_output=True,
        text=True,
        env={"LD_LIBRARY_PATH": ":".join(str(layer / "lib") for layer in layers), "AWS_REGION": "eu-west-1"},
        timeout=PATIENCE_SECONDS,
    )
    assert finished.returncode == 0, finished.stderr
    report: dict[str, Any] = json.loads(finished.stdout)
    return report


@pytest.fixture(scope="module")
def core_report(artefacts: Artefacts, runtime: Path) -> dict[str, Any]:
    """Import the handlers that need only the core layer, with that layer alone, and cut a text."""
    handlers = [spec.handler for spec in functions.ALL if not spec.needs_speech]
    return run([artefacts.core], artefacts.code, runtime, handlers=handlers, text="กลับบ้านแล้ว" * 3)


@pytest.fixture(scope="module")
def speech_report(artefacts: Artefacts, runtime: Path) -> dict[str, Any]:
    """Import the handlers that need both layers."""
    handlers = [spec.handler for spec in functions.ALL if spec.needs_speech]
    return run([artefacts.core, artefacts.speech], artefacts.code, runtime, handlers=handlers)


@pytest.mark.parametrize("layers", ["core", "speech"])
def test_handlers_are_imported_with_only_the_layers_of_their_functions(
    layers: str, artefacts: Artefacts, request: pytest.FixtureRequest
) -> None:
    report = request.getfixturevalue(f"{layers}_report")

    third_party = {file for file in report["modules"] if "/python/" in file}
    assert any("aws_lambda_powertools" in file for file in third_party)
    assert all(Path(file).is_relative_to(artefacts.core.parent) for file in third_party)
    assert not any("site-packages" in file for file in report["modules"])


def test_a_text_without_spaces_is_cut_between_words_by_the_core_layer_alone(
    core_report: dict[str, Any], artefacts: Artefacts
) -> None:
    assert core_report["pieces"] == ["กลับบ้านแล้วกลับบ้าน", "แล้วกลับบ้านแล้ว"]
    icu = [Path(file) for file in core_report["libraries"] if "libicu" in file]
    assert icu
    assert all(file.is_relative_to(artefacts.core) for file in icu)


def test_the_sdk_speaks_with_the_libuuid_of_the_layer_and_nothing_that_lambda_lacks(
    speech_report: dict[str, Any], artefacts: Artefacts, runtime: Path, speech: AzureSpeechEmulator
) -> None:
    report = run(
        [artefacts.core, artefacts.speech],
        artefacts.code,
        runtime,
        handlers=[functions.SYNTHESIZE.handler],
        speech={"host": speech.host, "key": speech.key},
    )

    assert report["pcm_bytes"] > 9_000
    assert report["mp3_bytes"] > 1_000
    libraries = [Path(file) for file in report["libraries"]]
    assert [path for path in libraries if "libuuid" in path.name] == [artefacts.speech / "lib" / libuuid.NAME]
    by_speaking = {
        path for path in libraries if str(path) not in speech_report["libraries"] and "lib-dynload" not in path.parts
    }
    from_elsewhere = {path for path in by_speaking if not path.is_relative_to(artefacts.speech)}
    assert by_speaking > from_elsewhere
    assert {path.name.partition(".")[0] for path in from_elsewhere} <= OF_THE_SYSTEM


def test_every_format_is_encoded_by_the_layers_alone_and_no_encoder_under_the_gpl_opens(
    tmp_path: Path, artefacts: Artefacts, runtime: Path
) -> None:
    report = run(
        [artefacts.core, artefacts.speech],
        artefacts.code,
        runtime,
        handlers=[functions.ASSEMBLE.handler],
        folder=str(tmp_path),
    )

    # The end of an M4B is cut to the frame, not to the sample, by this decoder.
    m4b = report["decoded_samples"].pop("m4b")
    assert 48_000 <= m4b < 49_024
    assert report["decoded_samples"] == {"mp3": 48_000, "wav": 48_000, "flac": 48_000, "opus": 48_000}
    assert report["video_encoders"] == {"libx264": "ExternalError", "libx265": "ExternalError"}
    libraries = {Path(file) for file in report["libraries"] if "lib-dynload" not in Path(file).parts}
    assert any(path.name.startswith("libavcodec-") for path in libraries)
    elsewhere = {path.name.partition(".")[0] for path in libraries if not path.is_relative_to(artefacts.core.parent)}
    of_the_interpreter = {name for name in elsewhere if name.startswith(("libffi", "libpython"))}
    assert elsewhere - of_the_interpreter <= OF_THE_SYSTEM
