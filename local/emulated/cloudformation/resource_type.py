"""How the emulated CloudFormation learns a resource type: made and deleted through the service's own API.

moto's parser asks a class for this; here an object answers in its place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.cloudformation.exceptions import UnsupportedAttribute, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Properties = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A resource that was made: what ``Ref`` and ``Fn::GetAtt`` give, and how it is deleted."""

    id: str
    delete: Callable[[], object]
    attributes: Mapping[str, str] = field(default_factory=dict)


class Resource:
    """What moto keeps of a resource of a stack.

    Attributes:
        physical_resource_id: what ``Ref`` gives.
        cf_resource_type: the type; moto sets it.
        logical_resource_id: the name in the template; moto sets it.
    """

    def __init__(self, made: Made) -> None:
        self._made = made
        self.physical_resource_id = made.id
        self.cf_resource_type = ""
        self.logical_resource_id = ""

    def get_cfn_attribute(self, name: str) -> str:
        """What ``Fn::GetAtt`` gives."""
        try:
            return self._made.attributes[name]
        except KeyError:
            raise UnsupportedAttribute(resource=self.logical_resource_id, attr=name) from None

    def delete(self, _account_id: str, _region: str) -> None:
        """Delete it, through the service's API."""
        self._made.delete()

    def is_created(self) -> bool:
        """It is: it was made through the service's API."""
        return True


class ResourceType:
    """A type that moto's CloudFormation does not know."""

    def __init__(
        self,
        name: str,
        make: Callable[[str, Properties], Made],
        *,
        name_property: str = "",
        attributes: tuple[str, ...] = (),
    ) -> None:
        """Describe the type.

        Args:
            name: such as ``AWS::SecretsManager::Secret``.
            make: makes a resource, given a name of its own and its properties, intrinsic functions resolved.
            name_property: which property names it, if there is one.
            attributes: what ``Fn::GetAtt`` may ask for.
        """
        self.name = name
        self.name_property = name_property
        self._make = make
        self._attributes = attributes

    def cloudformation_type(self) -> str:
        """The type's name."""
        return self.name

    def cloudformation_name_type(self) -> str:
        """Which property names a resource."""
        return self.name_property

    def has_cfn_attr(self, name: str) -> bool:
        """Whether ``Fn::GetAtt`` may ask for it."""
        return name in self._attributes

    def create_from_cloudformation_json(
        self, name: str, template: dict[str, Any], _account_id: str, _region: str, **_kwargs: Any
    ) -> Resource:
        """Make a resource.

        Raises:
            ValidationError: the service refuses it, or knows a property by no such name.
        """
        try:
            return Resource(self._make(name, dict(template["Properties"])))
        except (ClientError, BotoCoreError) as error:
            raise ValidationError(message=f"{name} ({self.name}): {error}") from error

    def update_from_cloudformation_json(
        self, original_resource: Resource, new_resource_name: str, cloudformation_json: dict[str, Any], **kwargs: str
    ) -> Resource:
        """Put a new resource in the place of the old one.

        Raises:
            ValidationError: the service refuses it.
        """
        original_resource.delete("", "")
        return self.create_from_cloudformation_json(new_resource_name, cloudformation_json, **kwargs)


class CompletedType:
    """A type that moto knows, with the properties that it takes but forgets put on afterwards."""

    def __init__(self, model: Any, complete: Callable[[Any, Properties], object]) -> None:
        """Describe the type.

        Args:
            model: moto's class.
            complete: is given moto's resource and the properties.
        """
        self._model = model
        self._complete = complete

    def create_from_cloudformation_json(
        self, name: str, template: dict[str, Any], account_id: str, region: str, **kwargs: Any
    ) -> Any:
        """Make a resource as moto does, and complete it."""
        properties = dict(template["Properties"])
        resource = self._model.create_from_cloudformation_json(name, template, account_id, region, **kwargs)
        self._complete(resource, properties)
        return resource

    def update_from_cloudformation_json(self, *, cloudformation_json: dict[str, Any], **kwargs: Any) -> Any:
        """Change a resource as moto does, and complete it."""
        properties = dict(cloudformation_json["Properties"])
        resource = self._model.update_from_cloudformation_json(cloudformation_json=cloudformation_json, **kwargs)
        self._complete(resource, properties)
        return resource

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)


def tags_as_list(tags: list[dict[str, str]] | None) -> list[dict[str, str]]:
    """CloudFormation's tags as most services take them."""
    return [{"Key": tag["Key"], "Value": tag["Value"]} for tag in tags or []]
