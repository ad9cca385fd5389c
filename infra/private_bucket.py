"""Private S3 bucket with our security defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_s3 as s3

if TYPE_CHECKING:
    from constructs import Construct


def private_bucket(scope: Construct, id: str, **options: Any) -> s3.Bucket:  # noqa: A002 (CDK's name)
    """Create an encrypted bucket without public or plain HTTP access, whose owner owns all objects.

    Args:
        scope: the parent construct.
        id: the construct's id.
        options: additional arguments of ``s3.Bucket``.
    """
    return s3.Bucket(
        scope,
        id,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        **options,
    )
