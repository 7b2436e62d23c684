"""Which header means what: the usual ones, and an officer's own mapping on top."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import Field

from allocation.policy.values import Flag, Model, OneOrMore, Whole
from allocation.scenario.schema import MoneyUnit
from allocation.scenario.settings import read_settings

if TYPE_CHECKING:
    from pathlib import Path

    from allocation.ledger.records import AccountKind, MovementKind

#: What a column may be.
Field_ = Literal[
    "date",
    "recipient",
    "code",
    "amount",
    "unit",
    "kind",
    "fund",
    "year",
    "batch",
    "purpose",
    "direct",
    "document",
    "voucher",
    "note",
]
FIELDS: tuple[Field_, ...] = get_args(Field_)
#: Kinds of movement a file may bring; carrying over and closing are the book's own.
Kind = Literal[
    "receive",
    "issue",
    "commit",
    "release",
    "disburse",
    "disburse_committed",
    "spend",
    "refund",
    "recover",
    "recover_disbursed",
    "recover_surplus",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
#: Movement, and the accounts it leaves and reaches, of each kind.
MOVES: dict[Kind, tuple[MovementKind, AccountKind, AccountKind]] = {
    "receive": ("receive", "source", "issued"),
    "issue": ("issue", "issued", "issued"),
    "commit": ("commit", "issued", "committed"),
    "release": ("release", "committed", "issued"),
    "disburse": ("disburse", "issued", "disbursed"),
    "disburse_committed": ("disburse", "committed", "disbursed"),
    "spend": ("spend", "disbursed", "spent"),
    "refund": ("refund", "disbursed", "issued"),
    "recover": ("recover", "issued", "recovered"),
    "recover_disbursed": ("recover", "disbursed", "recovered"),
    "recover_surplus": ("recover", "surplus", "recovered"),
}


class Given(Model):
    """表中没有的内容 / what the file does not say, for all of its rows."""

    kind: Kind | None = Field(None, description="业务类型 / kind of movement")
    fund: str | None = Field(None, description="资金名称 / fund")
    year: Annotated[Whole, Field(ge=2000, le=2100)] | None = Field(
        None, description="预算年度 / budget year"
    )
    batch: str | None = Field(None, description="批次 / batch")
    purpose: str | None = Field(None, description="用途 / purpose")
    direct: Flag | None = Field(None, description="是否直达资金 / whether direct funds")


class Mapping(Model):
    """导入对照 / how to read a file."""

    columns: dict[Field_, OneOrMore] = Field(
        default_factory=dict, description="栏目 = 表头名称 / column = its headers"
    )
    kinds: dict[str, Kind] = Field(
        default_factory=dict, description="表中写法 = 变动种类 / word in the file = movement"
    )
    direct: dict[str, Flag] = Field(
        default_factory=dict, description="表中写法 = 是否直达 / word in the file = direct or not"
    )
    given: Given = Given.model_validate({})
    unit: MoneyUnit | None = Field(None, description="金额单位 / unit of amounts")
    sheets: OneOrMore = Field((), description="要读的工作表;默认全部可见表 / sheets to read")

    def over(self, other: Mapping) -> Mapping:
        """Return this mapping with what ``other`` says where this one is silent."""
        return self.model_copy(
            update={
                "columns": {**other.columns, **self.columns},
                "kinds": {**other.kinds, **self.kinds},
                "direct": {**other.direct, **self.direct},
            }
        )

    def with_given(self, **given: object) -> Mapping:
        """Return this mapping with what a call says of all rows; None says nothing."""
        said = {key: value for key, value in given.items() if value is not None}
        return self.model_copy(update={"given": self.given.model_copy(update=said)})


@cache
def usual_mapping() -> Mapping:
    """Return the mapping of ``mapping.toml``."""
    with as_file(files(__package__).joinpath("mapping.toml")) as path:
        return read_settings(path, Mapping)[0]


def read_mapping(path: Path | str | None) -> Mapping:
    """Return an officer's mapping over the usual one; the usual one alone without a path.

    Raises
    ------
    InputError
        With everything that is wrong in the file.
    """
    return read_settings(path, Mapping)[0].over(usual_mapping()) if path else usual_mapping()
