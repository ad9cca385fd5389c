from __future__ import annotations

import pytest

from local.emulated.route_table import RouteTable

JOBS = RouteTable(
    (key, key)
    for key in (
        "GET /api/v1/jobs/{job_id}",
        "GET /api/v1/jobs",
        "GET /api/v1/jobs/{job_id}/download",
        "POST /api/v1/jobs",
        "GET /api/v1/jobs/newest",
    )
)


@pytest.mark.parametrize(
    ("method", "path", "key"),
    [
        ("GET", "/api/v1/jobs", "GET /api/v1/jobs"),
        ("POST", "/api/v1/jobs", "POST /api/v1/jobs"),
        ("GET", "/api/v1/jobs/7", "GET /api/v1/jobs/{job_id}"),
        ("GET", "/api/v1/jobs/7/download", "GET /api/v1/jobs/{job_id}/download"),
        ("GET", "/api/v1/jobs/newest", "GET /api/v1/jobs/newest"),
    ],
)
def test_the_most_specific_route_answers(method: str, path: str, key: str) -> None:
    match = JOBS.match(method, path)
    assert match is not None
    assert match.key == match.target == key


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/api/v1/jobs"),
        ("GET", "/api/v1/jobs/"),
        ("GET", "/api/v1/job"),
        ("GET", "/api/v1/jobs/7/8/9"),
        ("OPTIONS", "/api/v1/jobs"),
        ("GET", "/"),
    ],
)
def test_other_requests_match_no_route(method: str, path: str) -> None:
    assert JOBS.match(method, path) is None


def test_path_variables_are_decoded() -> None:
    match = JOBS.match("GET", "/api/v1/jobs/a%2Fb%20c/download")
    assert match is not None
    assert match.path_parameters == {"job_id": "a/b c"}


def test_a_greedy_variable_takes_the_rest_and_comes_after_full_matches() -> None:
    table = RouteTable([("GET /files/{path+}", 1), ("GET /files/{name}", 2), ("ANY /files/{name}", 3)])
    rest = table.match("GET", "/files/a/b")
    assert rest is not None
    assert (rest.target, rest.path_parameters) == (1, {"path": "a/b"})
    assert [match and match.target for match in (table.match("GET", "/files/a"), table.match("PUT", "/files/a"))] == [
        2,
        3,
    ]


def test_the_default_route_takes_what_no_other_takes() -> None:
    table = RouteTable([("$default", "rest"), ("GET /a", "a")])
    assert [match and match.target for match in (table.match("GET", "/a"), table.match("PUT", "/b"))] == ["a", "rest"]
