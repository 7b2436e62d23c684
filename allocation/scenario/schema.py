"""What a scenario file may say: the one model behind TOML, the JSON schema and the reference.

Amounts and ratios are text, read exactly (:mod:`allocation.money`); an unknown key is an error.
What needs the data to be judged (does the column exist? is the group empty?) is judged where the
data are read.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from allocation.policy.formula import Coefficient, Factor
from allocation.policy.kinds import Rule, require_ascending, require_open_end
from allocation.policy.values import (
    Amount,
    Day,
    Flag,
    Model,
    OneOrMore,
    Ratio,
    Share,
    Sum,
    Where,
    Whole,
)

MoneyUnit = Literal["分", "角", "元", "千元", "万元", "百万元", "千万元", "亿元"]


class Pot(Model):
    """资金总额 / the pot."""

    amount: Annotated[Amount, Field(gt=0)] = Field(description="金额,带单位 / amount with unit")
    source: str = Field(description="来源 / source: document, or 示例 if illustrative")


class Table(Model):
    """数据表 / a CSV file beside the scenario: one row per recipient."""

    file: str = Field(
        description="文件或工作表:相对本文件的路径;工作簿里也可写工作表名 / "
        "file or sheet: path relative to the scenario file; in a workbook, a sheet's name too"
    )
    key: str = Field("id", description="对象列 / column with the recipient's code or name")
    amounts: dict[str, MoneyUnit] = Field(
        default_factory=dict, description="金额列 = 单位 / money columns and their unit"
    )
    source: str = Field("", description="依据 / source: article, document or notice")


class Recipients(Model):
    """分配对象 / who shares: the budget units, the zones, or the rows of a table."""

    kind: Literal["units", "zones", "table"] = Field(
        description="对象类型:预算单位、经开区,或某表各行 / "
        "kind: budget units, zones, or the rows of a table"
    )
    table: str = Field(
        "", description="对象所在的表,kind=table 用 / table of recipients, of kind=table"
    )
    name: str = Field(
        "name", description="名称列,kind=table 用 / column of the displayed names, of kind=table"
    )
    units: OneOrMore = Field((), description="只取这些预算单位 / only of these units")
    exclude: OneOrMore = Field((), description="不参与 / left out, by code or name")


class Split(Model):
    """拆分 / a parent's figure that includes part units: how it is split (an assumption)."""

    columns: OneOrMore = Field(description="拆分的列 / columns to split")
    shares: dict[str, Share] = Field(
        description="单位 = 从所在省数字中划出的比例 / unit = share of its parent's figure"
    )
    source: str = Field(description="依据或假设 / source, or 假设 if assumed")


class Purpose(Model):
    """方向 / a purpose of use with its own total: one row of a two-way table."""

    name: str = Field(description="方向中文名 / Chinese name")
    name_en: str = Field("", description="方向英文名 / English name; default: the Chinese one")
    amount: Sum = Field(description="方向合计 / total of the purpose")
    where: Where = Field(
        default_factory=dict,
        description="可用于谁:属性 = 一个或多个值 / for whom: attribute = value or list",
    )
    source: str = Field("", description="依据 / source: article, document or notice")


class Segment(Model):
    """递减分段 / benefit counts ``weight`` per yuan up to ``to`` of the entitlement."""

    to: Ratio | None = Field(None, description="止于份额的比例,末段不写 / end; none in the last")
    weight: Annotated[Ratio, Field(gt=0)] = Field(description="每元效益 / benefit per yuan")


class Objective(Model):
    """目标 / objective: ``fair`` (lexicographic max-min) or ``benefit``."""

    kind: Literal["fair", "benefit"] = Field(
        "fair", description="目标类型:公平或效益 / kind: fair or benefit"
    )
    min_ratio: Share | None = Field(
        None, description="金额占份额的下限,benefit 用 / least share of the entitlement, of benefit"
    )
    weight: str = Field(
        "", description="效益权重列,benefit 用 / column of weights, of benefit; empty: 1 each"
    )
    segments: tuple[Segment, ...] = Field(
        (), description="递减分段,benefit 用 / diminishing segments, of benefit"
    )

    @model_validator(mode="after")
    def _benefit_only(self) -> Objective:
        given = [way for way in ("min_ratio", "weight", "segments") if getattr(self, way)]
        if self.kind == "fair" and given:
            words = {"found": "、".join(given), "allowed": 'kind = "benefit"'}
            raise PydanticCustomError("L1-dead-key", "{found}", words)
        return self

    @model_validator(mode="after")
    def _diminishing(self) -> Objective:
        ends = [segment.to for segment in self.segments]
        require_ascending(ends)
        require_open_end(ends)
        weights = [segment.weight for segment in self.segments]
        if any(low < high for low, high in pairwise(weights)):
            found = "、".join(map(str, weights))
            raise PydanticCustomError("L1-not-diminishing", "{found}", {"found": found})
        return self


class Rounding(Model):
    """取整 / the rounding step."""

    quantum: Annotated[Amount, Field(gt=0)] = Field(
        1_000_000,
        description="分配单位,缺省 1万元 / quantum",
        json_schema_extra={"default": "1万元"},
    )
    method: Literal[
        "largest_remainder",
        "adams",
        "dean",
        "huntington_hill",
        "webster",
        "modified_webster",
        "jefferson",
        "quota",
        "per_unit",
    ] = Field("largest_remainder", description="取整方法 / rounding method")
    column: str = Field(
        "", description="每单位金额取整的列,per_unit 用 / column of units, of per_unit"
    )
    rank: str = Field("", description="余数先给位次靠前者 / rank column that breaks ties")

    @model_validator(mode="after")
    def _column_of_units(self) -> Rounding:
        if (self.method == "per_unit") != bool(self.column):
            words = {"found": self.column or "—", "allowed": 'method = "per_unit" + column'}
            raise PydanticCustomError("L1-dead-key", "{found}", words)
        return self


class Upper(Model):
    """上级分配 / the upper level: its result fixes each unit's total here."""

    scenario: str = Field(description="上级方案的名称或路径 / name or path of its scenario")


class Issued(Model):
    """已经下达 / what is issued already, such as an advance: this scenario settles it.

    Either the record of the run that was issued, or a money column of a table. Unless ``recover``
    is true, a rule of kind ``already_issued`` must keep everybody at that or above.
    """

    record: str = Field("", description="已下达那次运行的 record.json / record of the run issued")
    table: str = Field(
        "",
        description="列出已下达金额的表,与 record 二选一 / table of what is issued, if no record",
    )
    column: str = Field("issued", description="表中的金额列,空白为没有 / its money column")
    recover: Flag = Field(
        default=False, description="多下达的收回 / recover what is issued above the new amount"
    )
    source: str = Field(description="依据 / source: document by which it was issued, or 示例")

    @model_validator(mode="after")
    def _one_way(self) -> Issued:
        given = [way for way in ("record", "table") if getattr(self, way)]
        if len(given) != 1:
            words = {"found": "、".join(given) or "—", "allowed": "record、table"}
            raise PydanticCustomError("L3-one-of", "{found}", words)
        if self.record and "column" in self.model_fields_set:
            words = {"found": "column", "allowed": "table"}
            raise PydanticCustomError("L1-dead-key", "{found}", words)
        return self


class Advance(Model):
    """提前下达 / this scenario is an advance on an expected total, of which it should be a share.

    Less is a warning, not an error: the law says "generally".
    """

    of: Annotated[Amount, Field(gt=0)] = Field(description="预计全年总额 / expected total")
    share: Share = Field(description="一般不低于其比例 / share it should reach, e.g. 70%")
    source: str = Field(description="依据 / source: article that sets the share")


class Override(Model):
    """改动 / a named set of changes with its reason."""

    reason: str = Field(description="理由 / why")
    source: str = Field("", description="依据 / source: article, document or notice")
    set: dict[str, Any] = Field(description="键 = 新值;off 为去掉 / key = new value; off removes")


class WhatIf(Model):
    """测算 / a what-if: overrides applied in order."""

    title: str = Field("", description="标题 / title")
    overrides: OneOrMore = Field(description="依次套用的改动 / overrides, left to right")


class Scenario(Model):
    """方案 / a scenario."""

    title: str = Field(description="标题 / title")
    title_en: str = Field("", description="英文标题 / English title; default: the Chinese one")
    level: Literal["national", "unit"] = Field(
        description="层级:全国,或一个预算单位 / level: of the nation, or of one budget unit"
    )
    year: Annotated[Whole, Field(ge=2000, le=2100)] = Field(
        description="资金年度 / year of the money"
    )
    as_of: Day = Field(
        description="基准日:名单与政策以此日为准 / day: registry and policy as of it"
    )
    illustrative: Flag = Field(default=False, description="示例 / illustrative figures")
    pot: Pot
    recipients: Recipients
    tables: dict[str, Table] = Field(default_factory=dict)
    splits: dict[str, Split] = Field(default_factory=dict)
    factors: dict[str, Factor] = Field(min_length=1)
    coefficients: dict[str, Coefficient] = Field(default_factory=dict)
    rules: dict[str, Rule] = Field(default_factory=dict)
    purposes: dict[str, Purpose] = Field(default_factory=dict)
    objective: Objective = Objective.model_validate({})
    rounding: Rounding = Rounding.model_validate({})
    upper: Upper | None = None
    issued: Issued | None = None
    advance: Advance | None = None
    override: dict[str, Override] = Field(default_factory=dict)
    what_if: dict[str, WhatIf] = Field(default_factory=dict)
