"""The JSON schema of a scenario file, for editors: ``python -m allocation.scenario.jsonschema``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from allocation.scenario.find import scenarios_folder
from allocation.scenario.schema import Scenario

#: Words of pydantic that JSON Schema does not know.
_OWN = ("ge", "gt", "le", "lt")

#: Its name, beside the shipped scenarios.
NAME = "scenario.schema.json"


def schema_text() -> str:
    """Return the schema as JSON text."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    known = _without_own_words(Scenario.model_json_schema())
    return json.dumps(schema | known, ensure_ascii=False, indent=1) + "\n"


def _without_own_words(node: Any) -> Any:
    """Return the schema without pydantic's bounds on exact numbers, which are text here."""
    if isinstance(node, dict):
        return {key: _without_own_words(value) for key, value in node.items() if key not in _OWN}
    return [_without_own_words(item) for item in node] if isinstance(node, list) else node


def main(arguments: list[str]) -> None:
    """Write the schema to the file named, or to its place beside the shipped scenarios."""
    target = Path(arguments[0]) if arguments else scenarios_folder() / NAME
    target.write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
