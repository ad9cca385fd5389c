"""Service stack: everything that can be deleted and deployed again without losing a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk

from infra import functions as specs
from infra import queue_settings
from infra.alarms import Alarms
from infra.api import Api
from infra.calling_queue import CallingQueue
from infra.console import Console, has_console
from infra.cost_guard import CostGuard
from infra.dashboard import Dashboard
from infra.events import Events
from infra.queue_reader import QueueReader
from infra.service_functions import ServiceFunctions
from infra.workflow import Workflow

if TYPE_CHECKING:
    from constructs import Construct

    from infra.data_stack import DataStack
    from infra.environments import Environment
    from layers.build import Artefacts


class ServiceStack(cdk.Stack):
    """One environment's service."""

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 (CDK's name)
        *,
        environment: Environment,
        data: DataStack,
        artefacts: Artefacts,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"castline-{environment.name}-service",
            description="Castline: API, workflow, events and monitoring.",
        )
        synthesis = CallingQueue(
            self, "Synthesis", "Tickets", queue_settings.SYNTHESIS, removal_policy=cdk.RemovalPolicy.DESTROY
        )
        make = ServiceFunctions(
            self,
            "Functions",
            environment=environment,
            data=data,
            synthesis_queue=synthesis.queue,
            artefacts=artefacts,
        ).make
        tasks = {spec.name: make(spec) for spec in specs.WORKFLOW_SUBSTITUTIONS.values()}
        state_machine = Workflow(self, "Workflow", environment=environment, functions=tasks).state_machine
        functions = {
            **tasks,
            specs.SYNTHESIZE.name: make(specs.SYNTHESIZE),
            specs.API.name: make(specs.API, state_machine=state_machine),
            specs.PREVIEW.name: make(specs.PREVIEW),
            specs.RECONCILE.name: make(specs.RECONCILE, state_machine=state_machine),
            specs.EXECUTION_ENDED.name: make(specs.EXECUTION_ENDED),
            specs.EXPIRE.name: make(specs.EXPIRE),
            specs.SOUND_UPLOADED.name: make(specs.SOUND_UPLOADED),
            specs.PUBLISH_EVENTS.name: make(specs.PUBLISH_EVENTS),
            specs.DISPATCH_WEBHOOKS.name: make(specs.DISPATCH_WEBHOOKS),
            specs.DELIVER_WEBHOOKS.name: make(specs.DELIVER_WEBHOOKS),
        }
        api = Api(self, "Api", environment=environment)
        audience = list(data.token_issuer.audience)
        if has_console(environment):
            console = Console(
                self,
                "Console",
                environment=environment,
                data=data,
                api_host=api.host,
                artefact=artefacts.console,
            )
            audience += [console.client_id] if data.sign_in is not None else []
        api.serve(
            functions[specs.API.name],
            speaking=functions[specs.PREVIEW.name],
            issuer=data.token_issuer.issuer,
            audience=audience,
        )
        events = Events(
            self,
            "Events",
            state_machine=state_machine,
            jobs=data.table,
            bucket=data.bucket,
            bus=data.event_bus,
            execution_ended=functions[specs.EXECUTION_ENDED.name],
            sound_uploaded=functions[specs.SOUND_UPLOADED.name],
            reconcile=functions[specs.RECONCILE.name],
            expire=functions[specs.EXPIRE.name],
            publish_events=functions[specs.PUBLISH_EVENTS.name],
        )
        events.on_job_event(
            "DispatchWebhooks",
            functions[specs.DISPATCH_WEBHOOKS.name],
            description="Events of jobs for the webhooks of their users",
        )
        QueueReader(
            self,
            "Webhooks",
            "Deliveries",
            queue=data.webhook_queue.queue,
            function=functions[specs.DELIVER_WEBHOOKS.name],
            max_concurrency=environment.webhook_concurrency,
        )
        QueueReader(
            self,
            "SynthesisReader",
            "Tickets",
            queue=synthesis.queue,
            function=functions[specs.SYNTHESIZE.name],
            max_concurrency=environment.synthesize_concurrency,
        )
        alarms = Alarms(
            self,
            "Alarms",
            environment=environment,
            topic=data.alarm_topic,
            http_api=api.http_api,
            functions=functions,
            dead_letter_queues=[
                *events.dead_letter_queues.values(),
                data.webhook_queue.dead_letters,
                synthesis.dead_letters,
            ],
        ).alarms
        Dashboard(
            self,
            "Dashboard",
            environment=environment,
            alarms=alarms,
            http_api=api.http_api,
            state_machine=state_machine,
            functions=functions,
        )
        if environment.monthly_budget_usd is not None:
            CostGuard(self, "CostGuard", monthly_usd=environment.monthly_budget_usd, topic=data.alarm_topic)
        cdk.CfnOutput(self, "ApiUrl", value=api.url)
        cdk.CfnOutput(self, "PublishEventsFunction", value=functions[specs.PUBLISH_EVENTS.name].function_name)
        cdk.CfnOutput(self, "StateMachineArn", value=state_machine.state_machine_arn)
