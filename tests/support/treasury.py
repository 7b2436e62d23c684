"""Exports as treasuries make them: the same payments in many layouts, and the rows they mean."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import openpyxl
import xlsxwriter

from allocation.money import UNITS, format_amount

if TYPE_CHECKING:
    from random import Random

NAMES = ["江宁经济技术开发区", "昆山经开区", "南通经济技术开发区", "O'Brien园区", "=1+1开发区"]
HEADS = {
    "date": ["支付日期", "拨付日期", "日 期"],
    "recipient": ["收款单位", "单位名称", "*收款人"],
    "amount": ["金额", "支付\n金额", "拨付金额"],
    "kind": ["业务类型", "类型"],
    "purpose": ["资金用途", "支持方向"],
    "batch": ["批次"],
    "voucher": ["凭证号", "支付令号"],
    "year": ["预算年度", "年度"],
}
KINDS = {"拨付": "disburse", "支出": "spend", "退回": "refund", "承诺": "commit"}
DAYS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"]


@dataclass(frozen=True)
class Payment:
    day: date
    recipient: str
    fen: int
    kind: str
    purpose: str
    batch: str
    voucher: str
    year: int


def payments(random: Random, count: int) -> list[Payment]:
    return [
        Payment(
            date(2023, 1, 1) + timedelta(random.randrange(600)),
            random.choice(NAMES),
            random.choice([1, 99, 100, 10**6, 123_456_789_01, random.randrange(1, 10**11)]),
            random.choice(list(KINDS.values())),
            random.choice(["产业园 建设", "绿色改造", ""]),
            random.choice(["第一批", "提前下达"]),
            random.choice(["", f"ZF{random.randrange(10**6):08d}", "007"]),
            random.choice([2022, 2023]),
        )
        for _ in range(count)
    ]


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in text)


def layout(random: Random, rows: list[Payment], *, typed: bool) -> list[list[object]]:
    """Return the cells of one random layout; ``typed`` for a workbook, where days may be days."""
    unit = random.choice(["元", "万元", "分"])
    where = random.choice(["head", "above", "cell", "column"])
    fields = list(HEADS)
    random.shuffle(fields)
    heads = {name: random.choice(HEADS[name]) for name in fields}
    if where == "head":
        heads["amount"] += random.choice([f"({unit})", f"（单位：{unit}）"])
    spare = random.randrange(len(fields))
    fields.insert(spare, "序号")
    heads["序号"] = "序号"
    if where == "column":
        fields.append("unit")
        heads["unit"] = "金额单位"
    cells: list[list[object]] = []
    if random.random() < 0.5:
        cells.append(["2023年专项资金拨付明细表", *[""] * (len(fields) - 1)])
    if where == "above":
        cells.append(
            [*[""] * (len(fields) - 1), random.choice([f"单位：{unit}", f"金额单位:{unit}"])]
        )
    cells.append([heads[name] for name in fields])
    for at, row in enumerate(rows):
        cells.append([_cell(random, name, row, at, unit, where, typed=typed) for name in fields])
        if random.random() < 0.1:
            total: list[object] = ["" for _ in fields]
            total[spare] = random.choice(["小计", "合 计", "一季度小计"])
            cells.append(total)
    last: list[object] = ["" for _ in fields]
    last[spare] = "合计"
    last[fields.index("amount")] = _number(random, sum(r.fen for r in rows), unit, typed=False)
    if where not in ("cell", "column"):
        cells.append(last)
    cells.append(["" if name != "序号" else "制表人：张三" for name in fields])
    return cells


def _number(random: Random, fen: int, unit: str, *, typed: bool) -> object:
    text = format_amount(fen, unit, 0)
    if typed and random.random() < 0.6:
        return float(Fraction(fen, UNITS[unit]))
    return random.choice([text, text.replace(",", ""), full_width(text)])


def _cell(
    random: Random, name: str, row: Payment, at: int, unit: str, where: str, *, typed: bool
) -> object:
    if name == "amount":
        if where == "cell":
            return f"{format_amount(row.fen, unit, 0)}{unit}"
        return _number(random, row.fen, unit, typed=typed)
    if name == "date":
        if typed and random.random() < 0.6:
            return row.day
        return row.day.strftime(random.choice(DAYS))
    texts = {
        "kind": next(word for word, kind in KINDS.items() if kind == row.kind),
        "year": row.year if typed else random.choice([str(row.year), f"{row.year}年度"]),
        "recipient": random.choice([row.recipient, f" {row.recipient} "]),
        "序号": at + 1 if typed else str(at + 1),
    }
    named = {"unit": unit, "purpose": row.purpose, "batch": row.batch, "voucher": row.voucher}
    return (texts | named)[name]


def csv_bytes(cells: list[list[object]], encoding: str = "utf-8-sig") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(cells)
    return text.getvalue().encode(encoding)


def by_xlsxwriter(cells: list[list[object]], path) -> None:
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    page = book.add_worksheet("明细")
    look = book.add_format({"num_format": "yyyy/m/d"})
    for at, row in enumerate(cells):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                page.write_datetime(at, column, datetime.combine(cell, time()), look)
            elif isinstance(cell, str):
                page.write_string(at, column, cell)
            else:
                page.write(at, column, cell)
    book.close()


def by_openpyxl(cells: list[list[object]], path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "明细"
    for at, row in enumerate(cells, 1):
        for column, cell in enumerate(row, 1):
            if cell != "":
                place = page.cell(at, column, cell)
                if isinstance(cell, str):
                    place.data_type = "s"
    book.save(path)
