"""The sheets of the papers: progress, use of funds, carry-over, recoveries, direct funds, warnings.

Which columns were seen in real papers, and which were inferred, stands on the last sheet.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from allocation.disbursement.rules import rules
from allocation.ledger.budget_year import unspent_of
from allocation.report.evaluation_sheet import write_evaluation
from allocation.report.papers_grid import Col, write_grid
from allocation.report.utilised_words import label, name_of, reason, stage_word
from allocation.wording import say

if TYPE_CHECKING:
    import pandas as pd

    from allocation.report.papers import Paper
    from allocation.report.utilised import Utilised
    from allocation.wording import Language

_NOTE_WIDTH = 80
_NOTES = (
    *("denominator", "rounding", "blank", "own", "fifo", "surplus", "thresholds"),
    *("progress", "use", "evaluation", "carried", "monthly"),
)


def write_sheets(paper: Paper) -> None:
    """Write all sheets, in the order officers use them."""
    progress(paper)
    use(paper)
    write_evaluation(paper)
    carried(paper)
    recovered(paper)
    direct(paper)
    warned(paper)
    notes(paper)


def _head(paper: Paper, key: str) -> str:
    return say(f"papers-head-{key}", paper.language)


def _denominator(paper: Paper) -> str:
    return say(f"utilisation-{paper.found.denominator.replace('_', '-')}", paper.language)


def progress(paper: Paper) -> None:
    """支出进度表: budget, paid, spent, both rates, time elapsed, plan, the worst warning."""
    found, language = paper.found, paper.language
    table = found.table
    names = [label(found, str(key), found.by, language) for key in table.index]
    by = say(f"utilisation-by-{found.by.replace('_', '-')}", language)
    columns = [
        Col(by, "text", names),
        Col(_denominator(paper), "money", table["denominator"].tolist()),
        Col(_head(paper, "disbursed"), "money", table["disbursed"].tolist()),
        Col(_head(paper, "disbursed-rate"), "rate", of=(2, 1)),
        Col(_head(paper, "spent"), "money", table["spent"].tolist()),
        Col(_head(paper, "spent-rate"), "rate", of=(4, 1)),
        Col(_head(paper, "ahead"), "points", table["ahead"].tolist()),
    ]
    if "planned" in table:
        columns += [
            Col(_head(paper, "planned"), "money", table["planned"].tolist()),
            Col(_head(paper, "plan-rate"), "rate", of=(2, 7)),
        ]
    if found.by == "recipient":
        columns.append(Col(_head(paper, "warning"), "text", _worst(found, table.index, paper)))
    months = int(found.elapsed * 12)
    note = say("papers-elapsed", language, months=months)
    write_grid(paper, "progress", columns, note=note)


def _worst(found: Utilised, codes: pd.Index, paper: Paper) -> list[str]:
    first = found.alerts.drop_duplicates("recipient").set_index("recipient")["level"]
    levels = first.reindex(codes).fillna("").tolist()
    return [say(f"utilisation-{level}", paper.language) if level else "" for level in levels]


def use(paper: Paper) -> None:
    """资金使用情况表: a row for each line of money at each holder."""
    found, language = paper.found, paper.language
    rows = found.money[(found.money["budget"] != 0) | (found.money["surplus"] != 0)]
    worst = found.alerts.drop_duplicates("recipient").set_index("recipient")
    reasons = {
        str(row.Index): reason(found, row, language)
        for row in worst.itertuples(name="Row")
        if row.Index in set(rows["recipient"])
    }
    open_rows = zip(rows["recipient"], unspent_of(rows), strict=True)
    problems = [reasons.get(code, "") if unspent else "" for code, unspent in open_rows]
    columns = [
        Col(_head(paper, "document"), "text", _documents(found, rows)),
        Col(_head(paper, "recipient"), "text", _names(paper, rows)),
        Col(_head(paper, "line"), "text", _lines(paper, rows)),
        Col(_head(paper, "issued"), "money", rows["budget"].tolist()),
        Col(_head(paper, "disbursed"), "money", rows["disbursed"].tolist()),
        Col(_head(paper, "spent"), "money", rows["spent"].tolist()),
        Col(_head(paper, "carried"), "money", rows["carried"].tolist()),
        Col(_head(paper, "surplus"), "money", rows["surplus"].tolist()),
        Col(_head(paper, "spent-rate"), "rate", of=(5, 3)),
        Col(_head(paper, "problem"), "text", problems),
    ]
    write_grid(paper, "use", columns)


def _names(paper: Paper, rows: pd.DataFrame) -> list[str]:
    called = {
        code: name_of(paper.found, code, paper.language) for code in rows["recipient"].unique()
    }
    return [called[code] for code in rows["recipient"]]


def _lines(paper: Paper, rows: pd.DataFrame) -> list[str]:
    """Return budget year, batch, purpose and tag of each row in one cell."""
    tag = say("utilisation-direct", paper.language)
    parts = zip(rows["year"], rows["batch"], rows["purpose"], rows["direct"], strict=True)
    return [
        " ".join(filter(None, (str(year), batch, purpose, tag if is_direct else "")))
        for year, batch, purpose, is_direct in parts
    ]


def _documents(found: Utilised, rows: pd.DataFrame) -> list[str]:
    """Return the numbers of the documents by which each row's money was issued."""
    documents = found.source.documents(found.as_of)
    if documents is None:
        return [""] * len(rows)
    keys = ["fund", "year", "batch", "purpose", "direct", "recipient"]
    known = documents.groupby(keys)["document"].unique()
    wanted = zip(*(rows[key].tolist() for key in keys), strict=True)
    return ["、".join(known[key]) if key in known.index else "" for key in wanted]


def carried(paper: Paper) -> None:
    """结转结余清单: unspent money by line, its stage, and the day it becomes surplus."""
    rows = paper.found.carried
    stages = [
        stage_word(row, paper.language) if row.unspent else ""
        for row in rows.itertuples(index=False, name="Row")
    ]
    columns = [
        Col(_head(paper, "recipient"), "text", _names(paper, rows)),
        Col(_head(paper, "line"), "text", _lines(paper, rows)),
        Col(_head(paper, "authority"), "money", rows["authority"].tolist()),
        Col(_head(paper, "cash"), "money", rows["cash"].tolist()),
        Col(_head(paper, "unspent"), "money", rows["unspent"].tolist()),
        Col(_head(paper, "surplus"), "money", rows["surplus"].tolist()),
        Col(_head(paper, "stage"), "text", stages),
    ]
    write_grid(paper, "carried", columns)


def recovered(paper: Paper) -> None:
    """收回清单: what was recovered or returned in the year, by day."""
    found, language = paper.found, paper.language
    flows = found.source.flows
    rows = flows[flows["kind"].isin(("recover", "return")) & (flows["amount"] != 0)]
    rows = rows[rows["valid_on"].dt.year == found.year].sort_values("valid_on", kind="stable")
    kinds = [say(f"papers-{kind}-{source}", language) for kind, source in _ways(rows)]
    columns = [
        Col(_head(paper, "day"), "text", [f"{day:%Y-%m-%d}" for day in rows["valid_on"]]),
        Col(_head(paper, "recipient"), "text", _names(paper, rows)),
        Col(_head(paper, "line"), "text", _lines(paper, rows)),
        Col(_head(paper, "kind"), "text", kinds),
        Col(_head(paper, "amount"), "money", rows["amount"].tolist()),
    ]
    write_grid(paper, "recovered", columns)


def _ways(rows: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(rows["kind"].astype(str), rows["source"].astype(str), strict=True))


def direct(paper: Paper) -> None:
    """直达资金月报表: this month's and all payments and spending of direct funds."""
    rows = month_of(paper.found)
    names = [name_of(paper.found, str(code), paper.language) for code in rows.index]
    columns = [
        Col(_head(paper, "recipient"), "text", names),
        Col(_denominator(paper), "money", rows["denominator"].tolist()),
        Col(_head(paper, "disbursed-month"), "money", rows["disbursed_month"].tolist()),
        Col(_head(paper, "disbursed"), "money", rows["disbursed"].tolist()),
        Col(_head(paper, "disbursed-rate"), "rate", of=(3, 1)),
        Col(_head(paper, "spent-month"), "money", rows["spent_month"].tolist()),
        Col(_head(paper, "spent"), "money", rows["spent"].tolist()),
        Col(_head(paper, "spent-rate"), "rate", of=(6, 1)),
    ]
    note = deadline(paper.language) if names else say("papers-no-direct", paper.language)
    write_grid(paper, "direct", columns, note=note)


def month_of(found: Utilised) -> pd.DataFrame:
    """Return direct funds by recipient: the budget, paid and spent so far and in this month."""
    now = found.direct()
    before = now.at(found.as_of.replace(day=1) - timedelta(1)).recipients
    rows = now.recipients.copy()
    for name in ("disbursed", "spent"):
        rows[f"{name}_month"] = rows[name] - before[name].reindex(rows.index, fill_value=0)
    return rows


def deadline(language: Language) -> str:
    """Return by when a direct fund's report is due, and by which article."""
    rule = next(rule for rule in rules() if rule.key == "direct_report")
    article = rule.article if language == "zh" else rule.article_en
    return say("papers-due", language, day=rule.monthly, article=article)


def warned(paper: Paper) -> None:
    """预警清单: level, whom, why, and the money at stake."""
    found, language = paper.found, paper.language
    rows = found.alerts
    sources = [found.settings.threshold[at].source for at in rows["threshold"]]
    said = [reason(found, row, language) for row in rows.itertuples(index=False, name="Row")]
    columns = [
        Col(_head(paper, "warning"), "text", [_colour(paper, str(v)) for v in rows["level"]]),
        Col(_head(paper, "recipient"), "text", _names(paper, rows)),
        Col(_head(paper, "reason"), "text", said),
        Col(_head(paper, "stake"), "money", rows["at_stake"].tolist()),
        Col(_head(paper, "source"), "text", sources),
    ]
    write_grid(paper, "warned", columns, total=False)


def _colour(paper: Paper, level: str) -> str:
    return say(f"utilisation-{level}", paper.language)


def notes(paper: Paper) -> None:
    """说明: how figures are counted, and which columns were seen or inferred."""
    sheet = paper.sheet("notes", 2)
    sheet.page.set_column(0, 0, _NOTE_WIDTH)
    words = {"denominator": _denominator(paper)}
    for row, key in enumerate(_NOTES):
        line = say(f"papers-note-{key}", paper.language, **words)
        sheet.page.write_string(row, 0, line, sheet.look(text_wrap=True, border=0))
        sheet.fit_height(row, (line, _NOTE_WIDTH))
    sheet.printed(landscape=False)
