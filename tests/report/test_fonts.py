import warnings

import pytest

from allocation.registry.units import units
from allocation.registry.zones import all_zones
from allocation.report import fonts


@pytest.fixture
def hidden(monkeypatch):
    """Hide every Chinese font."""
    caches = (fonts.chinese_font, fonts._opened, fonts._warn_once)
    for cached in caches:
        cached.cache_clear()
    monkeypatch.setattr(fonts, "candidates", lambda: iter(()))
    yield
    for cached in caches:
        cached.cache_clear()


def test_the_package_comes_first_and_its_simplified_face_is_taken():
    font = fonts.chinese_font()
    assert font.path.parent.name == "noto_cjk_sans_otc"
    assert font.family == "Noto Sans CJK SC"


def test_system_fonts_follow_in_a_fixed_order(monkeypatch):
    monkeypatch.setattr(fonts, "find_spec", lambda _: None)
    monkeypatch.setenv("WINDIR", "/windows")
    names = [path.name for path in fonts.candidates()]
    assert names[:3] == ["msyh.ttc", "simhei.ttf", "simsun.ttc"]
    assert names.index("PingFang.ttc") < names.index("wqy-microhei.ttc")


def test_every_name_of_the_registry_can_be_drawn():
    names = [unit.name for unit in units()] + [zone.name for zone in all_zones()]
    aliases = [alias for zone in all_zones() for alias in zone.aliases]
    assert [name for name in (*names, *aliases) if not fonts.can_draw(name)] == []


def test_what_no_font_has_is_refused():
    assert not fonts.can_draw("\U0010fffd")


@pytest.mark.usefixtures("hidden")
def test_without_a_font_english_and_one_warning_with_the_remedy():
    with pytest.warns(fonts.ChineseFontWarning, match="pip install noto-cjk-sans-otc"):
        assert fonts.drawable_language("zh") == "en"
    # Warnings are errors here: a second one would fail.
    assert fonts.drawable_language("zh") == "en"
    assert fonts.families() == ["DejaVu Sans"]
    assert fonts.can_draw("plain")
    assert not fonts.can_draw("北京")


@pytest.mark.usefixtures("hidden")
def test_english_needs_no_font_and_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert fonts.drawable_language("en") == "en"
