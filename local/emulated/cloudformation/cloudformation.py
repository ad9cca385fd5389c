"""Corrections of moto's CloudFormation, and registration of the types that it lacks."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult

from local.emulated.cloudformation import (
    api_gateway,
    cloudfront,
    cognito,
    completed,
    custom_resources,
    events,
    lambdas,
    monitoring,
    policies,
    secrets,
    state_machines,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ADDED = (
    *lambdas.TYPES,
    *api_gateway.TYPES,
    *cloudfront.TYPES,
    *cognito.TYPES,
    *custom_resources.TYPES,
    *events.TYPES,
    *monitoring.TYPES,
    *policies.TYPES,
    *secrets.TYPES,
    *state_machines.TYPES,
)


@contextmanager
def cloudformation() -> Iterator[None]:
    """Make stacks behave as on AWS while the context lasts, as far as Castline's stacks need it."""
    models = parsing.get_model_map()
    names = parsing.get_name_type_map()
    with ExitStack() as hooks:
        hooks.enter_context(patch.dict(models, {each.name: each for each in _ADDED}))
        hooks.enter_context(patch.dict(models, completed.TYPES))
        hooks.enter_context(patch.dict(names, {each.name: each.name_property for each in _ADDED}))
        hooks.enter_context(_known_types_only())
        hooks.enter_context(_clear_failures())
        hooks.enter_context(_json_first())
        hooks.enter_context(_deletion())
        hooks.enter_context(_dependents_first())
        yield


@contextmanager
def _known_types_only() -> Iterator[None]:
    """Refuse a template with a type that is not emulated; moto would silently omit the resource."""
    class_of = parsing.resource_class_from_type

    def known_class_of(resource_type: str) -> Any:
        models = parsing.get_model_map()
        if resource_type not in models:
            raise ValidationError(message=f"the emulated CloudFormation does not know {resource_type}")
        # moto would not look up a custom resource, and would not wait for one either.
        return models[resource_type] if resource_type.startswith("Custom::") else class_of(resource_type)

    with patch.object(parsing, "resource_class_from_type", known_class_of):
        yield


@contextmanager
def _clear_failures() -> Iterator[None]:
    """Answer with the failed resource and its error; moto would answer 500, and the client would retry."""
    create = parsing.parse_and_create_resource

    def create_or_explain(logical_id: str, resource_json: dict[str, Any], *args: Any, **options: Any) -> Any:
        try:
            return create(logical_id, resource_json, *args, **options)
        except ServiceException:
            raise
        except Exception as error:
            raise ValidationError(message=f"{logical_id} ({resource_json['Type']}): {error!r}") from error

    with patch.object(parsing, "parse_and_create_resource", create_or_explain):
        yield


@contextmanager
def _json_first() -> Iterator[None]:
    """Parse a template as JSON if it is JSON; moto parses everything as YAML first, which takes seconds."""
    parse = Stack.parse_template

    def parse_template(template: str) -> Any:
        try:
            return json.loads(template)
        except ValueError:
            return parse(template)

    with patch.object(Stack, "parse_template", staticmethod(parse_template)):
        yield


@contextmanager
def _deletion() -> Iterator[None]:
    """Refuse to delete a stack that is protected or that another one imports from; moto stores and ignores both.

    A stack that cannot be deleted is kept with the reason; moto forgets it and answers 500.
    """
    delete = CloudFormationBackend.delete_stack

    def delete_stack(backend: Any, name_or_id: str) -> None:
        for stack in [each for each in backend.stacks.values() if name_or_id in {each.name, each.stack_id}]:
            _check_deletable(stack, backend.stacks.values())
            try:
                delete(backend, stack.stack_id)
            except Exception as error:
                backend.stacks[stack.stack_id] = stack
                raise ValidationError(message=f"Stack [{stack.name}] cannot be deleted: {error!r}") from error

    def update_termination_protection(request: Any) -> Any:
        stack = request.cloudformation_backend.get_stack(request._get_param("StackName"))
        stack.enable_termination_protection = request._get_bool_param("EnableTerminationProtection")
        return ActionResult({"StackId": stack.stack_id})

    with (
        patch.object(CloudFormationBackend, "delete_stack", delete_stack),
        patch.object(
            CloudFormationResponse, "update_termination_protection", update_termination_protection, create=True
        ),
    ):
        yield


@contextmanager
def _dependents_first() -> Iterator[None]:
    """Delete resources in the reverse order of their creation; moto uses any order."""

    def delete(resources: Any) -> None:
        for logical_id, made in reversed(list(resources._parsed_resources.items())):
            declared = resources._resource_json_map.get(logical_id)
            if declared is not None and declared.get("DeletionPolicy") not in {"Retain", "RetainExceptOnCreate"}:
                resources._delete_resource(made, declared)
                del resources._parsed_resources[logical_id]

    with patch.object(parsing.ResourceMap, "delete", delete):
        yield


def _check_deletable(stack: Any, stacks: Iterable[Any]) -> None:
    if stack.enable_termination_protection:
        raise ValidationError(
            message=f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
        )
    for export in stack.exports:
        if importers := [each.name for each in stacks if _imports(each, export.name)]:
            raise ValidationError(
                message=f"Export {export.name} cannot be deleted: {', '.join(importers)} imports it"
            )


def _imports(stack: Any, export: str) -> bool:
    return f'{{"Fn::ImportValue": {json.dumps(export)}}}' in json.dumps(stack.template_dict)
