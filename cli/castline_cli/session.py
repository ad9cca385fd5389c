"""Session: the options of every command about the address, the user and the language."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperGroup

from castline_cli.addresses import LOCAL, api_url
from castline_cli.output import remark
from castline_cli.strings import t, translated
from castline_client.addresses import without_prefix

if TYPE_CHECKING:
    import httpx
    from typer.core import TyperCommand

    from castline_cli.api import Api
    from castline_cli.profiles import Profile, Profiles

_KEY: Final = "castline_cli.session"
_WORTH_REPEATING: Final = ("api", "user")
"""Options that a later command must repeat to find the same job."""


@dataclass(slots=True)
class Session:
    """Options of one call of castline, and what follows from them."""

    chosen: dict[str, str] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)
    """The names of choices that came from options, and not from the environment."""

    @classmethod
    def of(cls, context: typer.Context) -> Session:
        """Return the session of a command's ``context``, which is created by the first call."""
        session: Session = context.find_root().meta.setdefault(_KEY, cls())
        return session

    @property
    def profiles(self) -> Profiles:
        """The stored sign-ins of the user."""
        from castline_cli.profiles import Profiles

        return Profiles()

    @property
    def url(self) -> str:
        """The URL of the API: the chosen one, that of the last sign-in, or the local one.

        Raises:
            Misused: the chosen address is not valid.
        """
        if "api" in self.chosen:
            return api_url(self.chosen["api"])
        return self.profiles.default_api() or api_url(LOCAL)

    def profile(self) -> Profile | None:
        """Return the stored sign-in to the chosen API; None if there is none or a token was given.

        Raises:
            FileProblem: the sign-in cannot be read.
        """
        if "token" in self.chosen:
            return None
        return self.profiles.find(self.url)

    def api(self, **options: Any) -> Api:
        """Return a connection to the API. ``options`` are those of ``Api``."""
        from castline_cli.api import Api

        return Api(
            **{
                **self.client_options(),
                "sign_in_advice": self.sign_in_advice(),
                "on_pause": lambda why: remark(translated(why)),
                **options,
            }
        )

    def client_options(self) -> dict[str, Any]:
        """Return the options of a client of the API, with the sign-in."""
        from castline_cli.languages import accept_language

        return {
            "url": self.url,
            "language": accept_language(self.chosen.get("lang"), os.environ),
            "token": self.chosen.get("token"),
            "auth": self._auth(),
            "user": self.chosen.get("user"),
        }

    def preferred_languages(self) -> list[str]:
        """Return the languages of the user, most preferred first; empty if the locale has none."""
        from castline_cli.languages import wanted_tag

        tag = wanted_tag(self.chosen.get("lang"), os.environ)
        return [] if tag is None else [tag]

    def command(self, *words: str) -> str:
        """Return a command line to show to the user, for the same API and user as now."""
        options = [
            word for name in _WORTH_REPEATING if name in self.typed for word in (f"--{name}", self.chosen[name])
        ]
        return f"`{' '.join(['castline', *words, *options])}`"

    def sign_in_advice(self) -> str:
        """Return the advice for a user whose requests are not authenticated."""
        where = without_prefix(self.url)
        if "token" in self.chosen:
            return t(
                "{where} does not accept the token; get a new one, or sign in with `castline login`", where=where
            )
        if self.profile() is not None:
            return t("{where} does not accept the sign-in; sign in again with `castline login`", where=where)
        return t(
            "not signed in to {where}; sign in with `castline login URL`, or pass a token with --token", where=where
        )

    def _auth(self) -> httpx.Auth | None:
        from castline_cli.credentials import KeptSignIn

        profile = self.profile()
        return KeptSignIn(profile, self.profiles) if profile else None


def _remember(context: typer.Context, parameter: typer.CallbackParam, value: str | None) -> None:
    """Store a choice. Options override the environment, and later options override earlier ones."""
    name = str(parameter.name)
    session = Session.of(context)
    source = context.get_parameter_source(name)
    is_typed = source is not None and source.name == "COMMANDLINE"
    if value and (is_typed or name not in session.chosen):
        session.chosen[name] = value
        if is_typed:
            session.typed.add(name)


def _option(variable: str, metavar: str, explanation: str) -> Any:
    return typer.Option(
        envvar=variable, metavar=metavar, help=explanation, callback=_remember, expose_value=False, show_default=False
    )


ApiOption = Annotated[str | None, _option("CASTLINE_API", "URL", f"The address of Castline. [default: {LOCAL}]")]
TokenOption = Annotated[str | None, _option("CASTLINE_TOKEN", "TOKEN", "A bearer token to use instead of a sign-in.")]
UserOption = Annotated[str | None, _option("CASTLINE_USER", "NAME", "The name of the user, for a local stack.")]
LangOption = Annotated[str | None, _option("CASTLINE_LANG", "TAG", "The language of messages, such as zh-TW.")]
_NAMES: Final = {"api", "token", "user", "lang"}


def accept_everywhere(group: TyperGroup) -> None:
    """Add the session options of ``group`` to each of its commands."""
    shared = [parameter for parameter in group.params if parameter.name in _NAMES]
    for command in _commands_below(group):
        command.params.extend(shared)


def _commands_below(group: TyperGroup) -> list[TyperCommand]:
    commands: list[Any] = []
    for each in group.commands.values():
        commands += _commands_below(each) if isinstance(each, TyperGroup) else [each]
    return commands
