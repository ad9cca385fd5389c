"""Files of jobs in the bucket."""

from __future__ import annotations

import boto3

from local.resources import BUCKET_NAME


def audio_files_of(job_id: str) -> list[str]:
    """Return the keys of a job's files."""
    answer = boto3.Session().client("s3").list_objects_v2(Bucket=BUCKET_NAME, Prefix=f"audio/{job_id}/")
    return [each["Key"] for each in answer.get("Contents", ())]
