"""What an issue notice says beside the amounts: ``notice.toml``, all of it the office's data."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from allocation.policy.values import Day, Flag, Model, OneOrMore, Sum, Whole


class Target(Model):
    """A row of the performance targets: three levels, and the value aimed at."""

    level1: str = Field(
        description="output, benefit or satisfaction: 产出指标, 效益指标, 满意度指标"
    )
    level2: str = Field(default="", description="the kind, as 数量指标 or 经济效益指标")
    level3: str = Field(description="the indicator itself")
    value: str = Field(description="the value aimed at, as ≥95%")


class Notice(Model):
    """The fields of the notice; what is not given stays a visible blank."""

    issuer: str = Field(default="", description="issuing office, as 江苏省财政厅")
    title: str = Field(
        default="", description="title; default: made of issuer, year, batch and fund"
    )
    document_number: str = Field(
        default="", description="document number as given, as 苏财建〔2023〕1号"
    )
    addressees: OneOrMore = Field(
        default=(), description="to whom; with one file each, the recipient"
    )
    fund: str = Field(default="", description="name of the fund, as 外经贸发展专项资金")
    batch: str = Field(default="", description="as 第二批")
    advance: Flag = Field(default=False, description="an advance notice for the coming budget year")
    basis: OneOrMore = Field(default=(), description="documents it is based on, with their numbers")
    purpose: str = Field(default="", description="what the money is for")
    function_subject: str = Field(
        default="", description="支出功能分类科目, code and name, as text"
    )
    economic_subject: str = Field(default="", description="支出经济分类科目, as text")
    income_subject: str = Field(default="", description="收入科目 of the receiving level, as text")
    project_code: str = Field(default="", description="project code, as text: leading zeros stay")
    direct: Flag = Field(default=False, description="the batch is a direct fund")
    direct_tag: str = Field(default="", description="tag as given from above, as 01中央直达资金")
    received: Day | None = Field(default=None, description="day the notice from above was received")
    report_by: Day | None = Field(default=None, description="day the self-evaluation is due")
    publicity: str = Field(default="", description="as 此件主动公开")
    date: Day | None = Field(default=None, description="day of the notice")
    copies: OneOrMore = Field(default=(), description="copies to")
    department: str = Field(default="", description="competent department, for attachment 2")
    goal: str = Field(default="", description="overall goal, for attachment 2")
    targets: Annotated[tuple[Target, ...], Field(description="performance targets")] = ()
    already: dict[str, Sum] = Field(
        default_factory=dict, description="issued before, by recipient: 名称 = 金额"
    )
    year: Whole | None = Field(default=None, description="budget year; default: the scenario's")


#: Fields that stay a visible blank, with a warning, while they are not given.
EXPECTED = (
    *("issuer", "document_number", "addressees", "fund", "basis", "purpose"),
    *(
        "function_subject",
        "economic_subject",
        "income_subject",
        "project_code",
        "received",
        "report_by",
    ),
    *("publicity", "date", "copies", "department", "goal", "targets"),
)


def missing(notice: Notice) -> tuple[str, ...]:
    """Return the expected fields that are not given, in order."""
    gone = [name for name in EXPECTED if not getattr(notice, name)]
    return (*gone, "direct_tag") if notice.direct and not notice.direct_tag else tuple(gone)
