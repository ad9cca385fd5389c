"""Resource types of the emulated CloudFormation that are created and deleted through the service's own API.

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
    """A created resource: the values of ``Ref`` and ``Fn::GetAtt``, and the way to delete it."""

    id: str
    delete: Callable[[], object]
    attributes: Mapping[str, str] = field(default_factory=dict)


class Resource:
    """The record that moto keeps of a resource of a stack.

    Attributes:
        physical_resource_id: the value of ``Ref``.
        cf_resource_type: the type; moto sets it.
        logical_resource_id: the name in the template; moto sets it.
    """

    def __init__(self, made: Made) -> None:
        self._made = made
        self.physical_resource_id = made.id
        self.cf_resource_type = ""
        self.logical_resource_id = ""

    def get_cfn_attribute(self, name: str) -> str:
        """Return the value of ``Fn::GetAtt``."""
        try:
            return self._made.attributes[name]
        except KeyError:
            raise UnsupportedAttribute(resource=self.logical_resource_id, attr=name) from None

    def delete(self, _account_id: str, _region: str) -> None:
        """Delete the resource through the service's API."""
        self._made.delete()

    def is_created(self) -> bool:
        """Return True: the service's API has created the resource."""
        return True


class ResourceType:
    """A resource type that moto's CloudFormation does not have."""

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
            name: the type's name, such as ``AWS::SecretsManager::Secret``.
            make: creates a resource, given a generated name and its properties, with intrinsic functions resolved.
            name_property: the property with the resource's name, if there is one.
            attributes: the attributes of ``Fn::GetAtt``.
        """
        self.name = name
        self.name_property = name_property
        self._make = make
        self._attributes = attributes

    def cloudformation_type(self) -> str:
        """Return the type's name."""
        return self.name

    def cloudformation_name_type(self) -> str:
        """Return the property with a resource's name."""
        return self.name_property

    def has_cfn_attr(self, name: str) -> bool:
        """Return whether ``Fn::GetAtt`` has the attribute."""
        return name in self._attributes

    def create_from_cloudformation_json(
        self, name: str, template: dict[str, Any], _account_id: str, _region: str, **_kwargs: Any
    ) -> Resource:
        """Create a resource.

        Raises:
            ValidationError: the service refuses it, or has no property of that name.
        """
        try:
            return Resource(self._make(name, dict(template["Properties"])))
        except (ClientError, BotoCoreError) as error:
            raise ValidationError(message=f"{name} ({self.name}): {error}") from error

    def update_from_cloudformation_json(
        self, original_resource: Resource, new_resource_name: str, cloudformation_json: dict[str, Any], **kwargs: str
    ) -> Resource:
        """Replace the old resource with a new one.

        Raises:
            ValidationError: the service refuses it.
        """
        original_resource.delete("", "")
        return self.create_from_cloudformation_json(new_resource_name, cloudformation_json, **kwargs)


class CompletedType:
    """A resource type of moto's, with the properties that moto accepts but forgets set afterwards."""

    def __init__(self, model: Any, complete: Callable[[Any, Properties], object]) -> None:
        """Describe the type.

        Args:
            model: moto's class.
            complete: sets the properties, given moto's resource and the properties.
        """
        self._model = model
        self._complete = complete

    def create_from_cloudformation_json(
        self, name: str, template: dict[str, Any], account_id: str, region: str, **kwargs: Any
    ) -> Any:
        """Create a resource as moto does, and complete it."""
        properties = dict(template["Properties"])
        resource = self._model.create_from_cloudformation_json(name, template, account_id, region, **kwargs)
        self._complete(resource, properties)
        return resource

    def update_from_cloudformation_json(self, *, cloudformation_json: dict[str, Any], **kwargs: Any) -> Any:
        """Update a resource as moto does, and complete it."""
        properties = dict(cloudformation_json["Properties"])
        resource = self._model.update_from_cloudformation_json(cloudformation_json=cloudformation_json, **kwargs)
        self._complete(resource, properties)
        return resource

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)


def tags_as_list(tags: list[dict[str, str]] | None) -> list[dict[str, str]]:
    """Return CloudFormation's tags in the form that most services take."""
    return [{"Key": tag["Key"], "Value": tag["Value"]} for tag in tags or []]
