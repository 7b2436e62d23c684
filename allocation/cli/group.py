"""``bokuan`` and its commands: a command's file is imported when the command is called.

``--help`` imports nothing but click and the wording: what a command is for stands in the wording.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from allocation.cli.options import language_option
from allocation.errors import InputError, Problem, nearest
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PROGRAM = "bokuan"
COMMANDS = (
    "list",
    "template",
    "check",
    "run",
    "explain",
    "compare",
    "sensitivity",
    "cliffs",
    "sweep",
    "frontier",
    "report",
    "verify",
    "clock",
    "schedule",
    "reallocate",
    "notice",
    "book",
    "export",
    "doctor",
)
#: Arguments that name a scenario.
_SCENARIOS = frozenset({"scenario", "before", "after", "source", "sources"})
#: The commands of the book, in the order of a year.
BOOK = (
    "init",
    "example",
    "issue",
    "post",
    "import",
    "reconcile",
    "reverse",
    "show",
    "status",
    "balances",
    "forecast",
    "papers",
    "check",
    "export",
    "close",
    "figures",
)


class _Spoken(click.Command):
    """A command whose help is in the language spoken."""

    language: Language

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, say("cli-usage", self.language))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the arguments, then the options."""
        parameters = self.get_params(ctx)
        arguments = [p for p in parameters if isinstance(p, click.Argument)]
        options = [p for p in parameters if isinstance(p, click.Option)]
        if arguments:
            with formatter.section(say("cli-arguments", self.language)):
                formatter.write_dl([self._explained(argument) for argument in arguments])
        found = [record for option in options if (record := option.get_help_record(ctx))]
        required = say("cli-required", self.language)
        records = [(names, text.replace("[required]", required)) for names, text in found]
        with formatter.section(say("cli-options", self.language)):
            formatter.write_dl(records)

    def _explained(self, argument: click.Argument) -> tuple[str, str]:
        return argument.metavar or "", say(f"cli-argument-{argument.name}", self.language)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return ``--help``, explained in the language spoken."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = say("cli-help", self.language)
        return option


class Command(_Spoken):
    """One command: ``callback`` gets its parameters and returns an exit code, or nothing for 0."""

    # What is left over is refused here, in our own words.
    allow_extra_args = True

    def __init__(
        self,
        name: str,
        language: Language,
        callback: Callable[..., int | None],
        parameters: Sequence[click.Parameter],
        keys: str = "cli",
    ) -> None:
        super().__init__(
            name,
            callback=callback,
            params=[*parameters, language_option(language)],
            help=say(f"{keys}-{name}-help", language),
            options_metavar=say("cli-options-metavar", language),
        )
        self.language = language

    def invoke(self, ctx: click.Context) -> int | None:
        """Run the command; what is wrong in a workbook is marked in a copy, and that is said."""
        try:
            return super().invoke(ctx)  # type: ignore[no-any-return]  # click's own
        except InputError as error:
            from allocation.report.marked_scenario import marked_copies

            found = [value for name, value in ctx.params.items() if name in _SCENARIOS]
            given = [
                each
                for value in found
                for each in ([value] if isinstance(value, str) else value or ())
            ]
            copies = marked_copies(error.problems, given, self.language)
            if not copies:
                raise
            raise InputError([*error.problems, *copies]) from None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; refuse those nobody asked for."""
        try:
            rest = super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise
        if rest and not ctx.resilient_parsing:
            words = {"found": " ".join(rest), "command": ctx.command_path}
            raise InputError([Problem("L1-extra-argument", words=words)])
        return rest


class Group(_Spoken, click.Group):
    """Commands under one name; none is imported before it is called.

    Parameters
    ----------
    commands
        Their names, in the order shown.
    files, keys
        How the module of a command, and the key of its help, begin.
    """

    def __init__(
        self,
        name: str,
        language: Language,
        commands: Sequence[str],
        files: str,
        keys: str,
        **more: Any,
    ) -> None:
        super().__init__(
            name,
            options_metavar=say("cli-options-metavar", language),
            subcommand_metavar=say("cli-command-metavar", language),
            invoke_without_command=True,
            callback=_help_without_command,
            **more,
        )
        self.language, self.names, self.files, self.keys = language, commands, files, keys

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order of an officer's work."""
        del ctx
        return list(self.names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, importing its file."""
        del ctx
        if cmd_name not in self.names:
            return None
        if cmd_name == "book" and self.keys == "cli":
            return _book(self.language)
        module: Any = import_module(f"allocation.cli.{self.files}_{cmd_name}")
        callback = partial(module.run, self.language)
        parameters = module.parameters(self.language)
        return Command(cmd_name, self.language, callback, parameters, self.keys)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command asked for; refuse one there is not."""
        name = args[0]
        if name not in self.names:
            near = nearest(name, self.names)
            words = {"found": name, "allowed": "、".join(self.names), "nearest": near}
            raise InputError([Problem("L1-unknown-command", words=words)])
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, then the options."""
        with formatter.section(say("cli-commands", self.language)):
            rows = [(n, say(f"{self.keys}-{n}-help", self.language)) for n in self.names]
            formatter.write_dl(rows)
        super().format_options(ctx, formatter)


class Bokuan(Group):
    """All commands."""

    def __init__(self, language: Language) -> None:
        super().__init__(
            PROGRAM,
            language,
            COMMANDS,
            "cmd",
            "cli",
            params=[language_option(language), _version_option(language)],
            help=say("cli-about", language),
        )


def _book(language: Language) -> Group:
    """Return the commands of the book."""
    return Group(
        "book",
        language,
        BOOK,
        "book",
        "cli-book",
        params=[language_option(language)],
        help=say("cli-book-help", language),
    )


@click.pass_context
def _help_without_command(context: click.Context) -> None:
    if context.invoked_subcommand is None:
        print(context.get_help())


def _version_option(language: Language) -> click.Option:
    return click.Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_show_version,
        help=say("cli-version", language),
    )


def _show_version(context: click.Context, _parameter: click.Parameter, asked: object) -> None:
    if not asked or context.resilient_parsing:
        return
    from importlib.metadata import version

    print(f"{PROGRAM} {version(PROGRAM)}")
    context.exit()
