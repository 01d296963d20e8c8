"""Draws the ratios as bars, in an SVG that follows the reader's light or dark mode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from bench.scenarios import NAMES

if TYPE_CHECKING:
    from bench.report import Results

_WIDTH, _LABELS, _RIGHT, _TOP = 720, 210, 60, 64
_BAR, _GAP = 14, 14
_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .small { font-size: 11px; fill: #59636e }
  .title { font-weight: 600; font-size: 15px }
  .grid { stroke: #d1d9e0 }
  .sqlite { fill: #0969da }
  .postgresql { fill: #bf8700 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .small { fill: #9198a1 }
    .grid { stroke: #3d444d }
    .sqlite { fill: #4493f8 }
    .postgresql { fill: #d29922 }
  }
"""


def draw(found: Sequence[Results]) -> str:
    """Bars of the ratios of one process to the bare handler, at the highest number of connections."""
    found = [results for results in found if results.settings.workers == 1]
    most = max((cell.connections for results in found for cell in results.scenarios), default=0)
    ratios = {
        (cell.scenario, results.engine): cell.ratio
        for results in found
        for cell in results.scenarios
        if cell.connections == most
    }
    engines = [results.engine for results in found]
    scenarios = [name for name in NAMES if any(scenario == name for scenario, _ in ratios)]
    row = max(1, len(engines)) * _BAR + _GAP
    height = _TOP + len(scenarios) * row + 24
    # The axis ends at a multiple of a tenth, at least at a half.
    end = max(0.5, -(-max(ratios.values(), default=0) * 10 // 1) / 10)
    body = [*_grid(end, height), *_legend(engines, most)]
    for number, scenario in enumerate(scenarios):
        body += _bars(scenario, engines, ratios, _TOP + number * row, end)
    about = "Requests per second, as a fraction of those of a bare Starlette handler on the same machine"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{about}">\n'
        f"<style>{_STYLE}</style>\n" + "\n".join(body) + "\n</svg>\n"
    )


def _x(value: float, end: float) -> float:
    return round(_LABELS + value / end * (_WIDTH - _LABELS - _RIGHT), 1)


def _grid(end: float, height: int) -> Iterator[str]:
    for tenth in range(round(end * 10) + 1):
        x = _x(tenth / 10, end)
        yield f'<line class="grid" x1="{x}" x2="{x}" y1="{_TOP - 8}" y2="{height - 24}"/>'
        yield f'<text class="small" x="{x}" y="{height - 8}" text-anchor="middle">{tenth / 10:.1f}</text>'


def _legend(engines: Sequence[str], connections: int) -> Iterator[str]:
    yield f'<text class="title" x="8" y="22">Requests per second, bare handler = 1; {connections} connections</text>'
    for number, engine in enumerate(engines):
        x = _LABELS + number * 110
        yield f'<rect class="{engine}" x="{x}" y="34" width="12" height="12" rx="2"/>'
        yield f'<text x="{x + 18}" y="45">{ {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[engine] }</text>'


def _bars(
    scenario: str, engines: Sequence[str], ratios: dict[tuple[str, str], float], top: float, end: float
) -> Iterator[str]:
    middle = top + len(engines) * _BAR / 2 + 4
    yield f'<text x="{_LABELS - 10}" y="{middle}" text-anchor="end">{escape(NAMES[scenario])}</text>'
    for number, engine in enumerate(engines):
        if (ratio := ratios.get((scenario, engine))) is None:
            continue
        y, width = top + number * _BAR, round(_x(ratio, end) - _LABELS, 1)
        yield f'<rect class="{engine}" x="{_LABELS}" y="{y}" width="{width}" height="{_BAR - 3}" rx="2"/>'
        yield f'<text class="small" x="{_LABELS + width + 6}" y="{y + 9}">{ratio:.2f}</text>'
