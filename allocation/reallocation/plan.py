"""What a reallocation plan may say: ``reallocation.toml``."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from allocation.policy.values import Amount, Day, Flag, Model, Share, Sum
from allocation.scenario.schema import MoneyUnit

Aim = Literal["use", "moved", "fair", "few"]
#: The order of the objectives if a plan says no other.
ORDER: tuple[Aim, ...] = get_args(Aim)


class Holdings(Model):
    """持有情况 / a CSV table of what each recipient holds, by line of money."""

    file: str = Field(description="文件 / file")
    unit: MoneyUnit | None = Field(None, description="表中金额的单位 / unit of its amounts")
    source: str = Field(description="依据 / source, or 示例 if illustrative")


class Use(Model):
    """预计使用 / a CSV table of what each recipient can use this year in all, spent included."""

    file: str = Field("", description="文件 / file")
    unit: MoneyUnit | None = Field(None, description="表中金额的单位 / unit of its amounts")
    rest: Literal["refuse", "forecast"] = Field(
        "refuse",
        description="不在文件中的:拒绝,或按账簿预测 / who is not in the file: an error, or as the "
        "book's forecast has it",
    )
    source: str = Field(description="依据 / source, or 示例 if illustrative")

    @model_validator(mode="after")
    def _of_something(self) -> Use:
        if not self.file and self.rest == "refuse":
            raise PydanticCustomError("L1-use-file", "{found}", {"found": "[use]"})
        return self


class Uncertain(Model):
    """不确定的使用 / use under scenarios, all equally likely: a CSV table, or the forecast."""

    file: str = Field(
        "",
        description="文件,每列一种情形;缺省按账簿预测 / file, one column for each scenario; "
        "default: the book's forecast",
    )
    unit: MoneyUnit | None = Field(None, description="表中金额的单位 / unit of its amounts")
    tail: Annotated[Share, Field(gt=0)] = Field(
        description="最坏的百分之几 / the share of the scenarios that is the worst tail"
    )
    most: Sum | None = Field(
        None, description="最坏情形平均剩余的上限 / most left over in the tail, on average"
    )
    scenarios: Annotated[int, Field(ge=2, le=1000)] = Field(
        100, description="预测多少种情形 / how many scenarios of the forecast"
    )
    seed: Annotated[int, Field(ge=0, lt=10**9)] = Field(
        0, description="预测的随机种子 / the forecast's random seed"
    )
    source: str = Field(description="依据 / source, or 示例 if illustrative")


class ReallocationPlan(Model):
    """调剂计划 / a reallocation plan."""

    title: str = Field(description="标题 / title")
    title_en: str = Field("", description="英文标题 / English title; default: the Chinese one")
    as_of: Day = Field(description="持有情况的日期 / day of the holdings")
    scenario: str = Field("", description="分配方案 / the scenario whose rules hold")
    quantum: Annotated[Amount, Field(gt=0)] | None = Field(
        None, description="调剂单位,缺省同分配单位 / quantum; default: the scenario's"
    )
    illustrative: Flag = Field(default=False, description="示例 / illustrative figures")
    order: tuple[Aim, ...] = Field(
        ORDER,
        description="目标先后 / order of the objectives",
        json_schema_extra={"default": ", ".join(ORDER)},
    )
    fund: str = Field("", description="账簿中的哪项资金,缺省全部 / which fund of the book")
    holdings: Holdings | None = None
    use: Use | None = None
    uncertain: Uncertain | None = None

    @model_validator(mode="after")
    def _in_order(self) -> ReallocationPlan:
        if len(set(self.order)) < len(self.order) or self.order[:1] != ("use",):
            words = {"found": "、".join(self.order) or "—", "allowed": ", ".join(ORDER)}
            raise PydanticCustomError("L1-reallocation-order", "{found}", words)
        return self
