"""The bones of a report page: plain HTML and CSS, nothing fetched from anywhere, light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from glowvox.train.curves import STYLE as CURVE_STYLE

STYLE = """
:root{color-scheme:light dark;--ink:#1c1c1c;--paper:#fdfdfc;--card:#fff;--quiet:#6a6a6a;--grid:#e2e2de;--train:#3b6fa5;
--held:#c05a1f;--good:#2d7d46;--wait:#96690a;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--ink:#e8e6e3;--paper:#161718;--card:#1f2123;--quiet:#a0a0a0;--grid:#36393c;
--train:#7fb0e0;--held:#f0965a;--good:#6cc58a;--wait:#e0b450;--bad:#f28b82}}
*{box-sizing:border-box}
body{margin:0 auto;padding:24px 20px 80px;max-width:1080px;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,sans-serif}
h1{font-size:26px;margin:0}h2{font-size:19px;margin:40px 0 8px}h3{font-size:15px;margin:22px 0 6px}
p{margin:6px 0}.quiet{color:var(--quiet)}
.banner{border:2px solid var(--wait);border-radius:8px;padding:10px 14px;margin:16px 0}
.verdicts{list-style:none;padding:0;margin:8px 0}
.verdicts li{display:grid;grid-template-columns:66px 120px 1fr;gap:10px;padding:8px 0}
.verdicts li{border-bottom:1px solid var(--grid)}
.badge{font-weight:600}.good .badge{color:var(--good)}.wait .badge{color:var(--wait)}.bad .badge{color:var(--bad)}
.curves{display:grid;grid-template-columns:repeat(auto-fit,minmax(400px,1fr));gap:14px}
.curves svg{width:100%;height:auto;background:var(--card);border:1px solid var(--grid);border-radius:8px}
.strip{display:flex;gap:12px;overflow-x:auto;padding:4px 0 10px}
.card{flex:none;width:320px;margin:0;background:var(--card);border:1px solid var(--grid);border-radius:8px;padding:10px}
.row{display:flex;flex-wrap:wrap;gap:12px}
img{max-width:100%;border-radius:4px;background:#fff;display:block;margin-top:6px}
audio{width:100%;height:34px}
table{border-collapse:collapse}td,th{text-align:left;padding:4px 18px 4px 0;border-bottom:1px solid var(--grid)}
td.number,th.number{text-align:right}
pre{overflow-x:auto;background:var(--card);border:1px solid var(--grid);border-radius:8px;padding:12px;font-size:13px}
summary{cursor:pointer;margin:8px 0}
@media (max-width:640px){.verdicts li{grid-template-columns:1fr}}
"""


def page(title: str, parts: Iterable[str]) -> str:
    """A whole page; `parts` are HTML."""
    body = "\n".join(part for part in parts if part)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n'
        f"<style>{STYLE}{CURVE_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def section(title: str, *parts: str) -> str:
    """A heading and what stands under it; nothing where nothing does."""
    inside = "\n".join(part for part in parts if part)
    return f"<section>\n<h2>{escape(title)}</h2>\n{inside}\n</section>" if inside else ""


def paragraph(text: str, *, quiet: bool = False) -> str:
    """A paragraph of plain text."""
    return f'<p class="quiet">{escape(text)}</p>' if quiet else f"<p>{escape(text)}</p>"


def table(header: Sequence[str], rows: Iterable[Sequence[str | int | float]]) -> str:
    """A table; numbers stand to the right."""
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "\n".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def sound(name: str, source: str) -> str:
    """A player of a file named relative to the page."""
    player = f'<audio controls preload="none" src="{escape(source)}"></audio>'
    return f'<div><span class="quiet">{escape(name)}</span>{player}</div>' if name else player


def picture(what: str, source: str) -> str:
    """A picture that opens in full on a click."""
    return f'<a href="{escape(source)}"><img loading="lazy" alt="{escape(what)}" src="{escape(source)}"></a>'


def folded(title: str, *parts: str, opened: bool = False) -> str:
    """Parts under a line that folds them away."""
    head = "<details open>" if opened else "<details>"
    return f"{head}<summary>{escape(title)}</summary>\n{''.join(parts)}\n</details>"


def card(title: str, *parts: str) -> str:
    """A box with a heading."""
    return f'<figure class="card"><strong>{escape(title)}</strong>{"".join(parts)}</figure>'


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return f"<td>{escape(value)}</td>"
    return f'<td class="number">{value:,}</td>'
