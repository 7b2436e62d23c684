"""A Chinese font for pictures, found by its path and never by its name.

matplotlib does not see fonts installed after it wrote its cache, so a name proves nothing. The
package ``noto-cjk-sans-otc`` comes first, then the system's own fonts in a fixed order.
"""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from allocation.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.ft2font import FT2Font

    from allocation.wording import Language

_PACKAGE, _PACKAGE_FILE = "noto_cjk_sans_otc", "NotoSansCJK-Regular.ttc"
_WINDOWS = ("msyh.ttc", "simhei.ttf", "simsun.ttc")
_ELSEWHERE = (
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
)
#: The one family every matplotlib carries: Latin letters only.
LATIN = "DejaVu Sans"


class ChineseFontWarning(UserWarning):
    """No Chinese font was found; pictures are labelled in English."""


@dataclass(frozen=True)
class ChineseFont:
    """A font file and the face in it that draws simplified Chinese."""

    path: Path
    face: int
    family: str


def candidates() -> Iterator[Path]:
    """Yield the places where a Chinese font may be, best first."""
    spec = find_spec(_PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        yield Path(folder, _PACKAGE_FILE)
    windows = Path(os.environ.get("WINDIR", r"C:\Windows"), "Fonts")
    yield from (windows / name for name in _WINDOWS)
    yield from map(Path, _ELSEWHERE)


@cache
def chinese_font() -> ChineseFont | None:
    """Return the first Chinese font found, made known to matplotlib; None if there is none."""
    path = next((path for path in candidates() if path.is_file()), None)
    if path is None:
        return None
    from matplotlib.font_manager import fontManager

    face, family = _simplified_face(path)
    fontManager.addfont(str(path))
    return ChineseFont(path, face, family)


def _simplified_face(path: Path) -> tuple[int, str]:
    """Return index and family of the face for simplified Chinese; the first if none says so."""
    from matplotlib.ft2font import FT2Font

    count = FT2Font(str(path)).num_faces
    families = [FT2Font(str(path), face_index=face).family_name for face in range(count)]
    face = next((at for at, family in enumerate(families) if "SC" in family.split()), 0)
    return face, families[face]


@cache
def _opened() -> FT2Font | None:
    from matplotlib.ft2font import FT2Font

    font = chinese_font()
    return FT2Font(str(font.path), face_index=font.face) if font else None


def can_draw(text: str) -> bool:
    """Whether pictures can show every character of ``text``."""
    if text.isascii():
        return True
    font = _opened()
    return font is not None and all(map(font.get_char_index, map(ord, text)))


def families() -> list[str]:
    """Return the font families for matplotlib, best first."""
    font = chinese_font()
    return [font.family, LATIN] if font else [LATIN]


def drawable_language(language: Language) -> Language:
    """Return ``language``, or English with one warning if no Chinese font was found."""
    if language == "en" or chinese_font() is not None:
        return language
    _warn_once()
    return "en"


@cache
def _warn_once() -> None:
    problem = Problem("L1-no-chinese-font", warning=True)
    text = f"{problem.text('zh')}\n{problem.text('en')}"
    warnings.warn(text, ChineseFontWarning, stacklevel=4)
