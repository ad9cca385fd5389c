import threading

import pytest

from local.cloud.cloud import LocalCloud
from tests.integration.local_cloud import clients


@pytest.mark.usefixtures("eager_thread_switches")
def test_listing_survives_concurrent_writes(cloud: LocalCloud) -> None:
    # Given a bucket that many threads write to and delete from
    client = clients.client("s3")
    client.create_bucket(Bucket="bucket")
    errors: list[Exception] = []

    def churn(number: int) -> None:
        try:
            for turn in range(5):
                client.put_object(Bucket="bucket", Key=f"{number}-{turn}", Body=b"audio")

                # When they list it meanwhile
                client.list_objects_v2(Bucket="bucket")
                client.delete_object(Bucket="bucket", Key=f"{number}-{turn}")
        except Exception as error:  # noqa: BLE001  moto fails with whatever its dictionaries raise
            errors.append(error)

    threads = [threading.Thread(target=churn, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # Then no listing fails
    assert errors == []
