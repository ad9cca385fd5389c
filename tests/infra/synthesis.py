"""Synthesized stacks as CloudFormation gets them, made in this process with the settings of ``cdk.json``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk

from infra.app import add_stacks
from layers.build import Artefacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from infra.environments import Environment

Json = dict[str, Any]

# What the command adds to it.
OF_THE_COMMAND = {"aws:cdk:enable-path-metadata": True, "aws:cdk:enable-asset-metadata": True}
CDK_JSON = Path(__file__).parent.parent.parent / "cdk.json"


@dataclass(frozen=True, slots=True)
class Template:
    """The template of one stack."""

    name: str
    file: Path
    body: Json

    def of_type(self, kind: str) -> dict[str, Json]:
        """Return the stack's resources of a type, whole, by their logical ids."""
        return {name: each for name, each in self.body["Resources"].items() if each["Type"] == kind}

    def properties_of(self, kind: str) -> list[Json]:
        """Return the properties of the stack's resources of a type."""
        return [each["Properties"] for each in self.of_type(kind).values()]

    def the(self, kind: str) -> Json:
        """Return the only resource of a type, whole."""
        (only,) = self.of_type(kind).values()
        return only

    def by_path(self, kind: str) -> dict[str, Json]:
        """Return the properties of the resources of a type, by their construct paths: ``Functions/Api``."""
        return {
            each["Metadata"]["aws:cdk:path"].removeprefix(f"{self.name}/").removesuffix("/Resource"): each[
                "Properties"
            ]
            for each in self.of_type(kind).values()
        }


@dataclass(frozen=True, slots=True)
class Deployment:
    """The stacks of one environment."""

    data: Template
    service: Template

    @property
    def templates(self) -> tuple[Template, Template]:
        """Both templates."""
        return (self.data, self.service)

    def flat(self, value: Any) -> str:
        """Return a value with its references replaced by resource types: ``AWS::DynamoDB::Table.Arn``."""
        match value:
            case str():
                return value
            case {"Fn::Join": [str() as separator, [*parts]]}:
                return separator.join(self.flat(part) for part in parts)
            case {"Fn::ImportValue": str() as name}:
                (exported,) = (
                    output["Value"]
                    for output in self.data.body["Outputs"].values()
                    if output.get("Export", {}).get("Name") == name
                )
                return self.flat(exported)
            case {"Fn::GetAtt": [name, attribute]}:
                return f"{self._type_of(name)}.{attribute}"
            case {"Ref": str() as name}:
                return name if name.startswith("AWS::") else self._type_of(name)
        raise ValueError(f"not a string: {value}")

    def _type_of(self, logical_id: str) -> str:
        (kind,) = {
            template.body["Resources"][logical_id]["Type"]
            for template in self.templates
            if logical_id in template.body["Resources"]
        }
        return str(kind)


@dataclass(frozen=True, slots=True)
class Synthesis:
    """Everything that CDK has written."""

    folder: Path
    deployments: dict[str, Deployment]


def synthesize(
    environments: Iterable[Environment],
    *,
    into: Path,
    prepare: Callable[[cdk.App], None] = lambda _app: None,
    validate: bool = True,
) -> None:
    """Synthesize environments. Their code and layers are not built, because the templates do not depend on them.

    Args:
        environments: the environments.
        into: a folder for CDK and its output.
        prepare: called with the app before the synthesis.
        validate: whether CDK validates the templates, which takes as long as to make them.

    Raises:
        RuntimeError: CDK's own validation, or one that ``prepare`` has added, has found something.
    """
    context = json.loads(CDK_JSON.read_text("utf-8"))["context"] | OF_THE_COMMAND
    app = cdk.App(outdir=str(into / "out"), context=context, builtin_cloud_formation_validation=validate)
    add_stacks(app, environments, lambda architecture: _artefacts(into / architecture))
    prepare(app)
    app.synth()


def read(folder: Path, environments: Iterable[Environment]) -> Synthesis:
    """Return what ``synthesize`` has written into a folder."""
    return Synthesis(
        folder=folder / "out",
        deployments={
            environment.name: Deployment(
                data=_template(folder / "out", f"castline-{environment.name}-data"),
                service=_template(folder / "out", f"castline-{environment.name}-service"),
            )
            for environment in environments
        },
    )


def _artefacts(folder: Path) -> Artefacts:
    for name in ("code", "core", "speech", "console"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "content").write_text(f"{folder.name} {name}", "utf-8")
    return Artefacts(code=folder / "code", core=folder / "core", speech=folder / "speech", console=folder / "console")


def _template(folder: Path, name: str) -> Template:
    file = folder / f"{name}.template.json"
    return Template(name=name, file=file, body=json.loads(file.read_text("utf-8")))
