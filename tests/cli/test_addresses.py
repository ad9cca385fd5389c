from __future__ import annotations

import pytest

from castline_cli.addresses import api_url
from castline_cli.errors import Misused
from castline_client.addresses import is_confidential


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/api/v1"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/api/v1"),
        ("https://api.example.com/api/v1", "https://api.example.com/api/v1"),
        ("https://api.example.com/api/v1/", "https://api.example.com/api/v1"),
        ("https://example.com/castline", "https://example.com/castline/api/v1"),
        ("https://example.com/?a=b#c", "https://example.com/api/v1"),
        ("api.example.com", "https://api.example.com/api/v1"),
        ("localhost:8001", "http://localhost:8001/api/v1"),
        ("127.0.0.1", "http://127.0.0.1/api/v1"),
        ("[::1]:8000", "http://[::1]:8000/api/v1"),
        (" https://api.example.com ", "https://api.example.com/api/v1"),
    ],
)
def test_an_address_is_completed(written: str, url: str) -> None:
    assert api_url(written) == url


@pytest.mark.parametrize("written", ["", "https://", "ftp://example.com", "http://x:port", "http://x:99999", "://x"])
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(Misused, match="is not an address"):
        api_url(written)


@pytest.mark.parametrize(
    ("url", "confidential"),
    [
        ("https://example.com", True),
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://[::1]", True),
        ("http://example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://localhost.example.com", False),
        ("http://0.0.0.0", False),
    ],
)
def test_nobody_reads_what_is_encrypted_or_stays_here(url: str, *, confidential: bool) -> None:
    assert is_confidential(url) is confidential
