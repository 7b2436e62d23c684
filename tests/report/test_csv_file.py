import csv

from allocation.report.csv_file import write_csv


def read(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))


def test_amounts_in_yuan_and_in_fen_agree(by_unit, tmp_path):
    write_csv(by_unit, tmp_path / "a.csv")
    rows = read(tmp_path / "a.csv")
    assert [int(row["amount_fen"]) for row in rows] == by_unit.amounts.tolist()
    for row in rows:
        yuan, fen = row["amount_yuan"].split(".")
        assert int(yuan) * 100 + int(fen) == int(row["amount_fen"])


def test_double_clicking_opens_it_right(by_unit, tmp_path):
    write_csv(by_unit, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_every_purpose_has_a_column(two_way, tmp_path):
    write_csv(two_way, tmp_path / "a.csv")
    row = read(tmp_path / "a.csv")[1]
    cells = [float(row[f"{purpose.key}_yuan"]) for purpose in two_way.purposes]
    assert cells == [1_300_000, 1_370_000, 0, 1_510_000, 1_580_000]


def test_no_cell_starts_a_formula(build, hostile, tmp_path):
    write_csv(hostile, tmp_path / "a.csv")
    rows = read(tmp_path / "a.csv")
    names = [row["name"] for row in rows]
    assert not any(name.startswith(tuple("=+-@\t\r＝")) for name in names)
    assert [name.removeprefix("'") for name in names] == list(build.HOSTILE)
    assert names[-1] == "https://a.b"
