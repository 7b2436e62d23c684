"""What a payment plan may say: the one model behind the TOML file and its reference."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from allocation.policy.values import Amount, Day, Flag, Model, OneOrMore, Share, Sum, Whole
from allocation.scenario.schema import MoneyUnit

Aim = Literal["unmet", "idle", "early", "tranches", "even", "smooth"]
#: The order of the objectives if a plan says no other.
ORDER: tuple[Aim, ...] = get_args(Aim)
Curve = Literal["even", "front_loaded", "back_loaded", "s_curve"]


def _month(value: Any) -> str:
    """Return a month as ``2023-06``."""
    try:
        month = date.fromisoformat(f"{value}-01")
    except ValueError:
        month = None
    if month is None or f"{month:%Y-%m}" != value or not 2000 <= month.year <= 2100:
        raise PydanticCustomError("L14-not-a-month", "{found}", {"found": str(value)[:60]})
    return str(value)


#: A month, written 2023-06.
Month = Annotated[
    str,
    BeforeValidator(_month),
    WithJsonSchema({"type": "string", "format": "month", "description": "month, e.g. 2023-06"}),
]


class Receipt(Model):
    """收到资金 / money received: on which day, how much."""

    day: Day = Field(description="收到之日 / day of receipt")
    amount: Sum | None = Field(None, description="金额,或写 share / amount; or a share")
    share: Share | None = Field(None, description="占拨付总额的比例 / share of all that is paid")
    source: str = Field("", description="依据 / document, or 示例 if illustrative")

    @model_validator(mode="after")
    def _one(self) -> Receipt:
        given = [key for key in ("amount", "share") if getattr(self, key) is not None]
        if len(given) != 1:
            words = {"found": "、".join(given) or "—", "allowed": "amount, share"}
            raise PydanticCustomError("L3-one-of", "{found}", words)
        return self


class Calendar(Model):
    """日历 / the calendar: the day of payment in each month."""

    pay_day: Annotated[Whole, Field(ge=1, le=31)] = Field(
        25, description="每月拨付日;短月取月末 / day of payment; the last one in a short month"
    )
    roll: Literal["none", "next", "previous"] = Field(
        "previous", description="逢休息日:不动、顺延、提前 / on a rest day: stay, after, before"
    )
    holidays: str = Field("", description="自己的节假日表 / CSV table of your own holidays")


class Cash(Model):
    """库款 / the treasury's cash: the most that is paid in a month."""

    limit: Sum | None = Field(None, description="每月上限 / limit of every month; none: any")
    by_month: dict[Month, Sum] = Field(
        default_factory=dict, description="某月上限 = 金额 / limit of one month"
    )
    source: str = Field("", description="依据 / document, or 示例 if illustrative")


class Need(Model):
    """用款需求 / need: a standard curve, or requested payments from a CSV file."""

    curve: Curve = Field("even", description="标准曲线 / standard curve (curves.toml)")
    file: str = Field("", description="用款计划表,每月一列 / CSV: one column for each month")
    unit: MoneyUnit | None = Field(None, description="表中金额的单位 / unit of its amounts")


class Milestone(Model):
    """节点 / a milestone of a project: a share that is due by a day."""

    day: Day = Field(description="日期 / day")
    share: Share = Field(description="本节点的比例 / share of this milestone")


class Own(Model):
    """某对象自己的需求 / one recipient's own need."""

    curve: Curve | None = Field(None, description="标准曲线 / standard curve")
    milestones: tuple[Milestone, ...] = Field((), description="节点 / milestones; add up to 100 %")

    @model_validator(mode="after")
    def _sound(self) -> Own:
        if (self.curve is None) == (not self.milestones):
            words = {"found": "—" if self.curve is None else "curve、milestones"}
            allowed = {"allowed": "curve, milestones"}
            raise PydanticCustomError("L3-one-of", "{found}", words | allowed)
        days = [milestone.day for milestone in self.milestones]
        if days != sorted(days):
            found = "、".join(map(str, days))
            raise PydanticCustomError("L14-milestones-order", "{found}", {"found": found})
        total = sum(milestone.share for milestone in self.milestones)
        if self.milestones and total != 1:
            raise PydanticCustomError("L2-milestones-sum", "{found}", {"found": str(total)})
        return self


class Due(Model):
    """期限 / a deadline: by when which share must be paid."""

    day: Day | None = Field(None, description="最迟之日,或写 rule / last day; or a rule")
    rule: str = Field("", description="法定期限的名称,见 bokuan clock / key of a rule of the clock")
    share: Share = Field(
        Fraction(1),
        description="须拨付的比例 / share to be paid",
        json_schema_extra={"default": "100%"},
    )
    where: OneOrMore = Field((), description="哪些对象,缺省全部 / recipients; default: all")
    source: str = Field("", description="依据 / article or document")

    @model_validator(mode="after")
    def _one(self) -> Due:
        if (self.day is None) == (not self.rule):
            words = {"found": "—" if self.day is None else "day、rule", "allowed": "day, rule"}
            raise PydanticCustomError("L3-one-of", "{found}", words)
        return self


class Tranches(Model):
    """分次拨付 / rules of tranches."""

    at_most: Annotated[Whole, Field(ge=1)] | None = Field(
        None, description="最多几次 / at most so many payments each"
    )
    at_least: Sum | None = Field(None, description="每次至少 / at least so much at a time")
    on_issue: Share | None = Field(
        None, description="条件达到前最多拨付的比例 / share payable before the condition"
    )
    after: Share | None = Field(None, description="条件:进度达到 / condition: progress reached")
    progress: str = Field(
        "planned", description="进度表文件,或 planned 按需求曲线 / CSV file, or the planned curve"
    )
    forfeit: Day | None = Field(
        None, description="至此未达条件,余款不再拨付 / the rest is forfeited if not met by then"
    )

    @model_validator(mode="after")
    def _condition(self) -> Tranches:
        if (self.on_issue is None) != (self.after is None):
            found = "on_issue" if self.after is None else "after"
            words = {"found": found, "allowed": "on_issue + after"}
            raise PydanticCustomError("L1-dead-key", "{found}", words)
        if self.forfeit and self.after is None:
            words = {"found": "forfeit", "allowed": "on_issue + after + forfeit"}
            raise PydanticCustomError("L1-dead-key", "{found}", words)
        return self


class Paid(Model):
    """已拨付 / what is paid already: frozen."""

    file: str = Field("", description="已拨付明细 / CSV of payments: id, month or date, amount")
    unit: MoneyUnit | None = Field(None, description="表中金额的单位 / unit of its amounts")
    until: Month | None = Field(
        None, description="已成定局的最后一月,缺省为表中最后一月 / last month that is settled"
    )


class Plan(Model):
    """拨付计划 / a payment plan."""

    title: str = Field(description="标题 / title")
    title_en: str = Field("", description="英文标题 / English title; default: the Chinese one")
    first: Month = Field(description="第一个月 / first month")
    last: Month = Field(description="最后一个月 / last month")
    quantum: Annotated[Amount, Field(gt=0)] | None = Field(
        None, description="拨付单位,缺省同分配单位 / quantum; default: the allocation's"
    )
    illustrative: Flag = Field(default=False, description="示例 / illustrative figures")
    direct: Flag = Field(default=False, description="直达资金 / direct fund")
    order: tuple[Aim, ...] = Field(
        ORDER,
        description="目标先后 / order of the objectives",
        json_schema_extra={"default": ", ".join(ORDER)},
    )
    received: dict[str, Receipt] = Field(default_factory=dict)
    calendar: Calendar = Calendar.model_validate({})
    cash: Cash = Cash.model_validate({})
    need: Need = Need.model_validate({})
    recipient: dict[str, Own] = Field(default_factory=dict)
    deadlines: dict[str, Due] = Field(default_factory=dict)
    tranches: Tranches = Tranches.model_validate({})
    paid: Paid = Paid.model_validate({})

    @model_validator(mode="after")
    def _in_order(self) -> Plan:
        if self.last < self.first:
            words = {"found": f"{self.first} … {self.last}"}
            raise PydanticCustomError("L14-months-order", "{found}", words)
        if len(set(self.order)) < len(self.order) or not {"unmet", "idle"} <= set(self.order):
            words = {"found": "、".join(self.order), "allowed": ", ".join(ORDER)}
            raise PydanticCustomError("L1-order-of-aims", "{found}", words)
        return self
