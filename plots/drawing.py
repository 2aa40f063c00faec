"""Plots as SVG by pygal: one document each, without scripts, fonts or anything else from outside."""

from collections.abc import Sequence
from itertools import cycle
from typing import Any, NamedTuple
from xml.etree import ElementTree

from pygal import HorizontalStackedBar, StackedBar
from pygal.style import Style

from handover.plots import Look, Plot, Tone
from handover.wording import shortened

_TEXT, _KEY, _KEY_ROW = 13, 14, 22


class Ink(NamedTuple):
    """The colours of a scheme: those of the pages, and of each tone. `neutral`: in turns."""

    paper: str
    ink: str
    soft: str
    line: str
    neutral: Sequence[str]
    tones: dict[Tone, str]


_LIGHT = Ink(
    paper="#ffffff",
    ink="#1c2127",
    soft="#59636e",
    line="#d5dae0",
    neutral=("#1f5f8b", "#d9822b", "#3f8f5f", "#8d5fa8", "#b8473f", "#8a6d1f"),
    tones={"good": "#2f7d4f", "waiting": "#d9822b", "bad": "#b8322a", "ended": "#8a949e"},
)
_DARK = Ink(
    paper="#1d2329",
    ink="#e8ebee",
    soft="#a5afba",
    line="#38414b",
    neutral=("#7cbdea", "#f0a95a", "#76c893", "#c39ad9", "#ef8a80", "#d1b95a"),
    tones={"good": "#76c893", "waiting": "#f0a95a", "bad": "#ef7a70", "ended": "#7d8893"},
)


class PygalPlotter:
    """Implements handover.ports.Plotter."""

    def svg(self, plot: Plot, look: Look) -> str:
        """Raises ValueError for a plot with nothing to draw."""
        if not plot.labels:
            raise ValueError(f"The plot {plot.name} has nothing to draw")
        return ElementTree.tostring(_clean(_chart(plot, look).render_tree(), plot), "unicode")


def _chart(plot: Plot, look: Look) -> Any:
    ink = _DARK if look.dark else _LIGHT
    ticks = _ticks(_longest(plot))
    chart = (HorizontalStackedBar if plot.sideways else StackedBar)(
        style=_style(plot, ink),
        **_size(plot, look),
        **_texts(plot, look),
        js=[],
        no_prefix=True,
        explicit_size=True,
        disable_xml_declaration=True,
        margin=10,
        spacing=8,
        range=(0, ticks[-1]),
        y_labels=ticks,
        formatter=str,
        value_formatter=lambda value: f"{value:.0f}",
        show_legend=len(plot.parts) > 1,
        legend_at_bottom=True,
        legend_at_bottom_columns=_key_columns(look),
        legend_box_size=12,
        truncate_legend=-1,
        x_label_rotation=60 if _rotates(plot, look) else 0,
        truncate_label=-1,
        print_values=plot.sideways,
        print_zeroes=False,
        print_values_position="center",
    )
    chart.x_labels = list(reversed(_labels(plot, look))) if plot.sideways else _labels(plot, look)
    for part in plot.parts:
        chart.add(part.name, list(reversed(part.counts)) if plot.sideways else list(part.counts))
    return chart


def _longest(plot: Plot) -> int:
    return max(map(sum, zip(*(part.counts for part in plot.parts), strict=True)))


def _ticks(most: int) -> list[int]:
    """Whole numbers from 0 to at least `most`, six of them at most, at round distances."""
    steps = (step * 10 ** int(power) for power in range(20) for step in (1, 2, 5))
    step = next(step for step in steps if step * 5 >= most)
    return [step * index for index in range(-(-most // step) + 1)]


def _labels(plot: Plot, look: Look) -> list[str]:
    if plot.sideways:
        return [shortened(label, 24 if look.narrow else 56) for label in plot.labels]
    every = -(-len(plot.labels) // (12 if look.narrow else 27))
    return [label if index % every == 0 else "" for index, label in enumerate(plot.labels)]


def _key_columns(look: Look) -> int:
    return 1 if look.narrow else 3


def _size(plot: Plot, look: Look) -> dict[str, int]:
    bars = 90 + 30 * len(plot.labels) if plot.sideways else 300
    key = _KEY_ROW * -(-len(plot.parts) // _key_columns(look)) if len(plot.parts) > 1 else 0
    title = 50 if look.titled else 0
    slanting = 6 * max(map(len, plot.labels)) if _rotates(plot, look) else 0
    return {
        "width": 360 if look.narrow else 860,
        "height": bars + slanting + key + title,
        "margin_bottom": _below(plot, look),
    }


def _below(plot: Plot, look: Look) -> int:
    """The room under the key: the library reserves none for a last row that is not full, and too little for a full one."""
    has_key = len(plot.parts) > 1
    return 4 + has_key * (14 + _KEY_ROW * (len(plot.parts) % _key_columns(look) > 0))


def _rotates(plot: Plot, look: Look) -> bool:
    """Whether the labels under the bars are too long to stand side by side."""
    width = sum(len(label) + 1 for label in _labels(plot, look) if label)
    return not plot.sideways and width > (40 if look.narrow else 110)


def _texts(plot: Plot, look: Look) -> dict[str, str]:
    axes = {"x_title": plot.across, "y_title": "" if plot.sideways else plot.up}
    return {**axes, "title": f"{plot.question}\n{plot.answer}"} if look.titled else axes


def _style(plot: Plot, ink: Ink) -> Style:
    neutral = cycle(ink.neutral)
    colors = [next(neutral) if part.tone == "neutral" else ink.tones[part.tone] for part in plot.parts]
    return Style(
        background=ink.paper,
        plot_background=ink.paper,
        foreground=ink.ink,
        foreground_strong=ink.ink,
        foreground_subtle=ink.line,
        guide_stroke_color=ink.line,
        major_guide_stroke_color=ink.line,
        guide_stroke_dasharray="none",
        major_guide_stroke_dasharray="none",
        opacity="1",
        opacity_hover="1",
        transition="none",
        colors=colors,
        value_colors=[ink.paper] * len(colors),
        font_family="system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, sans-serif",
        label_font_size=_TEXT,
        major_label_font_size=_TEXT,
        legend_font_size=_KEY,
        title_font_size=15,
        value_font_size=_TEXT,
    )


# ---- what the library adds beside the picture ------------------------------------------------------------------------


def _clean(root: Any, plot: Plot) -> Any:
    """Without the library's scripts, hovering texts and comments; with a name and a description for screen readers."""
    _drop(root)
    root.attrib.pop("id")
    root.set("role", "img")
    for tag, text in (("desc", plot.answer), ("title", plot.question)):
        node = ElementTree.Element(tag)
        node.text = text
        root.insert(0, node)
    return root


def _drop(node: Any) -> None:
    for child in list(node):
        if _is_needless(child):
            node.remove(child)
        else:
            _drop(child)


def _is_needless(node: Any) -> bool:
    if not isinstance(node.tag, str):
        return True  # a comment
    return node.tag in ("script", "desc") or "tooltip" in node.get("class", "").split()
