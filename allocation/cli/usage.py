"""What click finds wrong with a command line, as problems in our own words."""

from __future__ import annotations

import click

from allocation.cli.group import PROGRAM
from allocation.errors import Problem, nearest


def usage_problem(error: click.ClickException) -> Problem:
    """Return the problem that stands for a usage error of click."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    words = {"command": context.command_path if context else PROGRAM}
    if isinstance(error, click.NoSuchOption):
        known = _options(context)
        words |= {"found": error.option_name, "nearest": nearest(error.option_name, list(known))}
        return Problem("L1-unknown-option", words=words | {"allowed": "、".join(known)})
    if isinstance(error, click.BadOptionUsage):
        option = _options(context).get(error.option_name)
        flag = isinstance(option, click.Option) and option.is_flag
        code = "L1-option-takes-no-value" if flag else "L1-option-needs-value"
        return Problem(code, words=words | {"found": error.option_name})
    if isinstance(error, click.MissingParameter) and error.param is not None:
        found = error.param.make_metavar(context) if context else error.param.human_readable_name
        return Problem("L1-missing-argument", words=words | {"found": found})
    return Problem("L1-usage", words=words | {"found": error.format_message()})


def _options(context: click.Context | None) -> dict[str, click.Parameter]:
    """Return the options of the command being read, by name."""
    if context is None:
        return {}
    parameters = context.command.get_params(context)
    return {n: p for p in parameters if isinstance(p, click.Option) for n in p.opts}
