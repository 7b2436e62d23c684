import re

import pytest

CASES = [
    (["chek"], "L1-unknown-command", "check"),
    (["run"], "L1-missing-argument", "SCENARIO"),
    (["compare", "plan.toml"], "L1-missing-argument", "AFTER"),
    (["run", "plan.toml", "--quantun", "1元"], "L1-unknown-option", "--quantum"),
    (["--lnag", "en"], "L1-unknown-option", "--lang"),
    (["run", "plan.toml", "--out"], "L1-option-needs-value", "--out"),
    (["run", "plan.toml", "--no-chart=1"], "L1-option-takes-no-value", "--no-chart"),
    (["run", "plan.toml", "--objective", "fare"], "L1-option-value", "benefit"),
    (["run", "my", "plan.toml"], "L1-extra-argument", "plan.toml"),
    (["export", "plan.toml", "model.txt"], "L1-model-ending", ".mps"),
    (["run", "plan.toml", "--solver", "cplx"], "L1-unknown-solver", "highs"),
]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("arguments", "code", "said"), CASES)
def test_usage_errors_speak_the_language(inside, arguments, code, said, language):
    ended = inside(*arguments, BOKUAN_LANG=language)
    assert ended.code == 2
    assert f"[{code}]" in ended.err
    assert said in ended.err
    assert not ended.out
    assert len(ended.err.splitlines()) == 1
    chinese = re.search("[一-鿿]", ended.err.replace("1元", "")) is not None
    assert chinese == (language == "zh")
    assert "Error:" not in ended.err
