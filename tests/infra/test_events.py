"""Events reach the service, and events that it cannot handle are kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from castline.events import execution_ended
from castline.jobs import items
from castline.sounds.items import SOUND_PREFIX
from castline.sounds.keys import LISTEN, PCM, UPLOAD, sound_file_key
from infra import functions
from infra.events import UNRECORDED_ENDS
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
    assert set(pattern["detail"]["status"]) == set(UNRECORDED_ENDS) == set(execution_ended._FAILURES)
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


def test_jobs_and_sounds_that_dynamodb_has_removed_are_told_and_nothing_else_of_the_stream(
    deployment: Deployment,
) -> None:
    mapping = deployment.service.the("AWS::Lambda::EventSourceMapping")["Properties"]

    assert deployment.flat(mapping["EventSourceArn"]) == "AWS::DynamoDB::Table.StreamArn"
    assert function_called(deployment, mapping["FunctionName"]) == path(functions.EXPIRE)
    (only,) = mapping["FilterCriteria"]["Filters"]
    assert json.loads(only["Pattern"]) == {
        "eventName": ["REMOVE"],
        "userIdentity": {"type": ["Service"], "principalId": ["dynamodb.amazonaws.com"]},
        "dynamodb": {"Keys": {"sk": {"S": [items.job_key("")["sk"], {"prefix": SOUND_PREFIX}]}}},
    }


def test_one_bad_record_of_the_stream_holds_up_no_other(deployment: Deployment) -> None:
    mapping = deployment.service.the("AWS::Lambda::EventSourceMapping")["Properties"]

    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert 0 < mapping["MaximumRetryAttempts"] <= 10
    # The stream itself forgets after a day.
    assert 0 < mapping["MaximumRecordAgeInSeconds"] < 24 * 60 * 60
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert deployment.flat(mapping["DestinationConfig"]["OnFailure"]["Destination"]) == f"{QUEUE}.Arn"


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
    told = {functions.EXECUTION_ENDED, functions.RECONCILE, functions.SOUND_UPLOADED}
    assert set(failed) == set(map(path, told))
    assert len({*failed.values()}) == len(told)
    for config in deployment.service.properties_of("AWS::Lambda::EventInvokeConfig"):
        assert config["MaximumRetryAttempts"] == 2


def test_dead_letters_are_kept_long_enough_to_be_read_and_for_nobody_else(deployment: Deployment) -> None:
    queues = deployment.service.properties_of(QUEUE)

    assert len(queues) == 4
    assert {queue["MessageRetentionPeriod"] for queue in queues} == {14 * 24 * 60 * 60}
    assert all(queue["SqsManagedSseEnabled"] for queue in queues)
    for policy in deployment.service.properties_of("AWS::SQS::QueuePolicy"):
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Allow":
                assert statement["Principal"] == {"Service": "events.amazonaws.com"}
                assert statement["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::GetAtt"][1] == "Arn"
            else:
                assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
