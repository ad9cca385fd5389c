"""Composition root: builds and caches the parts that the handlers use.

Each part is built once, at its first use. An invocation pays only for the parts that it uses, and later invocations
reuse them. Modules that are slow to import are imported inside the function that builds the part.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from castline.metrics import Metric
from castline.observability import logger, measure, note, trace_header
from castline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from botocore.config import Config
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from castline.audio.storage import AudioStorage
    from castline.batch_queue.queue import BatchQueue
    from castline.batch_queue.tickets import Tickets
    from castline.documents.repository import DocumentRepository
    from castline.jobs.daily_jobs import DailyJobs
    from castline.jobs.event_bus import EventBus
    from castline.jobs.event_log import EventLog
    from castline.jobs.executions import Executions
    from castline.jobs.model import Job
    from castline.jobs.reconciliation import CheckTimes
    from castline.jobs.rejected_events import RejectedEvents
    from castline.jobs.repository import JobRepository
    from castline.pacing.repository import PaceRepository
    from castline.previews.repository import PreviewRepository
    from castline.pronunciation_sets.items import Entries
    from castline.shows.model import Show
    from castline.sounds.repository import SoundRepository
    from castline.sounds.storage import SoundStorage
    from castline.speech.errors import ProviderAuthFailed, SpeechError
    from castline.speech.pool import ResourcesSecret, SpeechPool
    from castline.speech.providers.base import Resources, SpeechProvider
    from castline.speech.providers.registry import EnabledProvider
    from castline.speech.voice_list import Voice, VoiceList
    from castline.usage.model import DefaultRules
    from castline.usage.repository import UsageRepository
    from castline.usecases.assemble_job import AssembleJob
    from castline.usecases.cancel_job import CancelJob
    from castline.usecases.cast_speakers import CastSpeakers
    from castline.usecases.create_job import CreateJob
    from castline.usecases.delete_job import DeleteJob
    from castline.usecases.deliver_webhook import DeliverWebhook
    from castline.usecases.dispatch_webhooks import DispatchWebhooks
    from castline.usecases.estimate_job import EstimateJob
    from castline.usecases.fail_job import FailJob
    from castline.usecases.fetch_sounds import FetchSounds
    from castline.usecases.keep_documents import KeepDocuments
    from castline.usecases.keep_sounds import KeepSounds
    from castline.usecases.keep_webhooks import KeepWebhooks
    from castline.usecases.operate_limits import OperateLimits
    from castline.usecases.plan_job import PlanJob
    from castline.usecases.play_job import PlayJob
    from castline.usecases.prepare_dialogue import PrepareDialogue
    from castline.usecases.publish_events import PublishEvents, RepublishEvents
    from castline.usecases.queue_batch import QueueBatch
    from castline.usecases.receive_sound import ReceiveSound
    from castline.usecases.reconcile_jobs import ReconcileJobs
    from castline.usecases.refill_tickets import RefillTickets
    from castline.usecases.rename_job import RenameJob
    from castline.usecases.render_job import RenderJob
    from castline.usecases.reserve_characters import ReserveCharacters
    from castline.usecases.resolve_pronunciations import ResolvePronunciations
    from castline.usecases.send_webhooks import SendWebhooks
    from castline.usecases.settle_previews import SettlePreviews
    from castline.usecases.speak_next_batch import SpeakNextBatch
    from castline.usecases.speak_preview import SpeakPreview
    from castline.usecases.stop_job import FailAnyJob, StopJob
    from castline.usecases.submit_job import ResubmitJob, SubmitJob
    from castline.usecases.synthesize_batch import SynthesizeBatch
    from castline.usecases.use_sounds import UseSounds
    from castline.usecases.view_jobs import ViewJobs
    from castline.usecases.view_timings import ViewTimings
    from castline.usecases.view_usage import ViewUsage
    from castline.usecases.watch_ceiling import WatchCeiling
    from castline.webhooks.model import Attempt, Delivery, DeliveryStatus, DisabledReason
    from castline.webhooks.queue import DeliveryQueue
    from castline.webhooks.repository import WebhookRepository
    from castline.webhooks.sender import WebhookSender

PartT = TypeVar("PartT")
Ids = ParamSpec("Ids")

_making = threading.RLock()
_forget: list[Callable[[], None]] = []
_given: dict[str, Callable[..., Any]] = {}


def _made_once(make: Callable[Ids, PartT]) -> Callable[Ids, PartT]:
    """Build a part only once for each id, even if threads ask concurrently: boto3 cannot build clients in parallel.

    A part that ``given`` has set under the same name takes precedence.
    """
    made: dict[tuple[Any, ...], PartT] = {}
    _forget.append(made.clear)

    @wraps(make)
    def part(*args: Ids.args, **kwargs: Ids.kwargs) -> PartT:
        if make.__name__ in _given:
            return cast("PartT", _given[make.__name__](*args, **kwargs))
        ids = (*args, *kwargs.items())
        # Return a part that exists without the lock, which another thread may hold while it imports modules.
        with suppress(KeyError):
            return made[ids]
        with _making:
            if ids not in made:
                made[ids] = make(*args, **kwargs)
            return made[ids]

    return part


@contextmanager
def given(**parts: Callable[..., Any]) -> Iterator[None]:
    """Replace parts, such as the clock, by others of the same name until the context ends.

    All other parts are discarded at the beginning and at the end of the context, and are then built again.
    """
    reset()
    _given.update(parts)
    try:
        yield
    finally:
        reset()
        for name in parts:
            del _given[name]


@_made_once
def clock() -> Callable[[], datetime]:
    """Return the clock, in UTC."""
    return lambda: datetime.now(UTC)


@_made_once
def settings() -> Settings:
    """Return the settings, from the environment at their first use."""
    return Settings(dict(os.environ))


@_made_once
def job_repository() -> JobRepository:
    """Return the repository of jobs."""
    from castline.jobs.repository import JobRepository

    return JobRepository(
        _dynamodb(), settings().table_name, check_times=_check_times(), unreadable=_warn_of_unreadable_item
    )


def _check_times() -> CheckTimes:
    from castline.jobs.reconciliation import CheckTimes

    return CheckTimes(
        reconcile_after=timedelta(seconds=settings().reconcile_after_seconds),
        max_pending=timedelta(seconds=settings().max_pending_seconds),
        max_processing=timedelta(seconds=settings().max_processing_seconds),
        settle_after=timedelta(seconds=settings().settle_after_seconds),
    )


def _warn_of_unreadable_item(reason: str) -> None:
    logger.warning("skipped an item that is missing or cannot be read", extra={"reason": reason})


@_made_once
def usage_repository() -> UsageRepository:
    """Return the repository of usage and limits."""
    from castline.usage.repository import UsageRepository

    return UsageRepository(_dynamodb(), settings().table_name)


@_made_once
def default_rules() -> DefaultRules:
    """Return the configured limits of users and of the deployment."""
    from castline.usage.model import DefaultRules, Limits

    return DefaultRules(
        limits=Limits(
            characters_per_day=settings().user_characters_per_day,
            characters_per_month=settings().user_characters_per_month,
            max_active_jobs=settings().max_active_jobs,
        ),
        deployment_characters_per_day=settings().deployment_characters_per_day,
    )


@_made_once
def executions() -> Executions:
    """Return the workflow's executions."""
    import boto3

    from castline.jobs.executions import Executions

    client = boto3.client("stepfunctions", config=_answering_config())
    return Executions(client, settings().state_machine_arn, trace_header=trace_header)


@_made_once
def view_jobs() -> ViewJobs:
    """Return the use case that shows users their jobs."""
    from castline.usecases.view_jobs import ViewJobs

    return ViewJobs(job_repository(), batch_queue, now=clock())


@_made_once
def view_timings() -> ViewTimings:
    """Return the use case that shows users the times of the parts of their files."""
    from castline.usecases.view_timings import ViewTimings

    return ViewTimings(view_jobs(), published_audio())


@_made_once
def play_job() -> PlayJob:
    """Return the use case that writes the playlist of a job."""
    from castline.usecases.play_job import PlayJob

    return PlayJob(view_jobs(), published_audio(), provider=speech_provider, now=clock())


@_made_once
def create_job() -> CreateJob:
    """Return the use case that stores and starts a job."""
    from castline.usecases.create_job import CreateJob

    return CreateJob(
        job_repository(),
        executions(),
        use_sounds(),
        reserve_characters(),
        rules=partial(usage_repository().rules_for, defaults=default_rules()),
        now=clock(),
        demand_webhook_secret=lambda user_id: keep_webhooks().demand_job_secret(user_id),
        created=_count_submission,
    )


@_made_once
def reserve_characters() -> ReserveCharacters:
    """Return the use case that computes the characters to reserve for a new job."""
    from castline.usecases.reserve_characters import ReserveCharacters

    return ReserveCharacters(provider=speech_provider, storage=published_audio)


@_made_once
def submit_job() -> SubmitJob:
    """Return the use case that submits a dialogue."""
    from castline.usecases.submit_job import SubmitJob

    return SubmitJob(create_job(), prepare=prepare_dialogue(), pronunciations=resolve_pronunciations())


@_made_once
def estimate_job() -> EstimateJob:
    """Return the use case that estimates a job without creating it."""
    from castline.usecases.estimate_job import EstimateJob

    return EstimateJob(
        prepare=prepare_dialogue(),
        pronunciations=resolve_pronunciations(),
        sounds=use_sounds(),
        providers=speech_providers,
        storage=published_audio(),
        demand_webhook_secret=lambda user_id: keep_webhooks().demand_job_secret(user_id),
    )


@_made_once
def preview_repository() -> PreviewRepository:
    """Return the repository of previews."""
    from castline.previews.repository import PreviewRepository

    return PreviewRepository(_dynamodb(), settings().table_name, unreadable=_warn_of_unreadable_item)


@_made_once
def speak_preview() -> SpeakPreview:
    """Return the use case that speaks previews."""
    from castline.usecases.speak_preview import SpeakPreview

    return SpeakPreview(
        preview_repository(),
        published_audio(),
        prepare=prepare_dialogue(),
        pronunciations=resolve_pronunciations(),
        providers=speech_providers,
        pool=speech_pool,
        pace=speech_pace,
        rules=partial(usage_repository().rules_for, defaults=default_rules()),
        max_per_minute=settings().previews_per_minute,
        now=clock(),
    )


@_made_once
def settle_previews() -> SettlePreviews:
    """Return the use case that settles previews whose functions failed to do so."""
    from castline.usecases.settle_previews import SettlePreviews

    return SettlePreviews(preview_repository(), audio_storage, now=clock())


@_made_once
def render_job() -> RenderJob:
    """Return the use case that submits renditions of completed jobs."""
    from castline.usecases.render_job import RenderJob

    return RenderJob(view_jobs(), create_job(), providers=speech_providers)


@_made_once
def pronunciation_sets() -> DocumentRepository[Entries]:
    """Return the repository of pronunciation sets."""
    from castline.documents.repository import DocumentRepository
    from castline.pronunciation_sets.items import PRONUNCIATION_SETS

    client = _dynamodb()
    return DocumentRepository(client, settings().table_name, PRONUNCIATION_SETS)


@_made_once
def keep_pronunciations() -> KeepDocuments[Entries]:
    """Return the use case that keeps the pronunciation sets of users."""
    from castline.usecases.keep_documents import KeepDocuments
    from castline.usecases.pronunciation_rules import demand_known_phonemes

    return KeepDocuments(
        pronunciation_sets(),
        demand_usable=lambda _user_id, entries: demand_known_phonemes(entries, speech_providers()),
        now=clock(),
    )


@_made_once
def keep_shows() -> KeepDocuments[Show]:
    """Return the use case that keeps the shows of users."""
    from castline.documents.repository import DocumentRepository
    from castline.shows.items import SHOWS
    from castline.usecases.keep_documents import KeepDocuments
    from castline.usecases.show_sounds import keep_sounds_of_show

    client = _dynamodb()
    return KeepDocuments(
        DocumentRepository(client, settings().table_name, SHOWS),
        demand_usable=lambda user_id, show: keep_sounds_of_show(user_id, show, use_sounds()),
        now=clock(),
    )


@_made_once
def resolve_pronunciations() -> ResolvePronunciations:
    """Return the use case that resolves the pronunciations of a submission."""
    from castline.usecases.resolve_pronunciations import ResolvePronunciations

    return ResolvePronunciations(pronunciation_sets())


@_made_once
def sound_repository() -> SoundRepository:
    """Return the repository of sounds."""
    from castline.sounds.repository import SoundRepository

    client = _dynamodb()
    return SoundRepository(client, settings().table_name)


@_made_once
def use_sounds() -> UseSounds:
    """Return the use case that looks up and keeps the sounds of jobs."""
    from castline.usecases.use_sounds import UseSounds

    return UseSounds(sound_repository(), now=clock())


@_made_once
def keep_sounds() -> KeepSounds:
    """Return the use case that keeps the sounds of users."""
    from castline.usecases.keep_sounds import KeepSounds

    return KeepSounds(sound_repository(), published_sounds, now=clock())


@_made_once
def receive_sound() -> ReceiveSound:
    """Return the use case that receives uploaded sounds."""
    from castline.audio.probe import probe
    from castline.usecases.receive_sound import ReceiveSound

    return ReceiveSound(sound_repository(), sound_storage(), probe=probe, now=clock())


@_made_once
def sound_storage() -> SoundStorage:
    """Return the storage of the files of sounds, for the workflow and for events."""
    return _sound_storage(_client_config())


@_made_once
def published_sounds() -> SoundStorage:
    """Return the storage of the files of sounds, for the API, with short time-outs."""
    return _sound_storage(_answering_config())


def _sound_storage(config: Config) -> SoundStorage:
    from castline.sounds.storage import SoundStorage

    s3, presigning = _s3_clients(config)
    return SoundStorage(bucket=settings().bucket_name, client=s3, presigning_client=presigning)


@_made_once
def webhook_repository() -> WebhookRepository:
    """Return the repository of webhooks and their deliveries."""
    from castline.webhooks.repository import WebhookRepository

    client = _dynamodb()
    return WebhookRepository(client, settings().table_name)


@_made_once
def delivery_queue() -> DeliveryQueue:
    """Return the queue of deliveries to webhooks."""
    import boto3

    from castline.webhooks.queue import DeliveryQueue

    return DeliveryQueue(boto3.client("sqs", config=_answering_config()), settings().webhook_queue_url)


@_made_once
def keep_webhooks() -> KeepWebhooks:
    """Return the use case that keeps the webhooks of users."""
    from castline.usecases.keep_webhooks import KeepWebhooks

    return KeepWebhooks(webhook_repository(), now=clock())


@_made_once
def send_webhooks() -> SendWebhooks:
    """Return the use case that sends test events and redeliveries."""
    from castline.usecases.send_webhooks import SendWebhooks

    return SendWebhooks(keep_webhooks(), webhook_repository(), delivery_queue, now=clock())


@_made_once
def dispatch_webhooks() -> DispatchWebhooks:
    """Return the use case that dispatches events to webhooks."""
    from castline.usecases.dispatch_webhooks import DispatchWebhooks

    return DispatchWebhooks(webhook_repository(), job_repository(), delivery_queue(), now=clock())


@_made_once
def webhook_sender() -> WebhookSender:
    """Return the sender of webhooks."""
    from castline.webhooks.sender import WebhookSender

    return WebhookSender(allow_loopback=settings().webhooks_allow_loopback)


@_made_once
def deliver_webhook() -> DeliverWebhook:
    """Return the use case that attempts deliveries of webhooks."""
    from castline.usecases.deliver_webhook import DeliverWebhook

    return DeliverWebhook(
        webhook_repository(), webhook_sender, now=clock(), attempted=_count_attempt, disabled=_count_disabled_webhook
    )


def _count_attempt(delivery: Delivery, attempt: Attempt, status: DeliveryStatus) -> None:
    """Log and count an attempt. The URL and the response are not logged, because they may hold secrets of users."""
    logger.info(
        "webhook attempted",
        extra={
            "event_type": delivery.event_type,
            "attempt": len(delivery.attempts) + 1,
            "status": status.value,
            "status_code": attempt.status_code,
            "error": attempt.error,
            "duration_ms": attempt.duration_ms,
        },
    )
    if attempt.error is not None:
        measure({Metric.WEBHOOK_ATTEMPTS_FAILED: 1}, code=attempt.error.value)
    if status == "delivered":
        measure({Metric.WEBHOOKS_DELIVERED: 1})
    elif status == "failed":
        measure({Metric.WEBHOOKS_FAILED: 1})


def _count_disabled_webhook(reason: DisabledReason) -> None:
    logger.warning("webhook disabled", extra={"reason": reason.value})
    measure({Metric.WEBHOOKS_DISABLED: 1}, code=reason.value)


@_made_once
def prepare_dialogue() -> PrepareDialogue:
    """Return the use case that checks and completes a dialogue."""
    from castline.usecases.prepare_dialogue import PrepareDialogue

    return PrepareDialogue(providers=speech_providers, voices=lambda provider_id: voice_list(provider_id).voices())


@_made_once
def cast_speakers() -> CastSpeakers:
    """Return the use case that chooses voices for speakers."""
    from castline.usecases.cast_speakers import CastSpeakers

    return CastSpeakers(providers=speech_providers, voices=lambda provider_id: voice_list(provider_id).voices())


@_made_once
def resubmit_job() -> ResubmitJob:
    """Return the use case that submits an ended job's dialogue again."""
    from castline.usecases.submit_job import ResubmitJob

    return ResubmitJob(view_jobs(), submit_job())


@_made_once
def cancel_job() -> CancelJob:
    """Return the use case that cancels a job."""
    from castline.usecases.cancel_job import CancelJob

    return CancelJob(view_jobs(), job_repository(), executions(), now=clock())


@_made_once
def stop_job() -> StopJob:
    """Return the use case that stops a job for its user."""
    from castline.usecases.stop_job import StopJob

    return StopJob(view_jobs(), job_repository(), executions(), now=clock())


@_made_once
def delete_job() -> DeleteJob:
    """Return the use case that deletes a job that has ended."""
    from castline.usecases.delete_job import DeleteJob

    return DeleteJob(view_jobs(), job_repository(), published_audio, now=clock())


@_made_once
def rename_job() -> RenameJob:
    """Return the use case that changes the titles of a job's audio."""
    from castline.usecases.rename_job import RenameJob

    return RenameJob(view_jobs(), job_repository())


@_made_once
def plan_job() -> PlanJob:
    """Return the use case that plans a job."""
    from castline.usecases.plan_job import PlanJob

    return PlanJob(job_repository(), provider=speech_provider, now=clock())


@_made_once
def batch_queue() -> BatchQueue:
    """Return the queue of the batches that wait to be spoken."""
    from castline.batch_queue.queue import BatchQueue

    return BatchQueue(_dynamodb(), settings().table_name)


@_made_once
def tickets() -> Tickets:
    """Return the queue of tickets for waiting batches."""
    import boto3

    from castline.batch_queue.tickets import Tickets

    return Tickets(boto3.client("sqs", config=_client_config()), settings().synthesis_queue_url)


@_made_once
def queue_batch() -> QueueBatch:
    """Return the use case that queues a batch."""
    from castline.usecases.queue_batch import QueueBatch

    return QueueBatch(batch_queue(), tickets(), now=clock())


@_made_once
def refill_tickets() -> RefillTickets:
    """Return the use case that sends tickets for overdue batches."""
    from castline.usecases.refill_tickets import RefillTickets

    return RefillTickets(batch_queue(), tickets(), now=clock())


@_made_once
def speak_next_batch() -> SpeakNextBatch:
    """Return the use case that speaks the next waiting batch."""
    import boto3

    from castline.jobs.task_outcomes import TaskOutcomes
    from castline.usecases.settle_late import settle_late
    from castline.usecases.speak_next_batch import SpeakNextBatch

    outcomes = TaskOutcomes(boto3.client("stepfunctions", config=_client_config()))
    return SpeakNextBatch(
        batch_queue(),
        tickets(),
        outcomes,
        synthesize_batch(),
        settle=partial(settle_late, repository=job_repository()),
        now=clock(),
    )


@_made_once
def synthesize_batch() -> SynthesizeBatch:
    """Return the use case that speaks a batch."""
    from castline.usecases.synthesize_batch import SynthesizeBatch

    return SynthesizeBatch(
        job_repository(),
        audio_storage(),
        provider=speech_provider,
        pool=speech_pool,
        pace=speech_pace,
        now=clock(),
        max_processing=timedelta(seconds=settings().max_processing_seconds),
    )


@_made_once
def assemble_job() -> AssembleJob:
    """Return the use case that assembles the audio of a job."""
    from castline.usecases.assemble_job import AssembleJob

    fetch = fetch_sounds()
    return AssembleJob(
        job_repository(),
        audio_storage(),
        provider=speech_provider,
        fetch_clips=fetch.clips,
        fetch_cover=fetch.cover,
        now=clock(),
    )


@_made_once
def fetch_sounds() -> FetchSounds:
    """Return the use case that fetches the sounds of a dialogue."""
    from castline.usecases.fetch_sounds import FetchSounds

    return FetchSounds(sound_repository(), sound_storage())


@_made_once
def fail_any_job() -> FailAnyJob:
    """Return the use case that stops a job for an operator."""
    from castline.usecases.stop_job import FailAnyJob

    return FailAnyJob(job_repository(), executions(), now=clock())


@_made_once
def daily_jobs() -> DailyJobs:
    """Return the index of all users' jobs by day."""
    from castline.jobs.daily_jobs import DailyJobs

    client = _dynamodb()
    return DailyJobs(client, settings().table_name, unreadable=_warn_of_unreadable_item)


@_made_once
def view_usage() -> ViewUsage:
    """Return the use case that shows usage."""
    from castline.usecases.view_usage import ViewUsage

    return ViewUsage(usage_repository(), defaults=default_rules(), now=clock())


@_made_once
def operate_limits() -> OperateLimits:
    """Return the use case by which operators set limits."""
    from castline.usecases.operate_limits import OperateLimits

    return OperateLimits(usage_repository(), defaults=default_rules(), now=clock())


@_made_once
def fail_job() -> FailJob:
    """Return the use case that fails a job."""
    from castline.usecases.fail_job import FailJob

    return FailJob(job_repository(), audio_storage, now=clock())


@_made_once
def event_log() -> EventLog:
    """Return the reader of job events."""
    from castline.jobs.event_log import EventLog

    client = _dynamodb()
    return EventLog(client, settings().table_name)


@_made_once
def event_bus() -> EventBus:
    """Return the bus on which job events are published."""
    import boto3

    from castline.jobs.event_bus import EventBus

    return EventBus(boto3.client("events", config=_answering_config()), settings().event_bus_name)


@_made_once
def rejected_events() -> RejectedEvents:
    """Return the queue of events that cannot be published."""
    import boto3

    from castline.jobs.rejected_events import RejectedEvents

    return RejectedEvents(boto3.client("sqs", config=_answering_config()), settings().event_dead_letters_url)


@_made_once
def publish_events() -> PublishEvents:
    """Return the use case that publishes job events."""
    from castline.usecases.publish_events import PublishEvents

    return PublishEvents(event_log(), event_bus(), rejected_events())


@_made_once
def republish_events() -> RepublishEvents:
    """Return the use case that publishes past events again."""
    from castline.usecases.publish_events import RepublishEvents

    return RepublishEvents(event_log(), publish_events(), now=clock())


@_made_once
def reconcile_jobs() -> ReconcileJobs:
    """Return the use case that reconciles open jobs and taken slots."""
    from castline.jobs.checks import Checks
    from castline.jobs.lease import Lease
    from castline.usecases.reconcile_jobs import ReconcileJobs

    client = _dynamodb()
    return ReconcileJobs(
        job_repository(),
        Checks(client, settings().table_name),
        Lease(client, settings().table_name),
        executions(),
        audio_storage,
        fail_job(),
        now=clock(),
        times=_check_times(),
    )


@_made_once
def watch_ceiling() -> WatchCeiling:
    """Return the use case that measures how much of the daily ceiling is used."""
    from castline.usecases.watch_ceiling import WatchCeiling

    return WatchCeiling(usage_repository(), configured=settings().deployment_characters_per_day, now=clock())


@_made_once
def audio_storage() -> AudioStorage:
    """Return the audio bucket, for the workflow."""
    return _audio_storage(_client_config())


@_made_once
def published_audio() -> AudioStorage:
    """Return the audio bucket, for the API. A user waits for the answer, so its time-outs are short."""
    return _audio_storage(_answering_config())


def _audio_storage(config: Config) -> AudioStorage:
    from botocore.config import Config

    from castline.audio.storage import AudioStorage
    from castline.synthesis.stored_utterances import LOOK_UPS

    # One connection for each parallel look-up, because further connections would not be reused.
    s3, presigning = _s3_clients(config.merge(Config(max_pool_connections=LOOK_UPS)))
    return AudioStorage(bucket=settings().bucket_name, client=s3, presigning_client=presigning)


def _s3_clients(config: Config) -> tuple[S3Client, S3Client]:
    """Return an S3 client that reads and writes, and one that signs URLs for users."""
    import boto3
    from botocore.config import Config

    s3: S3Client = boto3.client("s3", config=config)
    endpoint_url = settings().download_endpoint_url
    # Without an addressing style, URLs are signed for S3's global endpoint, which regions opened since 2019 do not
    # support. The other client uses the endpoint of the environment, which may not support bucket names in the host.
    at_region = config.merge(Config(s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"}))
    presigning: S3Client = (
        boto3.client("s3", config=config, endpoint_url=endpoint_url)
        if endpoint_url
        else boto3.client("s3", config=at_region)
    )
    return s3, presigning


@_made_once
def speech_providers() -> Mapping[str, EnabledProvider]:
    """Return the speech providers that this deployment has enabled, by id."""
    from castline.speech.providers.registry import enable

    return enable(settings().speech_providers)


def speech_provider(provider_id: str) -> EnabledProvider:
    """Return the enabled provider with an id.

    Raises:
        ProviderMisconfigured: the provider is not enabled.
    """
    from castline.speech.errors import ProviderMisconfigured

    try:
        return speech_providers()[provider_id]
    except KeyError:
        raise ProviderMisconfigured(f"the provider {provider_id} is not enabled") from None


_speech_pools: list[SpeechPool] = []


@_made_once
def speech_pool(provider_id: str) -> SpeechPool:
    """Return the resources of a provider, with their current keys from Secrets Manager.

    Raises:
        ProviderMisconfigured: the provider is not enabled.
    """
    from castline.speech.pool import SpeechPool
    from castline.speech.providers.base import Timeouts

    provider = speech_provider(provider_id).provider
    timeouts = Timeouts(
        first_chunk_ms=settings().speech_first_chunk_timeout_ms,
        all_chunks_ms=settings().speech_all_chunks_timeout_ms,
    )
    pool = SpeechPool(
        _speech_secret(provider_id),
        lambda credentials: provider.open(credentials, timeouts),
        healed=partial(_count_refusal, provider_id),
    )
    _speech_pools.append(pool)
    return pool


@_made_once
def speech_pace(provider_id: str) -> PaceRepository:
    """Return the pace of the requests to a provider, which all tasks share.

    Raises:
        ProviderMisconfigured: the provider is not enabled.
    """
    from castline.pacing.model import Limit
    from castline.pacing.repository import PaceRepository

    return PaceRepository(
        _dynamodb(),
        settings().table_name,
        provider_id=provider_id,
        limit=Limit(requests_per_second=speech_provider(provider_id).requests_per_second),
    )


@_made_once
def voice_list(provider_id: str) -> VoiceList:
    """Return the voices of a provider.

    Raises:
        ProviderMisconfigured: the provider is not enabled.
    """
    from castline.speech.voice_list import VoiceList

    provider = speech_provider(provider_id).provider
    return VoiceList(lambda: _fetch_voices(provider), stale=_warn_of_old_voices)


def _fetch_voices(provider: SpeechProvider) -> tuple[Voice, ...]:
    """Return the provider's voices. If it refuses the keys, read the secret again and retry once."""
    from castline.speech.errors import ProviderAuthFailed

    secret = _speech_secret(provider.id)
    used = secret.read()
    try:
        return _fetch_voices_of_any(provider, used)
    except ProviderAuthFailed:
        rotated = secret.read_afresh()
        if rotated == used:
            raise
        return _fetch_voices_of_any(provider, rotated)


def _fetch_voices_of_any(provider: SpeechProvider, resources: Resources) -> tuple[Voice, ...]:
    """Return the voices of the first resource that lists them. If none does, raise the first resource's error."""
    from castline.speech.errors import SpeechError

    errors: list[SpeechError] = []
    for credentials in resources.values():
        try:
            return provider.list_voices(credentials, dropped=_warn_of_dropped_voices)
        except SpeechError as error:
            errors.append(error)
    raise errors[0]


def _warn_of_dropped_voices(count: int) -> None:
    logger.warning("entries of the list of voices cannot be read", extra={"entries": count})


def _warn_of_old_voices(error: SpeechError) -> None:
    logger.warning("the voices cannot be listed; using the cached list", extra={"reason": str(error)})


@_made_once
def _speech_secret(provider_id: str) -> ResourcesSecret:
    from castline.speech.pool import NoSecret

    enabled = speech_provider(provider_id)
    if enabled.secret_id is None:
        return NoSecret()
    import boto3

    from castline.secrets import CachedSecret

    return CachedSecret(
        boto3.client("secretsmanager", config=_answering_config()),
        enabled.secret_id,
        parse=enabled.provider.read_secret,
        max_age_seconds=settings().speech_secret_max_age_seconds,
    )


def _count_refusal(provider_id: str, refusal: ProviderAuthFailed) -> None:
    logger.warning("the key was refused because it was rotated; using the new key")
    measure({Metric.PROVIDER_ERRORS: 1}, code=type(refusal).__name__, provider=provider_id)


def _count_submission(job: Job) -> None:
    note(job_id=job.id)
    measure({Metric.JOBS_SUBMITTED: 1})


@_made_once
def _dynamodb() -> DynamoDBClient:
    """Return the client that all repositories share, because each client lengthens a cold start."""
    import boto3

    return boto3.client("dynamodb", config=_answering_config())


@_made_once
def _client_config() -> Config:
    from botocore.config import Config

    return Config(
        connect_timeout=2,
        read_timeout=20,
        retries={"mode": "standard", "total_max_attempts": 4},
        signature_version="v4",
    )


@_made_once
def _answering_config() -> Config:
    """Return the configuration of clients for calls that a user waits for.

    The two attempts of a call take at most 7 s. Two calls, such as starting a job and discarding it, take 14 s. API
    Gateway's limit is 30 s.
    """
    from botocore.config import Config

    return _client_config().merge(
        Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2})
    )


def warm_up() -> None:
    """Build the parts that most API requests need, without calling AWS."""
    submit_job()
    view_jobs()
    published_audio()


def reset() -> None:
    """Discard all parts, so that the next use reads the environment again, and close the speech pools."""
    with _making:
        pools = list(_speech_pools)
        _speech_pools.clear()
        for forget in _forget:
            forget()
    # The pools are closed outside the lock: a session that is being opened holds its own lock and needs the settings.
    for pool in pools:
        pool.close()
