from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--campaign", action="store_true", help="many more random cases")


@pytest.fixture(scope="session")
def rounds(request: pytest.FixtureRequest) -> int:
    """How many times as many random cases to try: 1, or more in a campaign."""
    return 40 if request.config.getoption("--campaign") else 1


@pytest.fixture(scope="session")
def campaign(request: pytest.FixtureRequest) -> Callable[..., int]:
    """How many cases to try: ``small`` of them, or ``full`` in a campaign."""
    full_asked = request.config.getoption("--campaign")

    def count(*, small: int, full: int) -> int:
        return full if full_asked else small

    return count
