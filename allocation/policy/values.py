"""How amounts, ratios and filters are written in policy and scenario files."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from allocation.money import parse_amount, parse_ratio

if TYPE_CHECKING:
    from collections.abc import Callable


class Model(BaseModel):
    """A frozen record that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def _exact(parse: Callable[[str], Any], code: str) -> Callable[[Any], Any]:
    """Return a validator that reads text exactly and refuses floats by ``code``."""

    def read(value: Any) -> Any:
        if isinstance(value, (Fraction, int)) and not isinstance(value, bool):
            return _whole(value)
        if not isinstance(value, str):
            raise PydanticCustomError("L3-not-text", "{found}", {"found": repr(value)})
        try:
            return parse(value)
        except ValueError:
            raise PydanticCustomError(code, "{found}", {"found": value[:60]}) from None

    def _whole(value: Fraction | int) -> Any:
        if code == "L3-amount":
            raise PydanticCustomError(code, "{found}", {"found": str(value)})
        return Fraction(value)

    return read


#: Fen, written with a unit: ``"1.2亿元"``, ``"350000元"``.
Amount = Annotated[
    int,
    BeforeValidator(_exact(parse_amount, "L3-amount")),
    WithJsonSchema(
        {
            "type": "string",
            "description": "amount with unit, e.g. 1.2亿元, 24475万元, 350000元",
            "pattern": r"^[+-]?[\d,]+(\.\d+)?\s*(分|角|元|千元|万元|百万元|千万元|亿元)$",
        }
    ),
]

#: A ratio, written ``"12%"``, ``"3/40"``, ``"1.25"`` or as a TOML whole number.
Ratio = Annotated[
    Fraction,
    BeforeValidator(_exact(parse_ratio, "L3-ratio")),
    WithJsonSchema(
        {
            "type": ["string", "integer"],
            "description": "ratio, e.g. 12%, 3/40, 1.25",
        }
    ),
]

_LONGEST_WHOLE = 9
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)

#: A ratio of zero or more.
Weight = Annotated[Ratio, Field(ge=0)]
#: A ratio that is a part of a whole: from 0 to 100 %.
Share = Annotated[Ratio, Field(ge=0, le=1)]
#: An amount of zero or more.
Sum = Annotated[Amount, Field(ge=0)]


def _whole(value: Any) -> int:
    """Return a whole number; pydantic would also take 3.0 and true."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if (
        isinstance(value, str)
        and value.isascii()
        and value.isdigit()
        and len(value) <= _LONGEST_WHOLE
    ):
        return int(value)
    raise PydanticCustomError("L1-not-whole", "{found}", {"found": str(value)[:60]})


def read_day(value: Any) -> date:
    """Return a day; pydantic would also take seconds since 1970."""
    words = {"found": str(value)[:60]}
    try:
        native = isinstance(value, date) and not isinstance(value, datetime)
        day: date = value if native else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise PydanticCustomError("L1-not-a-day", "{found}", words) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        words["allowed"] = f"≥ {FIRST_DAY}, ≤ {LAST_DAY}"
        raise PydanticCustomError("L1-out-of-range", "{found}", words)
    return day


def _flag(value: Any) -> bool:
    """Return true or false, also as text from the command line; pydantic would also take 1."""
    marks = {"true": True, "false": False}
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in marks:
        return marks[value]
    raise PydanticCustomError("L1-not-a-flag", "{found}", {"found": str(value)[:60]})


def _several(value: Any) -> Any:
    """Return one text as a tuple of one; whatever else is not a list is left to fail."""
    return (value,) if isinstance(value, str) else value


#: A whole number.
Whole = Annotated[int, BeforeValidator(_whole)]
#: A day, written 2022-12-01.
Day = Annotated[date, BeforeValidator(read_day)]
#: true or false.
Flag = Annotated[bool, BeforeValidator(_flag)]
#: One text or a list of them.
OneOrMore = Annotated[
    tuple[str, ...],
    BeforeValidator(_several),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
#: A filter: attribute = the values it may have; several attributes must all hold.
Where = dict[str, OneOrMore]
