"""A document as one HTML page that needs nothing from outside."""

from collections.abc import Iterable
from html import escape

from advisor.document import shapes, svg
from advisor.document.blocks import Bars, Block, Lead, Lines, Part, Plot, Stack, Table
from advisor.document.style import STYLE
from advisor.text import plain

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(title: str, parts: Iterable[Part]) -> str:
    """The page; every text from outside is escaped, and the browser is told to load nothing."""
    body = "\n".join(_part(each) for each in parts)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(title)}</title><style>{STYLE}</style></head>\n"
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
            rest = "".join(f"<tr>{_cells(head, row)}</tr>" for row in rows)
            return (
                f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{rest}</tbody></table></div>'
            )
        case Plot():
            return svg.plot(block)
        case Bars():
            return shapes.bars(block)
        case Stack():
            return shapes.stack(block)
        case Lead(word=word, text=text, note=note):
            return (
                f'<div class="lead"><strong>{_text(word)}</strong><p>{_text(text)}</p>'
                f"<small>{_text(note)}</small></div>"
            )


def _cells(head: tuple[str, ...], row: tuple[str, ...]) -> str:
    """Each cell names its column, which narrow screens show instead of the head."""
    return "".join(
        f'<td data-head="{_text(name)}">{_text(cell)}</td>' if name else f"<td>{_text(cell)}</td>"
        for name, cell in zip(head, row, strict=True)
    )


def _text(text: str) -> str:
    return escape(plain(text))
