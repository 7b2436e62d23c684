"""From the arguments to an exit code: 0 done, 1 the rules conflict, 2 bad input, 3 our fault.

No traceback reaches a user, whatever happens; ``BOKUAN_DEBUG=1`` shows it to whoever looks into it.
"""

from __future__ import annotations

import os
import sys
import warnings
from typing import TYPE_CHECKING

import click

from allocation.cli.group import PROGRAM, Bokuan
from allocation.cli.language import VARIABLE, language_of, language_problem
from allocation.cli.speech import tell
from allocation.cli.usage import usage_problem
from allocation.errors import BokuanError, FaultError, InputError, Problem
from allocation.wording import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.wording import Language

#: What a shell reports of a program stopped by Ctrl-C, and by a closed pipe.
INTERRUPTED, PIPE_CLOSED = 130, 141
DEBUG = "BOKUAN_DEBUG"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments
        Default: those the program was started with.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    language = language_of(given, os.environ)
    _speak_any_encoding()
    try:
        return _guarded(given, language)
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 (nothing else may reach the user)
        return _apologise(error, language)


def _guarded(arguments: list[str], language: Language) -> int:
    """Run; say what is wrong with the input, and keep silent about a closed pipe."""
    try:
        code = _dispatched(arguments, language)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BokuanError as error:
        tell(error.text(language))
        return error.exit_code
    except BrokenPipeError:
        return _pipe_closed()
    except OSError as error:
        words = {"found": error.filename or "stdout", "reason": error.strerror or "OSError"}
        tell(InputError([Problem("L1-cannot-write", words=words)]).text(language))
        return InputError.exit_code
    except SystemExit as leaving:
        # No command leaves this way; click and rich do where the pipe closes while they write.
        if leaving.code == 1:
            return _pipe_closed()
        raise
    return code


def _dispatched(arguments: list[str], language: Language) -> int:
    """Hand the arguments to the command they name."""
    wrong = language_problem(os.environ.get(VARIABLE, ""))
    if wrong:
        raise InputError([wrong])
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning  # type: ignore[assignment]  # called by position
        try:
            code = Bokuan(language).main(arguments, prog_name=PROGRAM, standalone_mode=False)
        except click.ClickException as error:
            raise InputError([usage_problem(error)]) from None
    return int(code or 0)


def _speak_any_encoding() -> None:
    """Let a console that lacks a character show another instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _show_warning(message: Warning | str, *_where: object) -> None:
    """Print a warning's sentence, not the line of the program it came from."""
    tell(str(message))


def _pipe_closed() -> int:
    """Give stdout somewhere to go, so that the interpreter's last flush is silent too."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED


def _apologise(error: Exception, language: Language) -> int:
    if os.environ.get(DEBUG):
        import traceback

        traceback.print_exception(error)
    tell(say("cli-fault", language, name=type(error).__name__, variable=DEBUG))
    return FaultError.exit_code
