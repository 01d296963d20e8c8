"""Accessibility checks of a page with axe, in both themes and on a phone."""

from __future__ import annotations

import json
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# The themes differ in contrast only, and contrast does not depend on the width.
_VIEWS = (("light", 1440, ("structure", "contrast")), ("dark", 1440, ("contrast",)), ("light", 375, ("structure",)))
_PROGRAMS = {
    "structure": """async () => {
      const options = {resultTypes: ["violations"], rules: {"color-contrast": {enabled: false}}};
      return {violations: (await axe.run(document, options)).violations, measured: []};
    }""",
    # Measuring contrast takes most of the time, so each combination of styles is measured once.
    "contrast": """async known => {
      const looks = new Map(), seen = new Set(known);
      const behind = one => {
        if (one === null) return "";
        if (!looks.has(one)) {
          const {backgroundColor, backgroundImage, opacity, filter, mixBlendMode} = getComputedStyle(one);
          const own = [backgroundColor, backgroundImage, opacity, filter, mixBlendMode].join();
          looks.set(one, behind(one.parentElement) + (own === "rgba(0, 0, 0, 0),none,1,none,normal" ? "" : `${own};`));
        }
        return looks.get(one);
      };
      const look = one => {
        const {color, fontSize, fontWeight, textShadow} = getComputedStyle(one);
        return [color, fontSize, fontWeight, textShadow, behind(one)].join();
      };
      const hasText = one => one.matches("input, select, textarea")
        || [...one.childNodes].some(child => child.nodeType === Node.TEXT_NODE && child.data.trim());
      const isNew = one => hasText(one) && one.checkVisibility({visibilityProperty: true}) && !seen.has(look(one));
      const texts = [...document.body.querySelectorAll("*")].filter(isNew);
      if (!texts.length) return {violations: [], measured: []};
      const options = {runOnly: ["color-contrast"], resultTypes: ["violations", "passes"], elementRef: true};
      const {passes, violations} = await axe.run({include: texts}, options);
      const measured = passes.flatMap(({nodes}) => nodes.map(({element}) => look(element)));
      return {violations: violations.map(({id, nodes}) => ({id, nodes: nodes.map(({html}) => ({html}))})), measured};
    }""",
}
_measured: set[str] = set()
"""Styles of texts with sufficient contrast: colour, size, and the backgrounds of the enclosing elements."""


def assert_accessible(page: Page) -> None:
    """Assert that axe finds no violations in any view, and that the page is not wider than the window."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    for scheme, width, parts in _VIEWS:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 800})
        for part in parts:
            found = page.evaluate(_PROGRAMS[part], list(_measured))
            assert not found["violations"], f"{scheme}, {width} px: {_summary(found['violations'])}"
            _measured.update(found["measured"])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{width} px"
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")


def _summary(violations: list[dict[str, Any]]) -> list[str]:
    return [f"{one['id']}: {json.dumps([node['html'][:200] for node in one['nodes'][:3]])}" for one in violations]
