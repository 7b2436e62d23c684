"""The picture of cliffs: what the best and the worst move of each recipient is worth to it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from allocation.explain.figure_steps import FigureStep
from allocation.explain.rank_moves import RankMove
from allocation.report.chart import settings, wrapped
from allocation.report.chart_bars import drawable, drawn_title
from allocation.report.cliffs_words import Words, signed
from allocation.report.fonts import drawable_language
from allocation.report.layout import wan_number
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from allocation.explain.audit import Seen
    from allocation.explain.changes import Change
    from allocation.explain.cliffs import Findings

    _Key = tuple[int | None, str]

#: More recipients than this cannot be read.
_MOST = 24
_WIDTH, _ROW, _FRAME, _DPI, _SMALL = 10.0, 0.34, 2.0, 150, 8
_LABEL_LETTERS, _TITLE_LETTERS = 40, 66
#: Okabe and Ito: told apart with every kind of colour blindness.
_UP, _DOWN = "#0072B2", "#E69F00"


@dataclass(frozen=True)
class Pair:
    """What a move up and a move down are worth to somebody, fen, with words for each."""

    label: str
    up: Fraction
    up_words: str
    down: Fraction
    down_words: str

    @property
    def reach(self) -> Fraction:
        """The larger of the two."""
        return max(abs(self.up), abs(self.down))


@dataclass(frozen=True)
class Shown:
    """The bars from top to bottom, the lines of the title, what the two colours stand for."""

    pairs: tuple[Pair, ...]
    title: tuple[str, str]
    up: str
    down: str


def shown(found: Findings, language: Language) -> Shown | None:
    """Return what is drawn: moves on a ranking, else steps of 1 % of a figure; or nothing."""
    words = Words(found.result, language)
    called = drawn_title(found.result, language)
    ranks = _pairs(found.ranks, words, _better)
    if ranks:
        heads = (say(f"cliffs-chart-{key}", language) for key in ("better", "worse"))
        return Shown(ranks, (say("cliffs-chart-title", language), called), *heads)
    figures = _pairs(found.figures, words, _more)
    if figures:
        heads = (say(f"cliffs-chart-{key}", language) for key in ("more", "less"))
        return Shown(figures, (say("cliffs-chart-title-figures", language), called), *heads)
    return None


def _better(change: Change) -> bool | None:
    assert isinstance(change, RankMove)
    return change.better


def _more(change: Change) -> bool | None:
    """Whether 1 % more is reported; None: another step, not drawn."""
    assert isinstance(change, FigureStep)
    return {"+1%": True, "-1%": False}.get(change.step)


def _pairs(
    seen: tuple[Seen, ...], words: Words, up: Callable[[Change], bool | None]
) -> tuple[Pair, ...]:
    """Return whoever has an effect, with its largest move each way; the largest reach first."""
    largest: dict[tuple[_Key, bool], tuple[Fraction, str]] = {}
    labels: dict[_Key, str] = {}
    for each in seen:
        way = up(each.change)
        if way is None or each.effect is None:
            continue
        key = _key(each.change)
        known = largest.get((key, way), (Fraction(0), ""))
        if abs(each.effect.exact) > abs(known[0]):
            largest[key, way] = each.effect.exact, _words(each, words)
            labels[key] = _label(each.change, words)
    nothing = Fraction(0), ""
    pairs = [
        Pair(label, *largest.get((key, True), nothing), *largest.get((key, False), nothing))
        for key, label in labels.items()
    ]
    return tuple(sorted(pairs, key=lambda pair: -pair.reach)[:_MOST])


def _key(change: Change) -> _Key:
    """Return whose bar it is: a recipient's, or that of one figure of it."""
    return change.who, change.use.column if isinstance(change, FigureStep) else ""


def _label(change: Change, words: Words) -> str:
    assert change.who is not None, "moves and steps are somebody's"
    ids = words.result.recipients.ids
    name = drawable(words.names[change.who], ids[change.who])
    return f"{name} {change.use.column}" if isinstance(change, FigureStep) else name


def _words(seen: Seen, words: Words) -> str:
    change, effect = seen.change, seen.effect
    assert effect is not None, "only what has amounts is drawn"
    if not isinstance(change, RankMove):
        return signed(effect.exact)
    move = f"{change.before}→{change.after}"
    if change.edges:
        move = say("cliffs-chart-crossing", words.language, move=move)
    return f"{signed(effect.exact)} ({move})"


def draw_cliffs(found: Findings, path: Path, language: Language = "zh") -> None:
    """Write the picture as a PNG; there must be something to draw (see :func:`shown`)."""
    import matplotlib as mpl

    with mpl.rc_context(settings()):
        figure(found, drawable_language(language)).savefig(
            path, format="png", dpi=_DPI, metadata={"Software": None}
        )


def figure(found: Findings, language: Language) -> Figure:
    """Return the picture as a matplotlib figure on an Agg canvas.

    Raises
    ------
    ValueError
        If nothing has an effect.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    what = shown(found, language)
    if what is None:
        raise ValueError(say("cliffs-no-chart", language))
    height = _FRAME + _ROW * len(what.pairs)
    drawn = Figure(figsize=(_WIDTH, height), layout="constrained")
    FigureCanvasAgg(drawn)
    axes = drawn.add_subplot()
    _bars(axes, what)
    axes.set_xlabel(say("cliffs-chart-axis", language), fontsize=_SMALL)
    lines = [wrapped(line, _TITLE_LETTERS) for line in what.title]
    drawn.suptitle("\n".join(lines), fontsize=13)
    drawn.legend(loc="outside lower center", ncols=2, fontsize=_SMALL)
    _make_room(drawn, axes, what)
    return drawn


def _bars(axes: Axes, what: Shown) -> None:
    """Draw a bar up and a bar down for each, the words at their ends."""
    rows = range(len(what.pairs))
    up = [wan_number(round(pair.up)) for pair in what.pairs]
    down = [wan_number(round(pair.down)) for pair in what.pairs]
    axes.barh([row - 0.2 for row in rows], up, height=0.38, color=_UP, label=what.up)
    axes.barh([row + 0.2 for row in rows], down, height=0.38, color=_DOWN, label=what.down)
    for row, pair in zip(rows, what.pairs, strict=True):
        _end(axes, row - 0.2, pair.up, pair.up_words)
        _end(axes, row + 0.2, pair.down, pair.down_words)
    labels = [wrapped(pair.label, _LABEL_LETTERS) for pair in what.pairs]
    axes.set_yticks(rows, labels, fontsize=_SMALL)
    axes.set_ylim(len(what.pairs) - 0.4, -0.6)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    axes.tick_params(axis="y", length=0)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)


def _end(axes: Axes, at: float, fen: Fraction, words: str) -> None:
    """Write the words at the end of a bar, outside it."""
    left = fen < 0
    axes.annotate(
        words,
        (wan_number(round(fen)), at),
        xytext=(-4 if left else 4, 0),
        textcoords="offset points",
        ha="right" if left else "left",
        va="center_baseline",
        fontsize=_SMALL - 1,
        annotation_clip=False,
    )


def _make_room(drawn: Figure, axes: Axes, what: Shown) -> None:
    """Widen the axis until the words at both ends of every bar stand inside it."""
    ends = [0.0, *(wan_number(round(fen)) for pair in what.pairs for fen in (pair.up, pair.down))]
    low, high = min(ends), max(ends)
    axes.set_xlim(low, high)
    drawn.draw_without_rendering()
    room = axes.get_window_extent().width
    words = [text.get_window_extent().width + 8 for text in axes.texts]
    left = max((w for w, end in zip(words, ends[1:], strict=True) if end < 0), default=0)
    right = max((w for w, end in zip(words, ends[1:], strict=True) if end >= 0), default=0)
    scale = (high - low) / max(room - left - right, room / 4)
    axes.set_xlim(low - left * scale, high + right * scale)
