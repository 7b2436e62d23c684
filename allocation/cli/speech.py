"""What is told on stderr: everything but results."""

from __future__ import annotations

import sys


def tell(text: str) -> None:
    """Print lines to stderr without anything that could steer a terminal."""
    for line in text.splitlines():
        print("".join(c if c.isprintable() else " " for c in line), file=sys.stderr)
