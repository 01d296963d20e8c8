"""The page that asks a person to let the integration of a partner into an app. It has no scripts."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from html import escape

_STYLE = """
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 34rem; padding: 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
p, li, dd { overflow-wrap: anywhere; }
label { display: block; font-weight: 600; margin-top: 1rem; }
.hint { display: block; font-weight: 400; }
input { box-sizing: border-box; font: inherit; margin-top: .25rem; padding: .5rem; width: 100%; }
button { font: inherit; margin: 1.5rem 1rem 0 0; min-width: 7rem; padding: .5rem 1rem; }
:focus-visible { outline: 3px solid #1a73e8; outline-offset: 2px; }
[role=alert] { border: 2px solid #b3261e; margin: 1rem 0; padding: 0 1rem; }
[aria-invalid=true] { border: 2px solid #b3261e; }
.error { display: block; font-weight: 600; }
"""
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS = {
    # Without `form-action`: Chrome would apply it to the redirect to the partner, and to all further ones.
    "content-security-policy": f"default-src 'none'; style-src 'sha256-{_DIGEST}'; img-src data:; base-uri 'none'; "
    "frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    # With `no-referrer`, browsers would send no origin with the form.
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}
KEY_ID, SECRET, APP_ID = "key_id", "key_secret", "app_id"

_PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{title}</title>
  <style>{style}</style>
  <link rel="icon" href="data:,">
</head>
<body>
<main>
{content}
</main>
</body>
</html>
"""
_FORM = """<h1>Let “{name}” into an app?</h1>
{summary}<p>“{name}” (client id <code>{client_id}</code>) asks for access to one of your apps. It will be able to:</p>
<ul>
  <li>read and change the users and conversations of the app</li>
  <li>post messages and take control of conversations</li>
  <li>receive events of the app at webhooks of its own</li>
</ul>
<p>It cannot see your key, and cannot manage other integrations. Afterwards your browser goes to <code>{uri}</code>.</p>
<form method="post">
{fields}
<p>
<button type="submit" name="decision" value="allow">Allow</button>
<button type="submit" name="decision" value="deny" formnovalidate>Deny</button>
</p>
</form>"""
_FIELDS = (
    (KEY_ID, "Key id", "The id of an API key of the app, or of the account.", 'type="text" required'),
    (SECRET, "Key secret", "The secret of the same key.", 'type="password" required'),
    (APP_ID, "App id", "Only with a key of the account.", 'type="text"'),
)


def consent_page(
    *, name: str, client_id: str, redirect_uri: str, given: Mapping[str, str], errors: Mapping[str, str]
) -> str:
    """The page with the form. `errors` are messages by the name of the field; `given` are the values to keep."""
    fields = [_field(*field, given.get(field[0], ""), errors.get(field[0])) for field in _FIELDS]
    content = _FORM.format(
        name=escape(name),
        client_id=escape(client_id),
        uri=escape(redirect_uri),
        summary=_summary(errors),
        fields="\n".join(fields),
    )
    return _page(f"Error: let “{name}” into an app?" if errors else f"Let “{name}” into an app?", content)


def refusal_page(reason: str) -> str:
    """The page for an invalid request."""
    about = "The link that brought you here is not valid. Please report this message to the site that it is on:"
    content = f"<h1>This request is not valid</h1>\n<p>{about}</p>\n<p>{escape(reason)}</p>"
    return _page("This request is not valid", content)


def _page(title: str, content: str) -> str:
    return _PAGE.format(title=escape(title), style=_STYLE, content=content)


def _summary(errors: Mapping[str, str]) -> str:
    if not errors:
        return ""
    links = "".join(f'<li><a href="#{name}">{escape(message)}</a></li>' for name, message in errors.items())
    return f'<div role="alert"><h2>There is a problem</h2><ul>{links}</ul></div>\n'


def _field(name: str, label: str, hint: str, attributes: str, value: str, error: str | None) -> str:
    described, message = f"{name}-hint", ""
    if error is not None:
        described += f" {name}-error"
        message = f'<span class="error" id="{name}-error">Error: {escape(error)}</span>'
        attributes += ' aria-invalid="true"'
    # The secret is never sent back.
    shown = f' value="{escape(value)}"' if value and name != SECRET else ""
    return (
        f'<label for="{name}">{label}</label>\n<span class="hint" id="{name}-hint">{hint}</span>\n{message}'
        f'<input id="{name}" name="{name}" {attributes}{shown} autocomplete="off" autocapitalize="none" '
        f'spellcheck="false" aria-describedby="{described}">'
    )
