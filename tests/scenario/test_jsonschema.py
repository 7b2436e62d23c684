from __future__ import annotations

import json

from allocation.scenario.find import scenarios_folder
from allocation.scenario.jsonschema import NAME, main, schema_text


def test_the_shipped_schema_is_current():
    """If not: ``python -m allocation.scenario.jsonschema``."""
    assert (scenarios_folder() / NAME).read_text(encoding="utf-8") == schema_text()


def test_the_schema_is_written_where_asked(tmp_path):
    main([str(tmp_path / "s.json")])
    schema = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == {
        "title",
        "level",
        "year",
        "as_of",
        "pot",
        "recipients",
        "factors",
    }
