"""TLS: the SDK checks the server's certificate with the configured authorities, as deployed functions do."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from typing import TYPE_CHECKING

import certifi
import pytest
import trustme

from local.azure_speech.server import AzureSpeechEmulator
from tests.integration.azure_speech.conftest import HSIAO_YU, KEY
from tests.patience import PATIENCE_MS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPEAK = f"""
import sys
from castline.speech.providers.azure.session import AzureSpeechSession
from castline.speech.errors import ProviderUnavailable
from castline.speech.utterances import Utterance

provider = AzureSpeechSession(key="{KEY}", host=sys.argv[1], first_chunk_timeout_ms={PATIENCE_MS})
try:
    speech = provider.synthesize(Utterance(text="你好。", voice_id="{HSIAO_YU}", language="zh-TW"))
except ProviderUnavailable as error:
    print(error)
else:
    print(len(speech.pcm) > 9_000)
"""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def emulator(authority: trustme.CA) -> Iterator[AzureSpeechEmulator]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    with AzureSpeechEmulator(key=KEY, voice_engine="tone", tls=tls) as emulator:
        yield emulator


def speak(emulator: AzureSpeechEmulator, *, trusting: Path | str) -> str:
    # OpenSSL reads the variable once, when it starts: a process of its own.
    environment = {name: value for name, value in os.environ.items() if name != "SSL_CERT_DIR"}
    finished = subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-c", SPEAK, emulator.host],
        check=True,
        capture_output=True,
        text=True,
        env={**environment, "SSL_CERT_FILE": str(trusting)},
    )
    return finished.stdout.strip()


def test_it_speaks_with_whom_a_trusted_authority_vouches_for(
    emulator: AzureSpeechEmulator, authority: trustme.CA, tmp_path: Path
) -> None:
    bundle = tmp_path / "authorities.pem"
    authority.cert_pem.write_to_path(bundle)

    assert speak(emulator, trusting=bundle) == "True"


def test_it_speaks_with_nobody_else(emulator: AzureSpeechEmulator) -> None:
    assert speak(emulator, trusting=certifi.where()) == "Azure Speech reported ConnectionFailure"
