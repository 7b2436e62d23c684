"""The rules an officer can name: one record per kind, a union told apart by ``kind``.

Each record says what the rule takes, with units; how it becomes rows of the program stands in
:mod:`allocation.policy.rows`. The rule catalogue in ``docs/rules.md`` is generated from here.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from allocation.policy.values import (
    Model,
    OneOrMore,
    Ratio,
    Share,
    Sum,
    Weight,
    Where,
    Whole,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction


class PerUnit(Model):
    """每单位金额 / so much money for each unit of a column."""

    column: str = Field(description="指标列 / column of units")
    amount: Sum = Field(description="每单位金额 / amount for one unit")


class EqualSplit(Model):
    """均分额的比例 / a share of what each would get if the pot were split by a column."""

    by: str = Field(description="按此列均分 / column the pot is split by; each: equal parts")
    share: Weight = Field(description="取其比例 / share of that part")


class RuleBase(Model):
    """What every rule has: names, a source, whom it is for, and how hard it is."""

    name: str = Field("", description="规则中文名 / Chinese name; default: the kind's")
    name_en: str = Field("", description="规则英文名 / English name; default: the kind's")
    source: str = Field("", description="依据 / source: article, document or notice")
    policy: str = Field(
        "", description="现行政策参数 / policy parameters that fill what is missing"
    )
    where: Where = Field(
        default_factory=dict,
        description="适用对象:属性 = 一个或多个值,几个属性须同时满足 / "
        "for whom: attribute = value or list; several attributes must all hold",
    )
    exempt: OneOrMore = Field(
        (), description="不适用对象,代码或名称 / whom it is not for, by code or name"
    )
    priority: Annotated[Whole, Field(ge=1, le=99)] | None = Field(
        None, description="软规则优先级,1 最先 / priority of a soft rule, 1 kept first; none: hard"
    )


class BoundRule(RuleBase):
    """A rule that bounds each recipient by an amount said in exactly one of five ways."""

    amount: Sum | None = Field(None, description="金额 / amount with unit")
    share_of_pot: Share | None = Field(None, description="占资金总额的比例 / share of the pot")
    share_of_last_year: Weight | None = Field(
        None, description="占上年金额的比例 / share of last year's amount (column last_year)"
    )
    per_unit: PerUnit | None = Field(
        None, description="每单位指标的金额 / amount per unit of a column"
    )
    share_of_equal_split: EqualSplit | None = Field(
        None, description="占按某列均分额的比例 / share of what a split by a column would give"
    )

    @model_validator(mode="after")
    def _one_way(self) -> BoundRule:
        ways = ("amount", "share_of_pot", "share_of_last_year", "per_unit", "share_of_equal_split")
        given = [way for way in ways if getattr(self, way) is not None]
        if len(given) != 1:
            words = {"found": "、".join(given) or "—", "allowed": "、".join(ways)}
            raise PydanticCustomError("L3-one-of", "{found}", words)
        return self


class Floor(BoundRule):
    """保底 / floor: at least this much."""

    kind: Literal["floor"]


class Cap(BoundRule):
    """封顶 / cap: at most this much."""

    kind: Literal["cap"]


class HoldHarmless(RuleBase):
    """不低于上年 / hold-harmless: at least a share of last year's amount.

    With ``taper``, the share runs off evenly: after ``elapsed`` of ``steps`` steps it is
    ``share × (steps − elapsed) / steps``, never below zero.
    """

    kind: Literal["hold_harmless"]
    share: Weight = Field(description="占上年的比例 / share of last year's amount")
    column: str = Field("last_year", description="上年金额列 / money column")
    taper: Taper | None = Field(None, description="逐年退坡 / runs off over the years")
    missing: Literal["error", "skip"] = Field(
        "error", description="上年缺失时:报错或不适用 / no last year: an error, or no bound"
    )


class Taper(Model):
    """逐年退坡 / an even run-off: ``elapsed`` steps of as many as the column ``steps`` says."""

    steps: str = Field(description="总步数列 / column with how many steps in all")
    elapsed: Annotated[Whole, Field(ge=0)] = Field(description="已走步数 / steps gone by")


class GrowthCap(RuleBase):
    """增幅上限 / pace of change: at most so much over last year's amount."""

    kind: Literal["growth_cap"]
    growth: Annotated[Ratio, Field(ge=-1)] = Field(
        description="最大增幅 / largest growth, e.g. 20%"
    )
    column: str = Field("last_year", description="上年金额列 / money column")
    missing: Literal["error", "skip"] = Field(
        "error", description="上年缺失时:报错或不适用 / no last year: an error, or no bound"
    )


class GroupShare(RuleBase):
    """占比要求 / share of a group: the group's sum within shares of the pot, or amounts.

    With ``each``, one group for every value of that attribute.
    """

    kind: Literal["group_share"]
    least: Share | None = Field(None, description="最低占比 / least share of the pot")
    most: Share | None = Field(None, description="最高占比 / largest share of the pot")
    least_amount: Sum | None = Field(None, description="最低金额 / least amount")
    most_amount: Sum | None = Field(None, description="最高金额 / largest amount")
    each: str = Field("", description="按此属性逐组 / one group per value of this attribute")

    @model_validator(mode="after")
    def _some_bound(self) -> GroupShare:
        ways = ("least", "most", "least_amount", "most_amount")
        if all(getattr(self, way) is None for way in ways):
            words = {"found": "—", "allowed": "、".join(ways)}
            raise PydanticCustomError("L3-one-of", "{found}", words)
        return self

    @model_validator(mode="after")
    def _least_under_most(self) -> GroupShare:
        for least, most in ((self.least, self.most), (self.least_amount, self.most_amount)):
            if least is not None and most is not None and least > most:
                words = {"found": str(least), "allowed": str(most)}
                raise PydanticCustomError("L1-least-over-most", "{found}", words)
        return self


class RankOrder(RuleBase):
    """位次优先 / better rank never gets less, within groups of one attribute.

    ``per = "target"`` compares amounts per yuan of entitlement. Recipients without a rank are
    left out.
    """

    kind: Literal["rank_order"]
    column: str = Field("rank", description="位次列 / rank column")
    within: str = Field("unit", description="在此属性之内 / within one value of this attribute")
    per: Literal["amount", "target"] = Field(
        "amount", description="比较金额,或金额/份额 / compare amounts, or amounts per entitlement"
    )


def require_ascending(steps: Sequence[int | Fraction | None]) -> None:
    """Refuse steps whose ends do not ascend; None is no end, and only the last may have none."""
    ends = [end for end in steps if end is not None]
    gap = any(end is None for end in steps[:-1])
    if gap or any(low >= high for low, high in pairwise(ends)):
        found = "、".join("∞" if end is None else str(end) for end in steps)
        raise PydanticCustomError("L1-steps-order", "{found}", {"found": found})


def require_open_end(steps: Sequence[int | Fraction | None]) -> None:
    """Refuse steps of which the last has an end: nothing would be said of what lies beyond."""
    if steps and steps[-1] is not None:
        raise PydanticCustomError("L1-steps-end", "{found}", {"found": str(steps[-1])})


class RankStep(RuleBase):
    """位次分档 / step by rank tier: each tier at least so much above the next.

    ``tiers`` lists the last rank of each tier but the last; everyone in a tier gets at least
    ``step`` more than anyone in the next tier that has members, or at least ``1 + step_share``
    times as much.
    """

    kind: Literal["rank_step"]
    column: str = Field("rank", description="位次列 / rank column")
    within: str = Field(
        "", description="在此属性之内,空为全体 / within one value of this attribute; empty: all"
    )
    tiers: tuple[Annotated[Whole, Field(ge=1)], ...] = Field(
        min_length=1,
        description="各档最后位次,末档不写 / last rank of each tier but the last",
    )
    step: Sum | None = Field(None, description="档差金额 / step as an amount")
    step_share: Weight | None = Field(None, description="档差比例 / step as a share, e.g. 30%")

    @model_validator(mode="after")
    def _one_step(self) -> RankStep:
        ways = ("step", "step_share")
        given = [way for way in ways if getattr(self, way) is not None]
        if len(given) != 1:
            words = {"found": "、".join(given) or "—", "allowed": "、".join(ways)}
            raise PydanticCustomError("L3-one-of", "{found}", words)
        return self

    @model_validator(mode="after")
    def _ascending(self) -> RankStep:
        require_ascending(self.tiers)
        return self


class HardRule(RuleBase):
    """A rule that cannot be soft."""

    @model_validator(mode="after")
    def _hard(self) -> HardRule:
        if self.priority is not None:
            raise PydanticCustomError("L1-never-soft", "{found}", {"found": str(self.priority)})
        return self


class TopAward(HardRule):
    """前几名奖励 / top-k award: a lump sum to each of the best ``top`` by rank, shared out first.

    ``not_with`` names a column of yes/no marks: who is marked already has another award
    (no stacking) and is passed over.
    """

    kind: Literal["top_award"]
    top: Annotated[Whole, Field(ge=1)] = Field(description="名次数 / how many")
    amount: Sum = Field(description="每家金额 / amount for each")
    column: str = Field("rank", description="位次列 / rank column")
    not_with: str = Field("", description="不重复奖励列 / column of those already rewarded")


class AtMostRequested(RuleBase):
    """不超申请 / at most the requested amount."""

    kind: Literal["at_most_requested"]
    column: str = Field("requested", description="申请金额列 / money column")


class ZeroOrAtLeast(HardRule):
    """不足不安排 / zero or at least: nothing, or no less than ``amount``.

    ``below = "drop"``: whose entitlement is under the amount gets nothing. ``below = "raise"``:
    as many as possible are funded, raised to the amount if need be; who is left out is chosen by a
    binary program (fewest, then least entitlement, then the stated order).
    """

    kind: Literal["zero_or_at_least"]
    amount: Sum = Field(description="起付金额 / least amount")
    below: Literal["drop", "raise"] = Field(
        "drop", description="份额不足者:不安排或补足 / entitled to less: nothing, or raised"
    )


class Exclude(HardRule):
    """不安排 / exclude: nothing, and no part in the formula."""

    kind: Literal["exclude"]


class AlreadyIssued(HardRule):
    """不低于已经下达 / already issued: at least what is issued to the recipient already.

    A blank cell is nothing issued. It holds for an excluded recipient too: what it has can only be
    recovered. With ``by_purpose``, each purpose gets at least what is issued for it.
    """

    kind: Literal["already_issued"]
    column: str = Field("issued", description="已经下达金额列 / money column")
    by_purpose: dict[str, str] = Field(
        default_factory=dict,
        description="方向 = 该方向已经下达金额列 / purpose = money column of what is issued for it",
    )


class UtilisationCut(RuleBase):
    """执行挂钩扣减 / utilisation cut: at most a base less a share of a column of unspent money."""

    kind: Literal["utilisation_cut"]
    share: Share = Field(description="扣减比例 / share of the column cut, e.g. 30%")
    column: str = Field("unspent_rise", description="结余增量列 / money column of the rise")
    base: Literal["entitlement", "last_year"] = Field(
        "entitlement", description="扣减基数:份额或上年 / cut from the entitlement or last year"
    )


Rule = Annotated[
    Floor
    | Cap
    | HoldHarmless
    | GrowthCap
    | GroupShare
    | RankOrder
    | RankStep
    | TopAward
    | AtMostRequested
    | ZeroOrAtLeast
    | Exclude
    | AlreadyIssued
    | UtilisationCut,
    Field(discriminator="kind"),
]

HoldHarmless.model_rebuild()

__all__ = ["OneOrMore", "Rule"]
