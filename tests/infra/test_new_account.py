"""A new account: its quotas are low, and every environment can be deployed all the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from infra.environments import ENVIRONMENTS
from infra.quotas import MAX_MAPPING_CONCURRENCY

if TYPE_CHECKING:
    from tests.infra.synthesis import Deployment

MOST_MEMORY_MB = 3_008
"""The most memory that Lambda gives a function in a new account; in others it is 10,240 MB."""


def test_nothing_is_reserved_of_lambdas_concurrency(deployment: Deployment) -> None:
    # Lambda wants 100 to remain unreserved, and a new account has 10.
    for template in deployment.templates:
        text = json.dumps(template.body)
        assert "ReservedConcurrentExecutions" not in text
        assert "ProvisionedConcurrency" not in text


def test_no_function_has_more_memory_than_a_new_account_gives(deployment: Deployment) -> None:
    assert all(
        function.get("MemorySize", 128) <= MOST_MEMORY_MB
        for template in deployment.templates
        for function in template.properties_of("AWS::Lambda::Function")
    )


def test_each_queue_calls_no_more_functions_at_once_than_its_setting_says(deployment: Deployment) -> None:
    environment = ENVIRONMENTS[deployment.service.name.split("-")[1]]
    mappings = deployment.service.by_path("AWS::Lambda::EventSourceMapping")

    at_once = {
        path: mapping["ScalingConfig"]["MaximumConcurrency"]
        for path, mapping in mappings.items()
        if "ScalingConfig" in mapping
    }

    # AWS takes 2 to 1,000.
    assert all(2 <= each <= MAX_MAPPING_CONCURRENCY for each in at_once.values())
    assert sorted(at_once.values()) == sorted((environment.synthesize_concurrency, environment.webhook_concurrency))


def test_each_shard_of_the_stream_is_read_by_one_function_at_a_time(deployment: Deployment) -> None:
    streams = [
        mapping
        for mapping in deployment.service.properties_of("AWS::Lambda::EventSourceMapping")
        if "ScalingConfig" not in mapping
    ]

    assert len(streams) == 2
    assert all(mapping.get("ParallelizationFactor", 1) == 1 for mapping in streams)


def test_nothing_is_encrypted_with_a_key_of_the_account(deployment: Deployment) -> None:
    # Else quotas of KMS would have to be looked at as well: every object and message would take a request.
    for template in deployment.templates:
        assert not template.of_type("AWS::KMS::Key")
        assert "KmsMasterKeyId" not in json.dumps(template.body)
