"""Sound, words and loudness that the synthesis task stores of each utterance and reads again, in both qualities."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

import boto3
import numpy as np
import pytest

from castline import composition
from castline.audio.errors import BrokenSegment
from castline.audio.profile import Loudness, Quality
from castline.audio.storage import AudioStorage
from castline.audio.stored_segment import Layout
from castline.synthesis.segment_source import StoredSegments
from castline.usecases.errors import SegmentsExpired
from castline.workflow import plan
from local import resources
from local.cloud.lambda_context import LambdaContext
from tests.integration.examples import make_dialogue, make_job
from tests.spoken_batches import speak_batch

if TYPE_CHECKING:
    from collections.abc import Callable

    from castline.audio.storage import SegmentEntry
    from castline.jobs.model import Dialogue, Job, SpokenSegment
    from local.azure_speech.server import AzureSpeechEmulator

pytestmark = pytest.mark.usefixtures("functions_environment")

CONTEXT: Any = LambdaContext(function_name="f", function_arn="arn", memory_mb=128, timeout_seconds=60)
HIGH_DEFINITION = "en-US-Ava:DragonHDLatestNeural"


def speak(dialogue: Dialogue, **changes: Any) -> tuple[Job, tuple[SpokenSegment, ...]]:
    """Have a dialogue spoken by the tasks, and return its segments with their words."""
    job = make_job(**changes)
    repository = composition.job_repository()
    repository.create(job, dialogue, max_active=100)
    for batch in plan.handler({"job_id": job.id}, CONTEXT)["batches"]:
        speak_batch(job.id, batch)
    record = repository.get_record(job.id, with_words=True)
    assert record is not None
    return record.job, tuple(segment for batch in record.batches for segment in batch.segments)


def stored(
    job: Job, segments: tuple[SpokenSegment, ...], quality: Quality, loudness: Loudness = Loudness.NONE
) -> StoredSegments:
    storage = composition.audio_storage()
    return StoredSegments(storage, job.user_id, segments, quality=quality, loudness=loudness)


@pytest.fixture
def objects() -> Callable[[], dict[str, Layout | None]]:
    """Return what returns the objects that the test has stored, by their keys, with the layouts of segments."""
    s3 = boto3.client("s3")

    def keys() -> set[str]:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=resources.BUCKET_NAME, Prefix="segments/")
        return {each["Key"] for page in pages for each in page.get("Contents", ())}

    before = keys()

    def layout_of(key: str) -> Layout | None:
        if "." in key:
            return None
        head = s3.head_object(Bucket=resources.BUCKET_NAME, Key=key)
        return Layout.of_object(head["ContentLength"], head["Metadata"])

    return lambda: {key: layout_of(key) for key in keys() - before}


def text(start: str = "今天天氣真好。") -> str:
    return f"{start}{uuid4().hex[:8]}"


@pytest.mark.parametrize("quality", Quality)
def test_words_and_loudness_come_back_with_a_stored_segment(speech: AzureSpeechEmulator, quality: Quality) -> None:
    # Given a dialogue that has been spoken: a sentence alone, several of them, and nothing to speak
    dialogue = make_dialogue(text("好"), text("一句。兩句！") * 3, "……", quality=quality)
    first_job, first = speak(dialogue)
    assert [bool(segment.words) for segment in first] == [True, True, False]
    assert [segment.words_estimated for segment in first] == [False, False, False]
    assert [segment.lufs is None for segment in first] == [False, False, True]
    requests = len(speech.traffic.requests)

    # When the same user submits it again
    _, again = speak(dialogue, user_id=first_job.user_id)

    # Then nothing is spoken, and all is known as before
    assert len(speech.traffic.requests) == requests
    assert again == tuple(replace(each, is_reused=True, billed_characters=0) for each in first)


def test_words_that_a_voice_does_not_report_are_estimated_and_marked() -> None:
    _, (segment,) = speak(make_dialogue(text("Hello there. How are you?"), voice_id=HIGH_DEFINITION))

    assert segment.words
    assert segment.words_estimated


def test_polls_do_not_read_words() -> None:
    job, _ = speak(make_dialogue(text()))

    record = composition.job_repository().get_record(job.id)

    assert record is not None
    assert [segment.words for batch in record.batches for segment in batch.segments] == [()]


def test_an_attempt_that_fails_keeps_the_words_of_what_it_has_spoken() -> None:
    fault = f"{text()} {{fault unavailable times=1}}"
    job = make_job()
    repository = composition.job_repository()
    repository.create(job, make_dialogue(text(), fault), max_active=3)
    (batch,) = plan.handler({"job_id": job.id}, CONTEXT)["batches"]
    with pytest.raises(Exception, match="reason"):
        speak_batch(job.id, batch)

    speak_batch(job.id, batch)

    record = repository.get_record(job.id, with_words=True)
    assert record is not None
    assert all(segment.words for segment in record.batches[0].segments)
    assert len(record.batches[0].segments) == 2


def test_what_an_attempt_has_billed_still_counts_when_the_next_one_comes_to_nothing(
    speech: AzureSpeechEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an attempt that has spoken one of two turns
    job = make_job()
    repository = composition.job_repository()
    repository.create(job, make_dialogue(text(), f"{text()} {{fault unavailable times=2}}"), max_active=3)
    (batch,) = plan.handler({"job_id": job.id}, CONTEXT)["batches"]
    with pytest.raises(Exception, match="reason"):
        speak_batch(job.id, batch)
    before = repository.get_record(job.id)
    assert before is not None
    assert before.billed_characters > 0

    # When its speech is lost, and nothing can be spoken any more
    (segment,) = before.batches[0].segments
    key = f"segments/{job.user_id}/{segment.fingerprint}"
    boto3.client("s3").delete_object(Bucket=resources.BUCKET_NAME, Key=key)
    composition.reset()  # without the connection that is open
    monkeypatch.setattr(speech, "key", "another")
    with pytest.raises(Exception, match="reason"):
        speak_batch(job.id, batch)

    # Then what was billed is still known
    after = repository.get_record(job.id)
    assert after is not None
    assert after.billed_characters == before.billed_characters
    assert after.batches[0].segments == before.batches[0].segments


def test_what_a_job_has_billed_still_counts_when_another_job_has_stored_the_same_since() -> None:
    # Given an attempt that has spoken one of two turns
    job, words = make_job(), text()
    repository = composition.job_repository()
    repository.create(job, make_dialogue(words, f"{text()} {{fault unavailable times=1}}"), max_active=3)
    (batch,) = plan.handler({"job_id": job.id}, CONTEXT)["batches"]
    with pytest.raises(Exception, match="reason"):
        speak_batch(job.id, batch)
    before = repository.get_record(job.id)
    assert before is not None
    (segment,) = before.batches[0].segments

    # When another job of the user, which found nothing stored either, stores the same turn in its place
    key = f"segments/{job.user_id}/{segment.fingerprint}"
    boto3.client("s3").delete_object(Bucket=resources.BUCKET_NAME, Key=key)
    _, (other,) = speak(make_dialogue(words), user_id=job.user_id)
    assert (other.fingerprint, other.billed_characters) == (segment.fingerprint, segment.billed_characters)

    # Then the next attempt, which finds it there, leaves billed what both have billed
    speak_batch(job.id, batch)
    after = repository.get_record(job.id)
    assert after is not None
    first, second = after.batches[0].segments
    assert (first.billed_characters, first.is_reused) == (segment.billed_characters, False)
    assert second.billed_characters > 0


def test_what_another_job_has_stored_while_the_same_was_spoken_is_kept_and_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Given a job that has spoken a turn, and another one of the user that looked for the turn before it was stored
    dialogue = make_dialogue(text())
    job, (first,) = speak(dialogue)
    find_segment, looked_for = AudioStorage.find_segment, set()

    def find_what_was_there(storage: AudioStorage, user_id: str, key: str) -> SegmentEntry | None:
        if key in looked_for:
            return find_segment(storage, user_id, key)
        looked_for.add(key)
        return None

    monkeypatch.setattr(AudioStorage, "find_segment", find_what_was_there)

    # When that one speaks it, too
    _, (second,) = speak(dialogue, user_id=job.user_id)

    # Then the first one's is still there, the other one uses it, and each has billed what it had spoken
    key = f"segments/{job.user_id}/{first.fingerprint}"
    head = boto3.client("s3").head_object(Bucket=resources.BUCKET_NAME, Key=key)
    assert head["Metadata"]["spoken-for"] == job.id
    assert second == first
    assert (second.billed_characters > 0, second.is_reused) == (True, False)


def test_a_segment_of_an_older_release_has_no_words_and_is_used() -> None:
    # Given a stored segment without words, and without the notes of this release
    dialogue = make_dialogue(text())
    job, (segment,) = speak(dialogue)
    s3, key = boto3.client("s3"), f"segments/{job.user_id}/{segment.fingerprint}"
    found = s3.get_object(Bucket=resources.BUCKET_NAME, Key=key)
    older = {
        name: value for name, value in found["Metadata"].items() if name not in {"samples", "words-bytes", "lufs"}
    }
    body = found["Body"].read()[: -int(found["Metadata"]["words-bytes"])]
    s3.put_object(Bucket=resources.BUCKET_NAME, Key=key, Body=body, Metadata=older)

    # When the same user submits it again
    _, (again,) = speak(dialogue, user_id=job.user_id)

    # Then it is reused, and its words and loudness are not known
    assert (again.is_reused, again.samples) == (True, segment.samples)
    assert (again.words, again.words_estimated, again.lufs) == ((), False, None)


def test_damaged_words_cost_the_words_alone() -> None:
    dialogue = make_dialogue(text())
    job, (segment,) = speak(dialogue)
    s3, key = boto3.client("s3"), f"segments/{job.user_id}/{segment.fingerprint}"
    found = s3.get_object(Bucket=resources.BUCKET_NAME, Key=key)
    body = found["Body"].read()[:-4] + b"\0\0\0\0"
    s3.put_object(Bucket=resources.BUCKET_NAME, Key=key, Body=body, Metadata=found["Metadata"])

    again_job, again = speak(dialogue, user_id=job.user_id)

    assert (again[0].words, again[0].is_reused) == ((), True)
    (pcm,) = [b"".join(chunks) for chunks in stored(again_job, again, Quality.STANDARD).pcm()]
    assert len(pcm) == segment.samples * 2


class TestMasteredFrames:
    DAMAGE: ClassVar[dict[str, Callable[[Layout], range]]] = {
        "notes": lambda layout: layout.mastered_notes,
        "frames": lambda layout: layout.mastered_frames,
    }

    def test_are_stored_with_a_segment_that_is_spoken_for_them(
        self, objects: Callable[[], dict[str, Layout | None]]
    ) -> None:
        # When a dialogue is spoken for a file with a loudness target
        dialogue = make_dialogue(text(), text(), loudness=Loudness.PODCAST)
        job, segments = speak(dialogue)

        # Then each segment is one object, and so they come back when it is submitted again
        assert {layout and layout.loudness for layout in objects().values()} == {Loudness.PODCAST}
        assert len(objects()) == 2
        _, again = speak(dialogue, user_id=job.user_id)
        assert [each.mastered for each in again] == [each.mastered for each in segments]
        assert len(objects()) == 2

        # And they are read and checked
        source = stored(job, again, Quality.STANDARD, Loudness.PODCAST)
        frames = [b"".join(chunks) for chunks in source.frames()]
        plain = [b"".join(chunks) for chunks in stored(job, again, Quality.STANDARD).frames()]
        assert [len(each) for each in frames] == [len(each) for each in plain]
        assert all(one != other for one, other in zip(frames, plain, strict=True))

    def test_of_a_stored_segment_are_an_object_of_their_own(
        self, objects: Callable[[], dict[str, Layout | None]]
    ) -> None:
        # Given segments of a file with one loudness
        dialogue = make_dialogue(text(), loudness=Loudness.AUDIOBOOK)
        job, _ = speak(dialogue)

        # When one with another loudness needs them, twice
        for _ in range(2):
            _, segments = speak(replace(dialogue, loudness=Loudness.PODCAST), user_id=job.user_id)

            # Then there is one object more, and what is in it can be read
            assert None in objects().values()
            assert len(objects()) == 2
            assert [each.mastered is not None and each.mastered.start_byte for each in segments] == [None]
            source = stored(job, segments, Quality.STANDARD, Loudness.PODCAST)
            assert all(b"".join(chunks) for chunks in source.frames())

    def test_that_are_an_object_of_their_own_are_the_same_for_every_file(
        self, objects: Callable[[], dict[str, Layout | None]]
    ) -> None:
        # Given a segment that is stored without frames for podcasts
        first, second = text(), text()
        job, _ = speak(make_dialogue(first, second, loudness=Loudness.AUDIOBOOK))
        s3 = boto3.client("s3")

        # When files with other pauses need them, and neither finds what the other one has made
        checksums = []
        for texts, gap_ms in (((first,), 300), ((first, second), 2000)):
            _, segments = speak(make_dialogue(*texts, loudness=Loudness.PODCAST, gap_ms=gap_ms), user_id=job.user_id)
            checksums.append(segments[0].mastered and segments[0].mastered.checksum)
            for key, layout in objects().items():
                if layout is None:
                    s3.delete_object(Bucket=resources.BUCKET_NAME, Key=key)

        # Then each has noted the same frames: whichever is stored last, both can read them
        assert checksums[0] == checksums[1] is not None

    @pytest.mark.parametrize("part", DAMAGE.values(), ids=DAMAGE)
    def test_that_are_damaged_are_not_used(
        self, objects: Callable[[], dict[str, Layout | None]], part: Callable[[Layout], range]
    ) -> None:
        # Given a segment whose mastered frames, or the notes on them, are overwritten
        dialogue = make_dialogue(text(), loudness=Loudness.PODCAST)
        job, _ = speak(dialogue)
        ((key, layout),) = objects().items()
        assert layout is not None
        s3 = boto3.client("s3")
        found = s3.get_object(Bucket=resources.BUCKET_NAME, Key=key)
        body = found["Body"].read()
        place = part(layout)
        body = body[: place.start] + bytes(len(place)) + body[place.stop :]
        s3.put_object(Bucket=resources.BUCKET_NAME, Key=key, Body=body, Metadata=found["Metadata"])

        # When the dialogue is submitted again
        _, segments = speak(dialogue, user_id=job.user_id)

        # Then nothing is spoken. They are made again, or whoever reads them notices, and removes the segment
        assert [segment.is_reused for segment in segments] == [True]
        source = stored(job, segments, Quality.STANDARD, Loudness.PODCAST)
        if place == layout.mastered_notes:
            assert all(b"".join(chunks) for chunks in source.frames())
            return
        with pytest.raises(BrokenSegment):
            all(b"".join(chunks) for chunks in source.frames())
        source.remove_broken()
        assert objects() == {}


class TestStudio:
    def test_segments_are_spoken_at_48_khz_and_apart_from_standard_ones(self, speech: AzureSpeechEmulator) -> None:
        # Given a dialogue that has been spoken in standard quality
        dialogue = make_dialogue(text())
        job, standard = speak(dialogue)
        requests = len(speech.traffic.requests)

        # When it is spoken in studio quality
        _, studio = speak(replace(dialogue, quality=Quality.STUDIO), user_id=job.user_id)

        # Then it is spoken anew, is as long and as loud, and is stored as PCM of twice the samples
        assert len(speech.traffic.requests) == requests + 1
        assert studio[0].fingerprint != standard[0].fingerprint
        assert studio[0].samples == pytest.approx(standard[0].samples, abs=2)
        assert studio[0].lufs == pytest.approx(standard[0].lufs, abs=0.2)
        (low,), (high,) = (
            [np.frombuffer(b"".join(chunks), "<i2") for chunks in stored(job, segments, quality).pcm()]
            for segments, quality in ((standard, Quality.STANDARD), (studio, Quality.STUDIO))
        )
        assert len(high) == studio[0].samples * 2
        middle = slice(4_000, 8_000)
        assert np.abs(high[::2][middle].astype(int)).max() == pytest.approx(
            np.abs(low[middle].astype(int)).max(), rel=0.02
        )

    def test_its_parts_are_read_and_checked(self) -> None:
        job, segments = speak(make_dialogue(text(), text(), quality=Quality.STUDIO))
        source = stored(job, segments, Quality.STUDIO)
        assert b"".join(source.pcm_of(1)) == [b"".join(chunks) for chunks in source.pcm()][1]
        with pytest.raises(ValueError, match="no frames"):
            source.frames()

        # When a sample of one of them is changed
        s3, key = boto3.client("s3"), f"segments/{job.user_id}/{segments[0].fingerprint}"
        found = s3.get_object(Bucket=resources.BUCKET_NAME, Key=key)
        body = bytearray(found["Body"].read())
        body[100] ^= 1
        s3.put_object(Bucket=resources.BUCKET_NAME, Key=key, Body=bytes(body), Metadata=found["Metadata"])

        # Then it is noticed
        with pytest.raises(BrokenSegment):
            b"".join(source.pcm_of(0))

        # And it alone is removed by who has met it
        stored(job, segments, Quality.STUDIO).remove_broken()
        storage = composition.audio_storage()
        found_again = [storage.find_segment(job.user_id, each.fingerprint) is not None for each in segments]
        assert found_again == [False, True]

    def test_the_quality_of_a_recording_goes_before_that_of_the_file(self, speech: AzureSpeechEmulator) -> None:
        dialogue = make_dialogue(text())
        job, standard = speak(dialogue)
        requests = len(speech.traffic.requests)

        studio_file = replace(dialogue, quality=Quality.STUDIO, recording=Quality.STANDARD)
        _, segments = speak(studio_file, user_id=job.user_id)

        assert len(speech.traffic.requests) == requests
        assert [each.fingerprint for each in segments] == [each.fingerprint for each in standard]


class TestRenditions:
    def test_use_what_is_stored_and_speak_nothing(self, speech: AzureSpeechEmulator) -> None:
        dialogue = make_dialogue(text(), text(), "……")
        job, spoken = speak(dialogue)
        requests = len(speech.traffic.requests)

        _, found = speak(dialogue, user_id=job.user_id, rendition_of=job.id)

        assert len(speech.traffic.requests) == requests
        assert [each.fingerprint for each in found] == [each.fingerprint for each in spoken]
        assert [each.words for each in found] == [each.words for each in spoken]
        assert {(each.is_reused, each.billed_characters) for each in found} == {(True, 0)}

    def test_fail_for_good_when_something_is_not_stored_any_more(self, speech: AzureSpeechEmulator) -> None:
        # Given a dialogue, one turn of which is lost
        dialogue = make_dialogue(text(), text(), text())
        source, spoken = speak(dialogue)
        boto3.client("s3").delete_object(
            Bucket=resources.BUCKET_NAME, Key=f"segments/{source.user_id}/{spoken[1].fingerprint}"
        )
        requests = len(speech.traffic.requests)

        # When a rendition needs it
        with pytest.raises(SegmentsExpired) as failure:
            speak(dialogue, user_id=source.user_id, rendition_of=source.id)

        # Then it is not spoken, and its place is named
        assert len(speech.traffic.requests) == requests
        assert json.loads(str(failure.value))["details"] == {"turn_index": 10}
