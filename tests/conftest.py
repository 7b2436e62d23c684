from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--campaign", action="store_true", help="many more random cases")


@pytest.fixture(scope="session")
def rounds(request: pytest.FixtureRequest) -> int:
    """How many times as many random cases to try: 1, or more in a campaign."""
    return 40 if request.config.getoption("--campaign") else 1
