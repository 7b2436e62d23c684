"""How the formula is written: factors and coefficients."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from allocation.policy.kinds import require_ascending, require_open_end
from allocation.policy.values import Model, OneOrMore, Weight, Whole


class Factor(Model):
    """因素 / one factor: a column, or a stated aggregate of several years' columns."""

    name: str = Field("", description="因素中文名 / Chinese name; default: its key")
    name_en: str = Field("", description="因素英文名 / English name; default: its key")
    weight: Weight = Field(description="权重,合计须为 100% / weight; all add up to 100%")
    column: str = Field("", description="数据列;each 人人是 1 / column; each is 1 for everyone")
    columns: OneOrMore = Field((), description="多年数据列,由早到晚 / columns, oldest first")
    aggregate: Literal["mean", "trimmed_mean", "latest", "growth"] | None = Field(
        None, description="多年合成:平均、去最高最低后平均、最近、增长率 / how the years become one"
    )
    below_zero: Literal["error", "cut"] = Field(
        "error", description="负值:报错或计为零 / negative values: an error, or counted as zero"
    )
    missing: Literal["error", "zero"] = Field(
        "error", description="缺失值:报错或计为零 / missing values: an error, or counted as zero"
    )
    source: str = Field("", description="依据 / source: article, document or notice")

    @model_validator(mode="after")
    def _column_or_columns(self) -> Factor:
        if bool(self.column) == bool(self.columns) or bool(self.columns) != bool(self.aggregate):
            words = {"found": self.column or "、".join(self.columns) or "—"}
            raise PydanticCustomError("L3-factor-columns", "{found}", words)
        return self


class Tier(Model):
    """位次分档 / one rank tier: ranks up to ``to`` (the last tier leaves it out)."""

    to: Annotated[Whole, Field(ge=1)] | None = Field(
        None, description="本档最后位次,末档不写 / last rank of the tier; none in the last"
    )
    value: Weight = Field(description="系数 / coefficient")


class RankScale(Model):
    """位次系数 / from rank to coefficient: tiers, a line from best to worst, or a table."""

    column: str = Field(description="位次列 / rank column; blank: unknown, 未参评: unranked")
    among: str = Field(
        "", description="在此属性内重新排位 / rank again within this attribute; empty: as published"
    )
    tiers: tuple[Tier, ...] = Field((), description="分档 / tiers, best first")
    best: Weight | None = Field(
        None, description="第一名的系数(线性) / coefficient of first place (linear)"
    )
    worst: Weight | None = Field(
        None, description="最后一名的系数(线性) / coefficient of last place (linear)"
    )
    of: Annotated[Whole, Field(ge=2)] | None = Field(
        None, description="参评总数(线性),缺省为已知位次数 / how many are ranked (linear)"
    )
    values: dict[str, Weight] = Field(
        default_factory=dict,
        description="位次系数表:位次 = 系数 / table of ranks: rank = coefficient",
    )
    unknown: Weight = Field(description="位次未知 / rank not published")
    unranked: Weight = Field(description="未参评 / not ranked")

    @model_validator(mode="after")
    def _one_scale(self) -> RankScale:
        line = self.best is not None or self.worst is not None
        given = [
            way
            for way, here in (
                ("tiers", self.tiers),
                ("best + worst", line),
                ("values", self.values),
            )
            if here
        ]
        whole_line = (self.best is None) == (self.worst is None) and (line or self.of is None)
        if len(given) != 1 or not whole_line:
            words = {
                "found": "、".join(given) or "—",
                "allowed": "tiers、best + worst (of)、values",
            }
            raise PydanticCustomError("L3-one-of", "{found}", words)
        return self

    @model_validator(mode="after")
    def _ascending(self) -> RankScale:
        ends = [tier.to for tier in self.tiers]
        require_ascending(ends)
        require_open_end(ends)
        return self

    @model_validator(mode="after")
    def _ranks(self) -> RankScale:
        for rank in self.values:
            if not (rank.isascii() and rank.isdigit() and int(rank[:9]) > 0):
                raise PydanticCustomError("L1-not-a-rank-key", "{found}", {"found": rank[:60]})
        return self


class Coefficient(Model):
    """调节系数 / a coefficient: by attribute, by rank, or a column."""

    name: str = Field("", description="系数中文名 / Chinese name; default: its key")
    name_en: str = Field("", description="系数英文名 / English name; default: its key")
    by: str = Field("", description="按属性 / attribute, with values")
    values: dict[str, Weight] = Field(
        default_factory=dict, description="属性值 = 系数 / value of the attribute = coefficient"
    )
    column: str = Field("", description="按列 / a column of coefficients")
    rank: RankScale | None = Field(None, description="按位次 / by rank")
    source: str = Field("", description="依据 / source: article, document or notice")

    @model_validator(mode="after")
    def _one_way(self) -> Coefficient:
        given = [way for way in ("by", "column", "rank") if getattr(self, way)]
        if len(given) != 1 or bool(self.by) != bool(self.values):
            words = {"found": "、".join(given) or "—", "allowed": "by + values、column、rank"}
            raise PydanticCustomError("L3-one-of", "{found}", words)
        return self
