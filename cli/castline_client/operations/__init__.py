"""Operations of the API, written once for both ``Castline`` and ``AsyncCastline``.

An operation is a function that returns a flow of steps (``castline_client.steps``). ``Operations`` turns them into
methods.
"""

from __future__ import annotations

from castline_client.methods import Listing, Method
from castline_client.operations import jobs as of_jobs
from castline_client.operations import looking_around, pronunciations, requests, results, submitting, waiting
from castline_client.operations import shows as of_shows
from castline_client.operations import sounds as of_sounds
from castline_client.operations import webhooks as of_webhooks
from castline_client.types import JobSummary, WebhookDelivery


class Operations:
    """Methods of both clients. Those of ``AsyncCastline`` are awaited."""

    request = Method(requests.request)
    request_file = Method(requests.request_file)

    health = Method(looking_around.health)
    providers = Method(looking_around.providers)
    voices = Method(looking_around.voices)
    usage = Method(looking_around.usage)

    parse = Method(submitting.parse)
    cast = Method(submitting.cast)
    estimate = Method(submitting.estimate)
    estimate_single_voice = Method(submitting.estimate_single_voice)
    preview = Method(submitting.preview)
    create_job = Method(submitting.create_job)
    create_single_voice_job = Method(submitting.create_single_voice_job)
    resubmit_job = Method(submitting.resubmit_job)
    render_job = Method(submitting.render_job)

    jobs = Listing(of_jobs.jobs, JobSummary)
    job = Method(of_jobs.job)
    rename_job = Method(of_jobs.rename_job)
    cancel_job = Method(of_jobs.cancel_job)
    stop_job = Method(of_jobs.stop_job)
    delete_job = Method(of_jobs.delete_job)

    wait = Method(waiting.wait)

    audio = Method(results.audio)
    audio_pieces = Listing(results.audio_pieces, bytes)
    download = Method(results.download)
    subtitles = Method(results.subtitles)
    timings = Method(results.timings)
    playlist = Method(results.playlist)

    sounds = Method(of_sounds.sounds)
    sound = Method(of_sounds.sound)
    create_sound = Method(of_sounds.create_sound)
    send_file = Method(of_sounds.send_file)
    wait_for_sound = Method(of_sounds.wait_for_sound)
    upload_sound = Method(of_sounds.upload_sound)
    sound_file = Method(of_sounds.sound_file)
    sound_pieces = Listing(of_sounds.sound_pieces, bytes)
    download_sound = Method(of_sounds.download_sound)
    delete_sound = Method(of_sounds.delete_sound)

    pronunciation_sets = Method(pronunciations.pronunciation_sets)
    pronunciation_set = Method(pronunciations.pronunciation_set)
    put_pronunciation_set = Method(pronunciations.put_pronunciation_set)
    delete_pronunciation_set = Method(pronunciations.delete_pronunciation_set)

    shows = Method(of_shows.shows)
    show = Method(of_shows.show)
    put_show = Method(of_shows.put_show)
    delete_show = Method(of_shows.delete_show)

    webhooks = Method(of_webhooks.webhooks)
    webhook = Method(of_webhooks.webhook)
    create_webhook = Method(of_webhooks.create_webhook)
    change_webhook = Method(of_webhooks.change_webhook)
    delete_webhook = Method(of_webhooks.delete_webhook)
    rotate_webhook_secret = Method(of_webhooks.rotate_webhook_secret)
    test_webhook = Method(of_webhooks.test_webhook)
    deliveries = Listing(of_webhooks.deliveries, WebhookDelivery)
    redeliver = Method(of_webhooks.redeliver)
