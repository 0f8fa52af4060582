"""The story as one page that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from pilot import __version__
from pilot.export.chart import Series, chart
from pilot.export.markdown import diff_lines
from pilot.export.picture import Drawn, picture
from pilot.export.story import Chapter, Story
from pilot.screen import Block, Code, Diff, Line, Table
from pilot.session.cell import CellState
from pilot.verdict import Judged

_STYLE = Path(__file__).with_name("style.css")
_MARKS = {
    CellState.DONE: "✓",
    CellState.SKIPPED: "–",
    CellState.FAILED: "✗",
    CellState.DECLINED: "✗",
    CellState.INTERRUPTED: "…",
    CellState.RUNNING: "…",
}
_TONES = {Judged.COMPLETE: "complete", Judged.INCOMPLETE: "incomplete", Judged.NOT_PROVABLE: "doubt"}
_NUMBER = re.compile(r"-?[\d,]+(\.\d+)?")


@dataclass(frozen=True)
class Pictures:
    """What the page shows besides the story."""

    schema: tuple[Drawn, ...] = ()
    diagram: str = ""
    """The schema as dlt writes it for diagram tools, in Mermaid."""
    chart: Series | None = None
    samples: tuple[Table, ...] = ()


def page(story: Story, pictures: Pictures, cost: str) -> str:
    """The page as HTML. `cost` says what models cost, in words."""
    title = escape(f"{story.names.pipeline}: from an API to {story.names.destination}")
    parts = [
        *_head(story, title, cost),
        *_verdict(story),
        *_chart(pictures.chart),
        *_query(story),
        *_tables(pictures),
        "<h2>The script</h2>",
        *(_listing(path, text) for path, text in story.files[:1]),
        *_story(story),
        *_again(story),
    ]
    style = _STYLE.read_text("utf-8") + _code_style()
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>\n'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<style>{style}</style></head>\n<body>\n" + "\n".join(parts) + "\n</body></html>\n"
    )


def _head(story: Story, title: str, cost: str) -> Iterator[str]:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(story.began))
    rows = sum(info.rows for info in story.tables)
    yield f"<header><h1>{title}</h1>"
    if story.goal:
        yield f'<p class="goal">{escape(story.goal)}</p>'
    marks = [when, f"{len(story.tables)} tables, {rows:,} rows", f"written by {story.writer}", cost]
    yield '<div class="marks">' + "".join(f"<span>{escape(m)}</span>" for m in marks if m) + "</div></header>"


def _verdict(story: Story) -> Iterator[str]:
    if not story.verdicts:
        return
    yield "<h2>Is it all there?</h2>"
    rows = "".join(
        f'<tr><td>{escape(v.table)}</td><td class="number">{v.rows:,}</td>'
        f'<td class="{_TONES[v.judged]}">{v.judged.value}</td><td>{escape(v.reason)}</td></tr>'
        for v in story.verdicts
    )
    head = '<tr><th>table</th><th class="number">rows</th><th>verdict</th><th>why</th></tr>'
    yield f'<div class="wide"><table>{head}{rows}</table></div>'


def _chart(drawn: Series | None) -> Iterator[str]:
    if drawn is not None:
        yield f"<h2>{escape(drawn.heading)}</h2>"
        yield f'<div class="wide drawn">{chart(drawn)}</div>'


def _query(story: Story) -> Iterator[str]:
    if story.sql:
        yield "<h2>A query</h2>"
        yield _block(Code(story.sql, "sql"))
        if story.result is not None:
            yield "<p></p>" + _block(story.result)


def _tables(pictures: Pictures) -> Iterator[str]:
    drawn = picture(pictures.schema)
    if drawn:
        yield f'<h2>The tables</h2><div class="wide drawn">{drawn}</div>'
    if pictures.diagram:
        summary = "<summary>The schema in Mermaid, for a diagram tool</summary>"
        listing = f'<div class="wide"><pre>{escape(pictures.diagram)}</pre></div>'
        yield f"<details>{summary}<div>{listing}</div></details>"
    for sample in pictures.samples:
        yield f"<h3>{escape(sample.title)}</h3>{_block(sample)}"


def _story(story: Story) -> Iterator[str]:
    yield "<h2>How it came to be</h2>"
    for chapter in story.chapters:
        yield _chapter(chapter)


def _chapter(chapter: Chapter) -> str:
    cell = chapter.cell
    said = f"<blockquote>{escape(cell.input)}</blockquote>" if cell.input else ""
    failure = f'<p class="incomplete">{escape(cell.failure.says)}</p>' if cell.failure else ""
    body = said + failure + "".join(map(_block, chapter.blocks))
    indent = f' style="margin-left:{chapter.depth * 28}px"' if chapter.depth else ""
    summary = (
        f'<span class="mark">{_MARKS.get(cell.state, "")}</span><b>{cell.id} {escape(cell.title)}</b>'
        f'<span class="says">{escape(cell.says)}</span><span class="time">{cell.seconds:.1f} s</span>'
    )
    return f"<details{indent}><summary>{summary}</summary><div>{body or _nothing()}</div></details>"


def _nothing() -> str:
    return '<p class="soft">Nothing to show.</p>'


def _again(story: Story) -> Iterator[str]:
    names = story.names
    install = f'pip install "dlt[{names.destination}]"'
    yield "<h2>Run it again</h2>"
    secrets = f" Put {', '.join(story.secrets)} into .dlt/secrets.toml first." if story.secrets else ""
    yield f"<p>{escape(install)}, then python {escape(names.script)}.{escape(secrets)}</p>"
    for path, text in story.files[1:]:
        yield f"<details><summary>{escape(path)}</summary><div>{_listing(path, text)}</div></details>"
    yield f"<footer>Made by pilot {__version__}. No secret is in this page.</footer>"


def _block(block: Block) -> str:
    if isinstance(block, Line):
        return f'<p class="soft">{escape(block.text)}</p>'.replace("\n", "<br>")
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Diff):
        return f'<div class="wide"><pre>{"".join(map(_diff_line, diff_lines(block)))}</pre></div>'
    if isinstance(block, Code):
        return _listing(f"x.{block.language}", block.text, block.language)
    return f'<div class="wide"><pre>{escape(block.text)}</pre></div>'


def _table(block: Table) -> str:
    numeric = [_all_numbers([row[i] for row in block.rows]) for i in range(len(block.columns))]
    kinds = [' class="number"' if number else "" for number in numeric]
    head = "".join(f"<th{kind}>{escape(name)}</th>" for kind, name in zip(kinds, block.columns, strict=True))
    rows = "".join(
        "<tr>" + "".join(f"<td{k}>{escape(v)}</td>" for k, v in zip(kinds, row, strict=True)) + "</tr>"
        for row in block.rows
    )
    return f'<div class="wide"><table><tr>{head}</tr>{rows}</table></div>'


def _all_numbers(values: Sequence[str]) -> bool:
    return bool(values) and all(_NUMBER.fullmatch(value) for value in values)


def _diff_line(line: str) -> str:
    if line.startswith(("+++", "---", "@@")):
        return f'<span class="place">{escape(line)}</span>\n'
    kind = {"+": "added", "-": "removed"}.get(line[:1])
    return f'<span class="{kind}">{escape(line)}</span>' if kind else escape(line) + "\n"


def _listing(path: str, text: str, language: str = "") -> str:
    """Code in colours."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
    from pygments.lexers.special import TextLexer
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language) if language else get_lexer_for_filename(path)
    except ClassNotFound:
        lexer = TextLexer()
    return f'<div class="wide">{highlight(text, lexer, HtmlFormatter(cssclass="code"))}</div>'


def _code_style() -> str:
    from pygments.formatters import HtmlFormatter

    def rules(style: str) -> str:
        formatter = HtmlFormatter(style=style, nobackground=True)
        return str(formatter.get_style_defs(".code"))  # type: ignore[no-untyped-call]  # its stubs leave it out

    light, dark = rules("friendly"), rules("github-dark")
    return f"{light}\n@media (prefers-color-scheme: dark) {{ {dark} }}"
