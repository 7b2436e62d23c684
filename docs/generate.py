"""The generated pages: ``python -m docs.generate`` writes them; the tests say if they are stale."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from allocation.disbursement import plan
from allocation.disbursement.curves import curves
from allocation.policy import formula, kinds
from allocation.policy.in_force import policies
from allocation.scenario import schema
from docs.fields import key_table, words_of

if TYPE_CHECKING:
    from pydantic import BaseModel

FOLDER = Path(__file__).resolve().parent

#: Every table of a scenario in order: its heading, and the model that says what is in it.
SECTIONS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("pot", schema.Pot),
    ("recipients", schema.Recipients),
    ("tables.NAME", schema.Table),
    ("splits.NAME", schema.Split),
    ("factors.NAME", formula.Factor),
    ("coefficients.NAME", formula.Coefficient),
    ("coefficients.NAME.rank", formula.RankScale),
    ("coefficients.NAME.rank.tiers", formula.Tier),
    ("purposes.NAME", schema.Purpose),
    ("objective", schema.Objective),
    ("objective.segments", schema.Segment),
    ("rounding", schema.Rounding),
    ("upper", schema.Upper),
    ("issued", schema.Issued),
    ("advance", schema.Advance),
    ("override.NAME", schema.Override),
    ("what_if.NAME", schema.WhatIf),
)


#: Every table of a payment plan in order.
PLAN_SECTIONS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("received.NAME", plan.Receipt),
    ("calendar", plan.Calendar),
    ("cash", plan.Cash),
    ("need", plan.Need),
    ("recipient.NAME", plan.Own),
    ("recipient.NAME.milestones", plan.Milestone),
    ("deadlines.NAME", plan.Due),
    ("tranches", plan.Tranches),
    ("paid", plan.Paid),
)


def rule_kinds() -> dict[str, type[kinds.RuleBase]]:
    """Return the model of every rule kind by its name, in the order of the code."""
    models = get_args(get_args(kinds.Rule)[0])
    return {get_args(model.model_fields["kind"].annotation)[0]: model for model in models}


def scenario_page() -> str:
    """Return the reference of the scenario file."""
    links = {model.__name__: f"`[{name}]`" for name, model in SECTIONS}
    links["Rule"] = "[规则 rule](rules.md)"
    parts = [key_table(schema.Scenario, links)]
    for name, model in SECTIONS:
        parts.append(f"### `[{name}]`\n\n{words_of(model)}\n\n{key_table(model, links)}")
    return _filled("scenario", keys="\n\n".join(parts))


def rules_page() -> str:
    """Return the catalogue of rules."""
    more = tomllib.loads((FOLDER / "rules.toml").read_text(encoding="utf-8"))
    links = {"PerUnit": "`per_unit`", "EqualSplit": "`share_of_equal_split`", "Taper": "`taper`"}
    common = set(kinds.RuleBase.model_fields)
    sections = [_rule(kind, model, more[kind], links) for kind, model in rule_kinds().items()]
    return _filled(
        "rules",
        common=key_table(kinds.RuleBase, links),
        bounds=key_table(kinds.BoundRule, links, common),
        per_unit=_inner("per_unit", kinds.PerUnit),
        equal_split=_inner("share_of_equal_split", kinds.EqualSplit),
        kinds="\n\n".join(sections),
        policies=_policies(),
    )


def _rule(
    kind: str, model: type[kinds.RuleBase], more: dict[str, Any], links: dict[str, str]
) -> str:
    """Return the section of one kind of rule."""
    names = (model.__doc__ or "").split(":", maxsplit=1)[0]
    bound = issubclass(model, kinds.BoundRule)
    common = {*(kinds.BoundRule if bound else kinds.RuleBase).model_fields, "kind"}
    table = key_table(model, links, common)
    if bound:
        table = "Parameters: [one of the five ways](#金额的五种写法--five-ways-to-say-a-bound)."
    parts = [
        f"## `{kind}`: {names}",
        f"{more['zh']}\n\n{words_of(model)}",
        table,
        _inner("taper", kinds.Taper) if model is kinds.HoldHarmless else "",
        f"**Rows.** {more['rows']}",
        f"**Hard or soft.** {more['hardness']}",
        f"```toml\n{more['example'].strip()}\n```",
    ]
    return "\n\n".join(part for part in parts if part)


def _inner(name: str, model: type[BaseModel]) -> str:
    """Return the keys of a table within a rule."""
    return f"`{name}`: {words_of(model)}\n\n{key_table(model, {})}"


def _policies() -> str:
    rows = [
        f"| `{policy.id}` | `{policy.kind}` | {policy.since or '–'} … {policy.until or '–'} "
        f"| {policy.name} / {policy.name_en} | {policy.source} |"
        for policy in policies().values()
    ]
    return "\n".join(
        [
            "| ID | kind | 有效期 in force | 名称 name | 来源 source |",
            "|---|---|---|---|---|",
            *rows,
        ]
    )


def errors_page() -> str:
    """Return the catalogue of messages, by law."""
    problems = files("allocation.wording").joinpath("problems.toml")
    said = tomllib.loads(problems.read_text(encoding="utf-8"))
    by_law: dict[int, list[str]] = {}
    for code in sorted(said):
        law = int(code.partition("-")[0].removeprefix("L"))
        row = f"| `{code}` | {_cell(said[code]['zh'])} | {_cell(said[code]['en'])} |"
        by_law.setdefault(law, []).append(row)
    parts = [
        "\n".join([f"## L{law}", "", "| code | 中文 | English |", "|---|---|---|", *rows])
        for law, rows in sorted(by_law.items())
    ]
    return _filled("errors", codes="\n\n".join(parts))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _filled(name: str, **parts: str) -> str:
    """Return a template with its ``{parts}`` filled in; other braces are left alone."""
    text = (FOLDER / "templates" / f"{name}.md").read_text(encoding="utf-8")
    for key, part in parts.items():
        text = text.replace(f"\n{{{key}}}\n", f"\n{part}\n")
    return text


def schedule_page() -> str:
    """Return the reference of the payment plan."""
    links = {model.__name__: f"`[{name}]`" for name, model in PLAN_SECTIONS}
    parts = [key_table(plan.Plan, links)]
    for name, model in PLAN_SECTIONS:
        parts.append(f"### `[{name}]`\n\n{words_of(model)}\n\n{key_table(model, links)}")
    rows = [
        f"| `{key}` | {curve.name} {curve.name_en} | {curve.formula} |"
        for key, curve in curves().items()
    ]
    table = "\n".join(["| curve | 名称 | share needed |", "|---|---|---|", *rows])
    return _filled("schedule", keys="\n\n".join(parts), curves=table)


PAGES = {
    "rules.md": rules_page,
    "scenario.md": scenario_page,
    "errors.md": errors_page,
    "schedule.md": schedule_page,
}


def main() -> None:
    """Write every generated page."""
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
