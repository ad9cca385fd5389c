"""Events reach the service, and events that it cannot handle are kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from castline.events import execution_ended
from castline.jobs import items
from castline.jobs.event_bus import SOURCE
from castline.jobs.event_types import EventType
from castline.jobs.model import JobStatus
from castline.jobs.transitions import retention
from castline.sounds.items import SOUND_PREFIX
from castline.sounds.keys import LISTEN, PCM, UPLOAD, sound_file_key
from infra import functions
from local.emulated.event_pattern import matches
from tests.infra.test_functions import path

if TYPE_CHECKING:
    from tests.infra.synthesis import Deployment

QUEUE = "AWS::SQS::Queue"


def rule(deployment: Deployment, name: str) -> dict[str, Any]:
    properties: dict[str, Any] = deployment.service.by_path("AWS::Events::Rule")[f"Events/{name}"]
    return properties


def function_called(deployment: Deployment, reference: dict[str, Any]) -> str:
    """Return the path of the function that something refers to."""
    logical_id = reference["Ref"] if "Ref" in reference else reference["Fn::GetAtt"][0]
    resource = deployment.service.of_type("AWS::Lambda::Function")[logical_id]
    return str(
        resource["Metadata"]["aws:cdk:path"].removeprefix(f"{deployment.service.name}/").removesuffix("/Resource")
    )


def test_executions_that_end_without_an_outcome_are_told(deployment: Deployment) -> None:
    ended = rule(deployment, "ExecutionEnded")

    pattern = ended["EventPattern"]
    assert pattern["source"] == ["aws.states"]
    assert pattern["detail-type"] == ["Step Functions Execution Status Change"]
    assert set(pattern["detail"]["status"]) == set(execution_ended._FAILURES)
    assert [deployment.flat(arn) for arn in pattern["detail"]["stateMachineArn"]] == [
        "AWS::StepFunctions::StateMachine"
    ]
    (target,) = ended["Targets"]
    assert function_called(deployment, target["Arn"]) == path(functions.EXECUTION_ENDED)


def test_the_reconciler_is_called_every_minute(deployment: Deployment) -> None:
    every_minute = rule(deployment, "EveryMinute")

    assert every_minute["ScheduleExpression"] == "rate(1 minute)"
    assert every_minute["State"] == "ENABLED"
    (target,) = every_minute["Targets"]
    assert function_called(deployment, target["Arn"]) == path(functions.RECONCILE)


def test_every_rule_may_call_its_function(deployment: Deployment) -> None:
    allowed = {
        (permission["SourceArn"]["Fn::GetAtt"][0], function_called(deployment, permission["FunctionName"]))
        for permission in deployment.service.properties_of("AWS::Lambda::Permission")
        if permission["Principal"] == "events.amazonaws.com"
    }

    assert allowed == {
        (logical_id, function_called(deployment, target["Arn"]))
        for logical_id, each in deployment.service.of_type("AWS::Events::Rule").items()
        for target in each["Properties"]["Targets"]
    }


def test_files_that_users_have_uploaded_are_told(deployment: Deployment) -> None:
    uploaded = rule(deployment, "SoundUploaded")

    bucket = deployment.data.the("AWS::S3::Bucket")["Properties"]
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    pattern = uploaded["EventPattern"]
    assert (pattern["source"], pattern["detail-type"]) == (["aws.s3"], ["Object Created"])
    assert [deployment.flat(name) for name in pattern["detail"]["bucket"]["name"]] == ["AWS::S3::Bucket"]
    keys = {
        name: matches(pattern["detail"]["object"], {"key": sound_file_key("auth0|user", "id", name)})
        for name in (UPLOAD, LISTEN, *PCM.values())
    }
    assert keys == {UPLOAD: True, LISTEN: False, "standard.pcm": False, "studio.pcm": False}
    (target,) = uploaded["Targets"]
    assert function_called(deployment, target["Arn"]) == path(functions.SOUND_UPLOADED)


def mapping(deployment: Deployment, name: str) -> dict[str, Any]:
    properties: dict[str, Any] = deployment.service.by_path("AWS::Lambda::EventSourceMapping")[f"Events/{name}"]
    return properties


def test_jobs_and_sounds_that_dynamodb_has_removed_are_told_and_nothing_else_of_the_stream(
    deployment: Deployment,
) -> None:
    removals = mapping(deployment, "Removals")

    assert deployment.flat(removals["EventSourceArn"]) == "AWS::DynamoDB::Table.StreamArn"
    assert function_called(deployment, removals["FunctionName"]) == path(functions.EXPIRE)
    (only,) = removals["FilterCriteria"]["Filters"]
    assert json.loads(only["Pattern"]) == {
        "eventName": ["REMOVE"],
        "userIdentity": {"type": ["Service"], "principalId": ["dynamodb.amazonaws.com"]},
        "dynamodb": {"Keys": {"sk": {"S": [items.job_key("")["sk"], {"prefix": SOUND_PREFIX}]}}},
    }


def test_new_events_of_jobs_are_published_and_nothing_else_of_the_stream(deployment: Deployment) -> None:
    job_events = mapping(deployment, "JobEvents")

    assert deployment.flat(job_events["EventSourceArn"]) == "AWS::DynamoDB::Table.StreamArn"
    assert function_called(deployment, job_events["FunctionName"]) == path(functions.PUBLISH_EVENTS)
    (only,) = job_events["FilterCriteria"]["Filters"]
    pattern = json.loads(only["Pattern"])

    def record(sort_key: str, change: str = "INSERT") -> dict[str, Any]:
        return {"eventName": change, "dynamodb": {"Keys": {"pk": {"S": "JOB#1"}, "sk": {"S": sort_key}}}}

    for event_type in EventType:
        assert matches(pattern, record(f"{items.EVENT_PREFIX}{event_type}"))
    assert not matches(pattern, record(f"{items.EVENT_PREFIX}job.started", "REMOVE"))
    for sort_key in (items.JOB, items.INPUT, items.RESULT, f"{items.BATCH_PREFIX}0000"):
        assert not matches(pattern, record(sort_key))


def test_the_table_has_no_more_readers_than_its_stream_can_serve(deployment: Deployment) -> None:
    assert len(deployment.service.of_type("AWS::Lambda::EventSourceMapping")) >= 2
    readers = [
        each
        for each in deployment.service.properties_of("AWS::Lambda::EventSourceMapping")
        if deployment.flat(each["EventSourceArn"]) == "AWS::DynamoDB::Table.StreamArn"
    ]

    assert len(readers) == 2


@pytest.mark.parametrize("name", ["Removals", "JobEvents"])
def test_one_bad_record_of_the_stream_holds_up_no_other(deployment: Deployment, name: str) -> None:
    reader = mapping(deployment, name)

    assert reader["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert reader["BisectBatchOnFunctionError"] is True
    # The stream itself forgets after a day.
    assert 0 < reader["MaximumRecordAgeInSeconds"] < 24 * 60 * 60
    assert reader["StartingPosition"] == "TRIM_HORIZON"
    assert deployment.flat(reader["DestinationConfig"]["OnFailure"]["Destination"]) == f"{QUEUE}.Arn"


def test_a_removal_is_given_up_after_some_tries_and_an_event_only_when_the_stream_will_forget_it(
    deployment: Deployment,
) -> None:
    assert 0 < mapping(deployment, "Removals")["MaximumRetryAttempts"] <= 10
    assert mapping(deployment, "JobEvents")["MaximumRetryAttempts"] == -1


def test_what_publishes_knows_the_bus_and_the_queue_of_its_dead_letters(deployment: Deployment) -> None:
    publish = deployment.service.by_path("AWS::Lambda::Function")[path(functions.PUBLISH_EVENTS)]
    settings = publish["Environment"]["Variables"]

    assert deployment.flat(settings["EVENT_BUS_NAME"]) == "AWS::Events::EventBus"
    dead_letters = mapping(deployment, "JobEvents")["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
    assert settings["EVENT_DEAD_LETTERS_URL"] == {"Ref": dead_letters}


def test_the_bus_has_a_name_that_consumers_know_and_keeps_what_they_miss(deployment: Deployment) -> None:
    bus = deployment.data.the("AWS::Events::EventBus")["Properties"]
    archive = deployment.data.the("AWS::Events::Archive")["Properties"]

    environment = deployment.data.name.removeprefix("castline-").removesuffix("-data")
    assert bus["Name"] == archive["ArchiveName"] == f"castline-{environment}"
    assert deployment.flat(archive["SourceArn"]) == "AWS::Events::EventBus.Arn"
    assert archive["EventPattern"] == {"source": [SOURCE]}
    assert archive["RetentionDays"] == retention(JobStatus.COMPLETED).days


def test_what_a_rule_cannot_deliver_and_what_its_function_fails_go_to_the_same_queue(deployment: Deployment) -> None:
    undelivered = {
        function_called(deployment, target["Arn"]): target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0]
        for each in deployment.service.properties_of("AWS::Events::Rule")
        for target in each["Targets"]
    }
    failed = {
        function_called(deployment, config["FunctionName"]): config["DestinationConfig"]["OnFailure"]["Destination"][
            "Fn::GetAtt"
        ][0]
        for config in deployment.service.properties_of("AWS::Lambda::EventInvokeConfig")
    }

    assert undelivered == failed
    told = {
        functions.DISPATCH_WEBHOOKS,
        functions.EXECUTION_ENDED,
        functions.RECONCILE,
        functions.SOUND_UPLOADED,
    }
    assert set(failed) == set(map(path, told))
    assert len({*failed.values()}) == len(told)
    for config in deployment.service.properties_of("AWS::Lambda::EventInvokeConfig"):
        assert config["MaximumRetryAttempts"] == 2


def test_dead_letters_are_kept_long_enough_to_be_read_and_for_nobody_else(deployment: Deployment) -> None:
    named = deployment.service.by_path(QUEUE)
    queues = list(named.values())

    # The queue of tickets and its dead letters have settings of their own.
    kept = {queue["MessageRetentionPeriod"] for name, queue in named.items() if not name.startswith("Synthesis/")}
    assert len(queues) == 8
    assert kept == {14 * 24 * 60 * 60}
    assert all(queue["SqsManagedSseEnabled"] for queue in queues)
    for policy in deployment.service.properties_of("AWS::SQS::QueuePolicy"):
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Allow":
                assert statement["Principal"] == {"Service": "events.amazonaws.com"}
                assert statement["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::GetAtt"][1] == "Arn"
            else:
                assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
