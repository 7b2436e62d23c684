"""The JSON schema of a scenario file, for editors: ``python -m allocation.scenario.jsonschema``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from allocation.scenario.find import scenarios_folder
from allocation.scenario.schema import Scenario

#: Its name, beside the shipped scenarios.
NAME = "scenario.schema.json"


def schema_text() -> str:
    """Return the schema as JSON text."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(schema | Scenario.model_json_schema(), ensure_ascii=False, indent=1) + "\n"


def main(arguments: list[str]) -> None:
    """Write the schema to the file named, or to its place beside the shipped scenarios."""
    target = Path(arguments[0]) if arguments else scenarios_folder() / NAME
    target.write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
