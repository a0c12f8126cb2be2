"""A document as one HTML page that needs nothing from outside."""

from collections.abc import Iterable
from html import escape

from advisor.document import svg
from advisor.document.blocks import Bars, Block, Lines, Part, Plot, Table
from advisor.text import plain

_STYLE = """
:root { color-scheme: light dark; --page: #fcfcfb; --ink: #1d2126; --soft: #5b6570; --rule: #d8dce0;
  --s0: #1457a8; --s1: #b2480c; --s2: #2f6f3e; --s3: #7a3f97; --head: #eef1f4; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14171a; --ink: #e6e8ea; --soft: #a3adb7; --rule: #363d44;
  --s0: #7db4f5; --s1: #f0a070; --s2: #86cf98; --s3: #cf9fe8; --head: #1f252a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 900px; margin: 0 auto; padding: 24px 16px 64px; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 8px; }
h2 { font-size: 1.2rem; margin: 40px 0 8px; padding-bottom: 4px; border-bottom: 1px solid var(--rule); }
p, ul { margin: 8px 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; min-width: 100%; font-size: 0.92rem; }
th, td { text-align: left; vertical-align: top; padding: 5px 12px 5px 0; border-bottom: 1px solid var(--rule);
  overflow-wrap: normal; }
th { color: var(--soft); font-weight: 600; }
figure { margin: 20px 0; }
figcaption { font-weight: 600; margin-bottom: 4px; }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; }
svg text { fill: var(--soft); } .end { text-anchor: end; } .mid { text-anchor: middle; }
.grid { stroke: var(--rule); }
.line { fill: none; stroke-width: 2; } .band { fill: var(--s0); opacity: 0.18; }
.bar { fill: var(--s0); } .s0 { stroke: var(--s0); } .s1 { stroke: var(--s1); } .s2 { stroke: var(--s2); }
.s3 { stroke: var(--s3); } .dot.s0 { fill: var(--s0); } .dot.s1 { fill: var(--s1); }
.dot.s2 { fill: var(--s2); } .dot.s3 { fill: var(--s3); }
.legend { color: var(--soft); font-size: 0.9rem; } .key { margin-right: 16px; }
.key::before { content: ""; display: inline-block; width: 14px; height: 4px; margin-right: 6px;
  vertical-align: middle; background: var(--s0); }
.key.s1::before { background: var(--s1); } .key.s2::before { background: var(--s2); }
.key.s3::before { background: var(--s3); }
@media (max-width: 520px) { svg { font-size: 19px; } }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(title: str, parts: Iterable[Part]) -> str:
    """The page; every text from outside is escaped, and the browser is told to load nothing."""
    body = "\n".join(_part(each) for each in parts)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><main><h1>{_text(title)}</h1>\n{body}\n</main></body></html>\n"
    )


def _part(part: Part) -> str:
    return (
        f"<section><h2>{_text(part.title)}</h2>\n"
        + "\n".join(_block(each) for each in part.blocks)
        + "</section>"
    )


def _block(block: Block) -> str:
    match block:
        case str():
            return f"<p>{_text(block)}</p>"
        case Lines(items=items):
            return f"<ul>{''.join(f'<li>{_text(each)}</li>' for each in items)}</ul>"
        case Table(head=head, rows=rows):
            top = "".join(f"<th>{_text(each)}</th>" for each in head)
            rest = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
            return (
                f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{rest}</tbody></table></div>'
            )
        case Plot():
            return svg.plot(block)
        case Bars():
            return svg.bars(block)


def _text(text: str) -> str:
    return escape(plain(text))
