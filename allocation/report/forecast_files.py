"""A forecast as files: every recipient, how wrong such forecasts were, scenarios, and the fans."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from allocation.report.book_files import write_table
from allocation.report.forecast_chart import draw_fan
from allocation.report.saved import save_files
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from allocation.ledger.forecast import Forecast

#: So many of the draws are written, for a reallocation under uncertain use.
SCENARIOS = 100


def save_forecast(
    found: Forecast,
    directory: Path | str,
    language: Language,
    *,
    recipient: str = "",
    synthetic: bool = False,
) -> list[Path]:
    """Write ``forecast.csv``, ``back-test.csv``, ``scenarios.csv`` and ``forecast.png``.

    Amounts in whole fen. Scenarios of synthetic data stand in ``scenarios-synthetic.csv``: every
    column of theirs is a scenario, so that no column can say it. With a recipient its own fan is
    written too.

    Raises
    ------
    InputError
        If a file cannot be written; then none is. If the recipient is not in the forecast.
    """
    note = say("forecast-note", language)
    if synthetic:
        note += say("forecast-note-synthetic", language)
    tables = {
        "forecast.csv": found.table.reset_index().assign(note=note),
        "back-test.csv": found.back_test.table.assign(note=note),
        f"scenarios{'-synthetic' if synthetic else ''}.csv": scenarios(found),
    }
    writers: dict[str, Callable[[Path], None]] = {
        name: partial(write_table, table) for name, table in tables.items()
    }
    fans = {"forecast.png": ""}
    if recipient:
        found.position(recipient)
        fans[f"forecast-{recipient}.png"] = recipient
    for name, who in fans.items():
        writers[name] = partial(
            draw_fan, found, language=language, recipient=who, synthetic=synthetic
        )
    return save_files(Path(directory), writers)


def scenarios(found: Forecast) -> pd.DataFrame:
    """Return recipients × scenarios, int64 fen: use by the end of the year."""
    import pandas as pd

    draws = found.draws[:SCENARIOS]
    columns = [f"s{at + 1:03d}" for at in range(len(draws))]
    table = pd.DataFrame(draws.T, columns=columns)
    table.insert(0, "id", list(found.recipients))
    return table
