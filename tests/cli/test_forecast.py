"""``bokuan book example`` and ``bokuan book forecast`` as officers call them."""

import csv
import shutil

import pytest

from allocation.cli import main


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    path = tmp_path_factory.mktemp("example") / "x.db"
    assert main(["book", "example", str(path), "--years", "4", "--seed", "2"]) == 0
    return path


@pytest.fixture
def book(example, folder):
    shutil.copy(example, folder / "bokuan-book.db")
    return folder


def test_a_forecast_in_sentences_and_files(book, bokuan):
    ended = bokuan("book", "forecast", "--as-of", "2022-08-31", "--out", "out")
    assert ended.code == 0, ended.err
    assert "合成数据" in ended.out
    assert "到年底预计支出" in ended.out
    assert "有 80% 的把握在" in ended.out
    assert "回测(2020、2021 年" in ended.out
    assert "未经检验" in ended.out
    assert max(map(len, ended.out.splitlines())) <= 100
    names = {"forecast.csv", "back-test.csv", "scenarios-synthetic.csv", "forecast.png"}
    assert {path.name for path in (book / "out").iterdir()} == names
    for name in ("forecast.csv", "back-test.csv"):
        with (book / "out" / name).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert {row["note"] for row in rows} == {"估计;合成数据,不是真实账目"}
    with (book / "out/scenarios-synthetic.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["id", *(f"s{at:03d}" for at in range(1, 101))]
    assert len(rows) == 230
    assert all(cell.isdigit() for row in rows for cell in row[1:])


def test_one_recipient_in_english(book, inside):
    who = ("--recipient", "昆山经济技术开发区", "--as-of", "2022-09-14", "--out", "out")
    ended = inside("--lang", "en", "book", "forecast", *who, "--interval", "90%", "--over", "1/10")
    assert ended.code == 0, ended.err
    assert "with a chance of 90% between" in ended.out
    assert "more than 10% of it is left" in ended.out
    assert (book / "out/forecast-32-kunshan.png").stat().st_size > 10_000


@pytest.mark.usefixtures("book")
def test_every_wrong_option_is_told_at_once(inside):
    ended = inside("book", "forecast", "--interval", "120%", "--over", "much")
    assert ended.code != 0
    assert ended.err.count("L1-option-value") == 2
    ended = inside("book", "forecast", "--as-of", "August")
    assert "L14-not-a-day" in ended.err
    ended = inside("book", "forecast", "--recipient", "昆")
    assert "L12-unknown-holder" in ended.err


def test_a_recipient_without_money_writes_nothing(book, inside):
    ended = inside("book", "forecast", "--recipient", "深圳市", "--out", "out")
    assert "L1-nothing-to-forecast" in ended.err
    assert not (book / "out").exists()


@pytest.mark.usefixtures("book")
def test_a_young_book_has_no_forecast(inside):
    ended = inside("book", "forecast", "--as-of", "2021-06-30")
    assert ended.code != 0
    assert "L1-no-history" in ended.err


def test_an_example_never_replaces_a_book(book, inside):
    before = (book / "bokuan-book.db").read_bytes()
    ended = inside("book", "example", "bokuan-book.db", "--years", "9", "--seed", "-1")
    assert ended.code != 0
    assert "L12-book-exists" in ended.err
    assert ended.err.count("L1-option-value") == 2
    assert (book / "bokuan-book.db").read_bytes() == before


@pytest.mark.parametrize(
    ("options", "code", "count"),
    [
        (("--scenario", "linhe-2023"), "L1-example-zones", 11),
        (("--scenario", "liaoning-2022", "--until", "2021-09-30"), "L1-option-value", 1),
        (("--scenario", "liaoning-2022", "--until", "九月"), "L14-not-a-day", 1),
    ],
)
def test_an_example_that_cannot_be(folder, inside, options, code, count):
    ended = inside("book", "example", "x.db", "--years", "2", *options)
    assert ended.code == 2
    assert ended.err.count(f"[{code}]") == count
    assert not list(folder.glob("x.db*"))
