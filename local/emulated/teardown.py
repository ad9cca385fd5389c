"""Teardown of a deployment: the service is deleted, and everything that must outlive it is kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from infra.environments import ENVIRONMENTS
from local.emulated.cdk import CdkFailed
from local.emulated.deployment import read_stack
from local.emulated.observations import Observation, expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.emulated.cdk import Cdk
    from local.emulated.cloud import EmulatedCloud
    from local.emulated.deployment import Deployment


def tear_down(
    cloud: EmulatedCloud, cdk: Cdk, deployment: Deployment, *, environment: str, job_id: str
) -> Iterator[Observation]:
    """Delete the service's stack, and check which resources are left and whether the data stack is protected.

    Args:
        cloud: the cloud with the deployment.
        cdk: the CDK command.
        deployment: the deployed stacks.
        environment: the environment's name.
        job_id: a completed job.

    Raises:
        CdkFailed: the service's stack cannot be deleted.
        NotAsExpected: a resource that must stay is gone, or one that must go still exists.
    """
    cdk.destroy(cdk.service_stack)
    expect(read_stack(cloud, cdk.service_stack) is None, "the service's stack is gone", cdk.service_stack)
    functions = cloud.client("lambda").list_functions()["Functions"]
    expect(not functions, "its functions are gone", [each["FunctionName"] for each in functions])
    apis = cloud.client("apigatewayv2").get_apis()["Items"]
    expect(not apis, "its API is gone", apis)
    buckets = [each["Name"] for each in cloud.client("s3").list_buckets()["Buckets"]]
    expect(deployment.console_bucket_name not in buckets, "the console's bucket is gone", buckets)
    yield Observation(f"cdk destroy {cdk.service_stack}", "stack, functions, API and console are gone")
    yield _what_stays(cloud, deployment, job_id)
    yield _protection(cloud, cdk, is_expected=ENVIRONMENTS[environment].retain_data)


def _what_stays(cloud: EmulatedCloud, deployment: Deployment, job_id: str) -> Observation:
    key = {"pk": {"S": f"JOB#{job_id}"}, "sk": {"S": "JOB"}}
    item = cloud.client("dynamodb").get_item(TableName=deployment.table_name, Key=key).get("Item", {})
    expect(item.get("status", {}).get("S") == "completed", "the job is still in the table", item)
    listed = cloud.client("s3").list_objects_v2(Bucket=deployment.bucket_name, Prefix=f"audio/{job_id}/")
    kept = [each["Key"] for each in listed.get("Contents", ())]
    expect(any(key.endswith(".mp3") for key in kept), "its audio is still in the bucket", kept)
    secret = cloud.client("secretsmanager").get_secret_value(SecretId=deployment.secret_id)
    expect("host" in json.loads(secret["SecretString"]), "the secret still holds its value", secret["Name"])
    users = cloud.client("cognito-idp").list_users(UserPoolId=deployment.user_pool_id)["Users"]
    expect(len(users) == 2, "the user and the operator are still in the pool", users)
    return Observation("the data stack, with the service gone", "job, audio, secret and users are there")


def _protection(cloud: EmulatedCloud, cdk: Cdk, *, is_expected: bool) -> Observation:
    data = read_stack(cloud, cdk.data_stack)
    expect(data is not None, "the data's stack is there", cdk.data_stack)
    is_protected = data is not None and data.is_protected
    expect(is_protected == is_expected, "the data's stack is protected as its environment says", is_protected)
    if not is_protected:
        return Observation(f"{cdk.data_stack}", "is not protected: this environment's data may be deleted")
    try:
        cdk.destroy(cdk.data_stack)
    except CdkFailed as error:
        expect("TerminationProtection" in str(error), "the refusal names the protection", error)
    else:
        expect(holds=False, what="cdk destroy refuses to delete the data", seen="it did not")
    expect(read_stack(cloud, cdk.data_stack) is not None, "the data's stack survives cdk destroy", cdk.data_stack)
    return Observation(f"cdk destroy {cdk.data_stack}", "refused: TerminationProtection")
