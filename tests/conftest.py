from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--campaign", action="store_true", help="many more random cases")


@pytest.fixture(scope="session")
def campaign(request: pytest.FixtureRequest) -> Callable[..., int]:
    """How many cases to try: ``small`` of them, or ``full`` in a campaign."""
    full_asked = request.config.getoption("--campaign")

    def count(*, small: int, full: int) -> int:
        return full if full_asked else small

    return count
