"""URLs that webhooks may have, and those that they may not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castline.webhooks.errors import ForbiddenUrl, UrlProblem
from castline.webhooks.limits import MAX_URL_CHARACTERS
from castline.webhooks.urls import demand_allowed_url

LONGEST = f"https://example.com/{'a' * (MAX_URL_CHARACTERS - 20)}"
ACCEPTED = {
    "https://example.com": "https://example.com/",
    "https://example.com/hooks?from=castline&x=%20": "https://example.com/hooks?from=castline&x=%20",
    "https://example.com?x=1": "https://example.com/?x=1",
    "HTTPS://Hooks.Example.COM/Path": "https://hooks.example.com/Path",
    "https://example.com.": "https://example.com/",
    "https://example.com:443/": "https://example.com/",
    "https://example.com:8443/a": "https://example.com:8443/a",
    "https://example.com:/a": "https://example.com/a",
    "https://93.184.215.14/hook": "https://93.184.215.14/hook",
    "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:8443/": (
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:8443/"
    ),
    "https://[2606:2800:021f:CB07:6820:80DA:AF6B:8B2C]/": "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
    "https://bücher.example.org/": "https://xn--bcher-kva.example.org/",
    "https://台灣.tw/通知?名=值": "https://xn--kpry57d.tw/%E9%80%9A%E7%9F%A5?%E5%90%8D=%E5%80%BC",
    "https://ｅｘａｍｐｌｅ．com/": "https://example.com/",
    'https://example.com/a"b<c>{d}|e^f`g': "https://example.com/a%22b%3Cc%3E%7Bd%7D%7Ce%5Ef%60g",
    "https://123.example.com/": "https://123.example.com/",
    "https://localhost.example.com/": "https://localhost.example.com/",
    LONGEST: LONGEST,
}

NOT_PUBLIC = (
    # This machine
    "https://localhost/", "https://LOCALHOST/", "https://localhost./", "https://ｌｏｃａｌｈｏｓｔ/",
    "https://api.localhost/", "https://localhost.localdomain/", "https://127.0.0.1/", "https://127.0.0.1./",
    "https://127.255.255.254:8443/", "https://127.1/", "https://127.0.1/", "https://2130706433/",
    "https://0x7f000001/", "https://0x7f.0.0.1/", "https://0177.0.0.1/", "https://017700000001/",
    "https://127.0.0.0x1/", "https://127.00.0.1/", "https://１２７.0.0.1/", "https://127。0。0。1/",
    "https://①②⑦.0.0.1/", "https://0/", "https://0.0.0.0/", "https://0x0/", "https://[::1]/", "https://[::]/",
    "https://[0:0:0:0:0:0:0:1]/", "https://[::1%25lo]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[64:ff9b:1::127.0.0.1]/",
    "https://[2002:7f00:1::]/", "https://[2001:0:7f00:1::]/",
    # Metadata services
    "https://169.254.169.254/latest/meta-data/", "https://2852039166/", "https://0xa9fea9fe/",
    "https://0251.0376.0251.0376/", "https://169.254.43518/", "https://[::ffff:169.254.169.254]/",
    "https://[fd00:ec2::254]/", "https://[fe80::a9fe:a9fe]/",
    "https://metadata.google.internal/computeMetadata/v1/",
    "https://metadata/", "https://instance-data/", "https://instance-data.ec2.internal/", "https://100.100.100.200/",
    "https://168.63.129.16/",
    # Private and special networks
    "https://10.0.0.1/", "https://10.1/", "https://172.16.0.1/", "https://172.31.255.255/", "https://192.168.1.1/",
    "https://100.64.0.1/", "https://192.0.2.1/", "https://198.18.0.1/", "https://224.0.0.1/", "https://240.0.0.1/",
    "https://255.255.255.255/", "https://[fc00::1]/", "https://[ff02::1]/", "https://[fec0::1]/",
    "https://[2001:db8::1]/", "https://intranet/", "https://printer.local/", "https://printer.local./",
    "https://nas.lan/", "https://router.home.arpa/", "https://db.corp/", "https://kubernetes.default.svc/",
    "https://kubernetes.default.svc.cluster.local/", "https://hidden.onion/", "https://1.2.3.4.5/",
    "https://256.1.1.1/", "https://4294967296/",
)  # fmt: skip

OTHERS_BY_PROBLEM = {
    UrlProblem.NOT_HTTPS: [
        "http://example.com/", "http://127.0.0.1/", "ftp://example.com/", "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL", "javascript:alert(1)",
    ],
    UrlProblem.CREDENTIALS: [
        "https://user:password@example.com/", "https://user@example.com/", "https://@example.com/",
        "https://example.com@127.0.0.1/", "https://127.0.0.1:443@example.com/",
    ],
    UrlProblem.FRAGMENT: [
        "https://example.com/#part",
        "https://example.com#",
        "https://example.com#@127.0.0.1/",
    ],
    UrlProblem.PORT: [
        "https://example.com:22/", "https://example.com:25/", "https://example.com:0/", "https://example.com:65536/",
    ],
    UrlProblem.UNREADABLE: [
        "", "example.com/hooks", "//example.com/", "https:example.com", "https:///hooks", "https://", "https://.",
        "https://example..com/", "https://example.com../", "https://-example.com/", "https://exa_mple.com/",
        "https://%6c%6f%63alhost/", "https://127%2e0%2e0%2e1/", "https://example.com:port/",
        "https://example.com:80:80/", "https://::1/", "https://[::1/", "https://[127.0.0.1]/",
        "https://[v1.fe80::a+en1]/", "https:\\\\example.com\\", "https://example.com\\@127.0.0.1/",
        "https://example.com/a b", " https://example.com/", "https://example.com/\n",
        "https://example.com/\r\nHost: 127.0.0.1", "https://exa\tmple.com/", "https://example\u200b.com/",
        f"https://{'a' * 64}.com/", f"https://{'a.' * 127}com/",
    ],
    UrlProblem.NOT_PUBLIC: [
        "https://xn--a/",
    ],
    UrlProblem.TOO_LONG: [
        f"https://example.com/{'a' * MAX_URL_CHARACTERS}",
        f"https://example.com/{'字' * (MAX_URL_CHARACTERS // 4)}",
    ],
}  # fmt: skip
OTHERS = {url: problem for problem, urls in OTHERS_BY_PROBLEM.items() for url in urls}


def problem_of(url: str, *, allow_loopback: bool = False) -> UrlProblem:
    with pytest.raises(ForbiddenUrl) as refused:
        demand_allowed_url(url, allow_loopback=allow_loopback)
    return refused.value.problem


def test_public_urls_are_accepted_in_one_spelling() -> None:
    assert {url: demand_allowed_url(url, allow_loopback=False) for url in ACCEPTED} == ACCEPTED
    assert [demand_allowed_url(called, allow_loopback=False) for called in ACCEPTED.values()] == [*ACCEPTED.values()]


def test_what_is_not_public_is_refused_in_every_spelling() -> None:
    assert [url for url in NOT_PUBLIC if problem_of(url) is not UrlProblem.NOT_PUBLIC] == []


def test_other_urls_are_refused_for_a_reason() -> None:
    assert {url: problem_of(url) for url in OTHERS} == OTHERS


def test_loopback_is_accepted_only_where_it_is_allowed() -> None:
    loopback = {
        "http://127.0.0.1:8765/hook": "http://127.0.0.1:8765/hook",
        "http://127.9.9.9/": "http://127.9.9.9/",
        "http://localhost:80/": "http://localhost/",
        "http://api.localhost:99/": "http://api.localhost:99/",
        "http://[::1]:8765/": "http://[::1]:8765/",
        "https://localhost./": "https://localhost/",
    }

    assert {url: demand_allowed_url(url, allow_loopback=True) for url in loopback} == loopback
    assert {problem_of(url) for url in loopback} == {UrlProblem.NOT_HTTPS, UrlProblem.NOT_PUBLIC}


def test_nothing_else_is_allowed_with_loopback() -> None:
    assert problem_of("http://example.com/", allow_loopback=True) is UrlProblem.NOT_HTTPS
    for url in NOT_PUBLIC:
        try:
            called = demand_allowed_url(url, allow_loopback=True)
        except ForbiddenUrl:
            continue
        assert re.match(r"https://(127\.[0-9.]+|\[::1\]|([a-z.]+\.)?localhost)[:/]", called), url


@given(st.text(max_size=60), st.sampled_from(["", "https://", "https://[", "https://example.com:"]))
def test_whatever_is_given_is_refused_or_stays_as_it_is_accepted(text: str, beginning: str) -> None:
    try:
        called = demand_allowed_url(beginning + text, allow_loopback=False)
    except ForbiddenUrl:
        return
    assert called.isascii()
    assert called.startswith("https://")
    assert demand_allowed_url(called, allow_loopback=False) == called
