"""Draws lines on two logarithmic axes, in an SVG that follows the reader's light or dark mode."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 720, 380, 60, 30, 96, 40
_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .small { font-size: 11px; fill: #59636e }
  .title { font-weight: 600; font-size: 15px }
  .grid { stroke: #d1d9e0 }
  polyline { fill: none; stroke-width: 2.5 }
  .sqlite { stroke: #0969da }
  .postgresql { stroke: #bf8700 }
  .database { stroke: #8250df; stroke-dasharray: 6 4 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .small { fill: #9198a1 }
    .grid { stroke: #3d444d }
    .sqlite { stroke: #4493f8 }
    .postgresql { stroke: #d29922 }
    .database { stroke: #ab7df8 }
  }
"""


class Line(NamedTuple):
    """A line with its name in the legend and its class in the style."""

    name: str
    style: str
    points: Sequence[tuple[float, float]]


class _Axis(NamedTuple):
    """A logarithmic axis over whole decades, from one pixel to another."""

    low: int
    high: int
    start: float
    end: float

    def at(self, value: float) -> float:
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return round(self.start + part * (self.end - self.start), 1)

    @property
    def decades(self) -> list[float]:
        return [10.0**power for power in range(self.low, self.high + 1)]


def chart(title: str, lines: Sequence[Line]) -> str:
    """The SVG of the lines, with a legend."""
    points = [point for line in lines for point in line.points]
    x = _axis([one for one, _ in points], _LEFT, _WIDTH - _RIGHT)
    y = _axis([one for _, one in points], _HEIGHT - _BOTTOM, _TOP)
    body = [f'<text class="title" x="8" y="22">{title}</text>', *_grid(x, y)]
    for number, line in enumerate(lines):
        body += _line(line, x, y, 44 + 18 * number)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{title}">\n'
        f"<style>{_STYLE}</style>\n" + "\n".join(body) + "\n</svg>\n"
    )


def _axis(values: Sequence[float], start: float, end: float) -> _Axis:
    # The tolerance keeps a power of ten from beginning another decade.
    low = math.floor(math.log10(min(values)) + 1e-9)
    return _Axis(low, max(low + 1, math.ceil(math.log10(max(values)) - 1e-9)), start, end)


def _grid(x: _Axis, y: _Axis) -> Iterator[str]:
    for value in x.decades:
        at = x.at(value)
        yield f'<line class="grid" x1="{at}" x2="{at}" y1="{y.end}" y2="{y.start}"/>'
        yield f'<text class="small" x="{at}" y="{y.start + 18}" text-anchor="middle">{value:,g}</text>'
    for value in y.decades:
        at = y.at(value)
        yield f'<line class="grid" x1="{x.start}" x2="{x.end}" y1="{at}" y2="{at}"/>'
        yield f'<text class="small" x="{x.start - 8}" y="{at + 4}" text-anchor="end">{value:,g}</text>'


def _line(line: Line, x: _Axis, y: _Axis, top: float) -> Iterator[str]:
    points = " ".join(f"{x.at(one)},{y.at(other)}" for one, other in line.points)
    yield f'<polyline class="{line.style}" points="{points}"/>'
    yield f'<polyline class="{line.style}" points="{_LEFT},{top - 4} {_LEFT + 28},{top - 4}"/>'
    yield f'<text x="{_LEFT + 36}" y="{top}">{line.name}</text>'
