"""Keeps row values out of requests: tracebacks, outputs and error bodies are treated as samples.

A word that the request holds anyway (in the script, the profile, the person's words) gives nothing away, and
neither do Python's own names; what else is quoted, counted or printed is replaced by its kind: `<text>`,
`<number>`. Names and types of fields stay.
"""

from __future__ import annotations

import builtins
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from pilot.finding import Finding, Json
from pilot.model.budget import Part
from pilot.run.traffic import Exchange
from pilot.writers.value_shapes import body_shape, shape, structure

_WORD = re.compile(r"[^\W\d_]\w*")
_TOKEN = re.compile(r"\w+(?:[.,:-]\w+)*|<[a-z]+>")
_QUOTED = re.compile(r"(?<!\w)([bru]?)(['\"`])((?:\\.|(?!\2)[^\\\n])*)(\2|\\?$)", re.MULTILINE)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_DATE = re.compile(r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_NUMBER = re.compile(r"(?<![\w.<%])[-+]?\d[\d_,]*(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w>])")
_COUNTED = re.compile(
    r"(?:lines?|columns?|char|position|index|byte|status|code|base|expected|got|takes?|but|at least|at most"
    r"|exit|signal|item|argument|version|port|HTTP|dimension|LINE|errors?|depth|size|length|limit) ?#?[:=]?$",
    re.IGNORECASE,
)
_STRUCTURE = re.compile(r"[{\[]")
_LOGGED = re.compile(
    r'\s*File "|Traceback \(|[^|\n]{10,40}\|\[?(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\]?\|'
    r"|(?:The above exception|During handling)|[\w.]+(?:Error|Exception|Warning)\b"
)
_PLACE = re.compile(r'\s*File "')
_URL = re.compile(r"https?://[^\s'\"<>)]*[^\s'\"<>).,:;]")
_PYTHON = frozenset(
    [
        *dir(builtins),
        *[
            "NoneType",
            "utf",
            "ascii",
            "latin",
            "codec",
            "function",
            "module",
            "method",
            "datetime",
            "date",
            "Decimal",
            "json",
            "self",
        ],
    ]
)
_NAMED = re.compile(
    r"(?:columns?|tables?|fields?|functions?|schemas?|catalogs?|parameters?|arguments?|attribute|module|types?"
    r"|datasets?|resources?|property|package|destination|Candidates?:|Candidate bindings:) ?[(:]?\s*$",
    re.IGNORECASE,
)
"""What is quoted right behind these is a name, not a value."""
_VERSION = re.compile(r"v?\d{1,2}(?:\.\d{1,2})?")
_NAME = re.compile(r"[A-Za-z_][\w.-]{0,40}")
_OWN = frozenset({"frames", "fields", "columns", "table", "tables", "dlt_step", "module", "status", "host"})
"""Evidence in pilot's own words: names of things, never their values."""
_ROWS = frozenset(
    {"row", "rows", "record", "records", "sample", "samples", "example", "examples", "value", "values"}
)
_NOT_SEEN = "  not seen:"
_REFUSED = 400
_PRINTED = frozenset({"output", "stdout", "stderr"})
_FIRST_HELD, _MOST_HELD = 0xE000, 6_000
_HELD = re.compile("<([\ue000-\uf8ff])>")
_MASKED = re.compile("<(?:text|number|time|id|[\ue000-\uf8ff])>")


class RowValues:
    """Takes row values out of what a request tells of a run. `words` are the texts it holds anyway."""

    def __init__(self, words: Iterable[str]) -> None:
        self._known = _PYTHON.union(*(_WORD.findall(text) for text in words))

    def finding(self, finding: Finding) -> Finding:
        """The finding, its words and its evidence without row values."""
        evidence = dict(finding.evidence)
        strict = _was_raised(evidence)
        masked = {name: self._evidence(name, value, strict) for name, value in evidence.items()}
        if isinstance(body := evidence.get("body"), str):
            status = evidence.get("status")
            masked["body"] = self.body(body, refused=isinstance(status, int) and status >= _REFUSED)
        return replace(finding, says=self._says(finding.says, evidence, strict), evidence=masked)

    def error(self, text: str) -> str:
        """An error of a database, or of a library: what it quotes and counts is masked."""
        return self._mask(text)

    def exchange(self, one: Exchange) -> Exchange:
        """A request of the script: an API's words pass like those of an error's body."""
        return replace(one, url=self._urls(one.url), says=self._mask_words(one.says))

    def part(self, part: Part) -> Part:
        """A part of a request that tells of earlier runs; exchanges are masked one by one."""
        return part if part.name == "traffic" else replace(part, text=self._mask(part.text))

    def output(self, text: str) -> str:
        """What a program printed: every word that is not known is a value; log lines are errors."""
        lines, after_place = [], False
        for line in text.splitlines():
            logged, place = after_place or _LOGGED.match(line) is not None, _PLACE.match(line) is not None
            lines.append(line if place else self._mask(line) if logged else self._mask_all(line))
            after_place = place
        return "\n".join(lines)

    def body(self, text: str, refused: bool) -> str:
        """The beginning of an API's answer: its shape; with words of its own where it refused something."""
        return body_shape(text, self._mask_words, self._mask_all, refused)

    def profile(self, text: str) -> str:
        """What was seen of the API: names and shapes; an error's words without what they quote."""
        lines = text.split("\n")
        return "\n".join(self._mask_words(line) if line.startswith(_NOT_SEEN) else line for line in lines)

    def _evidence(self, name: str, value: Json, strict: bool) -> Json:
        if name in _OWN or isinstance(value, bool | int | float | None):
            return value
        if name == "url" and isinstance(value, str):
            return self._urls(value)
        if name in _ROWS:
            return shape(value)
        if isinstance(value, str):
            return self._text(name, value, strict)
        if isinstance(value, list):
            return [self._evidence(name, item, strict) for item in value]
        return {key: self._evidence(key, item, strict) for key, item in value.items()}

    def _text(self, name: str, text: str, strict: bool) -> str:
        if name in _PRINTED:
            return self.output(text)
        return self._error(text, strict) if name == "error" else self._mask(text)

    def _error(self, text: str, strict: bool) -> str:
        kind, colon, message = text.partition(":")
        return kind + colon + (self._mask_all(message) if strict else self._mask(message))

    def _says(self, says: str, evidence: Mapping[str, Json], strict: bool) -> str:
        """pilot's own words stay; what they repeat of an error or an output is masked in them too."""
        for name, text, mask in self._repeated(evidence, strict):
            for part in _parts(text):
                if len(part) > 2 and part in says:
                    says = says.replace(part, mask(part) if name != "body" else self._mask(part))
        return self._urls(says)

    def _repeated(
        self, evidence: Mapping[str, Json], strict: bool
    ) -> Iterator[tuple[str, str, Callable[[str], str]]]:
        for name, value in evidence.items():
            if isinstance(value, str) and name not in _OWN | {"url"}:
                if name == "error":
                    yield name, value.partition(":")[2], self._mask_all if strict else self._mask
                else:
                    yield name, value, self.output if name in _PRINTED else self._mask

    def _mask(self, text: str, stays: Callable[[str], bool] | None = None) -> str:
        """Structures by their shape; quoted values, dates, mail addresses and numbers by their kind."""
        text, held = self._held(text)
        text = _EMAIL.sub("<text>", _DATE.sub("<time>", text))
        known = stays or self._knows
        text = _QUOTED.sub(lambda found: _quoted(found, text, known), text)
        text = _NUMBER.sub(lambda found: self._number(found, text), text)
        return _HELD.sub(lambda found: held[ord(found[1]) - _FIRST_HELD], text)

    def _held(self, text: str) -> tuple[str, list[str]]:
        """URLs and structures are masked in ways of their own: signs stand for them meanwhile."""
        held: list[str] = []

        def hold(shown: str) -> str:
            if len(held) == _MOST_HELD:
                return "<text>"
            held.append(shown)
            return f"<{chr(_FIRST_HELD + len(held) - 1)}>"

        text = self._structures(_HELD.sub("<text>", text), hold)
        return _URL.sub(lambda found: hold(self._url(found[0])), text), held

    def _mask_words(self, text: str) -> str:
        """The same for an API's own words: the names of parameters that it quotes stay."""
        return self._mask(text, lambda inner: self._knows(inner) or _NAME.fullmatch(inner) is not None)

    def _mask_all(self, text: str) -> str:
        """The same, and every word that is not known."""
        masked = _TOKEN.sub(lambda found: self._word(found[0]), self._mask(text))
        return re.sub(r"<text>(?:[ \t]+<text>)+", "<text>", masked)

    def _word(self, token: str) -> str:
        if token.startswith("<") or token in ("0", "1"):
            return token
        if not _WORD.search(token):
            return token if self._knows(token) else "<number>"
        return token if self._knows(token) else "<text>"

    def _number(self, found: re.Match[str], text: str) -> str:
        counted = len(found[0]) <= 5 and _COUNTED.search(
            text[max(0, found.start() - 24) : found.start()].rstrip(" ")
        )
        return found[0] if counted or found[0] in ("0", "1", "-1") else "<number>"

    def _knows(self, text: str) -> bool:
        words = _WORD.findall(text)
        rest = re.sub(r"[\W_]+", "", _WORD.sub("", text))
        return bool(words) and all(word in self._known for word in words) and len(rest) < 3

    def _structures(self, text: str, hold: Callable[[str], str]) -> str:
        """Every list and dictionary that is written out whole, replaced by its shape."""
        pieces, end = [], 0
        for found in _STRUCTURE.finditer(text):
            if found.start() < end:
                continue
            length, value = structure(text[found.start() :])
            if length:
                told = json.dumps(shape(value, self._knows), ensure_ascii=False)
                pieces += [text[end : found.start()], hold(told)]
                end = found.start() + length
        return "".join((*pieces, text[end:]))

    def _urls(self, text: str) -> str:
        return _URL.sub(lambda found: self._url(found[0]), text)

    def _url(self, url: str) -> str:
        start, _, query = url.partition("?")
        scheme, host, *segments = start.replace("://", ":/", 1).split("/")
        shown = [
            part
            if not re.search(r"[\d@%]", part) or self._knows(part) or _VERSION.fullmatch(part)
            else "<id>"
            for part in segments
        ]
        pairs = "&".join(self._parameter(*pair.partition("=")) for pair in query.split("&")) if query else ""
        return "/".join((f"{scheme}/", host, *shown)) + (f"?{pairs}" if pairs else "")

    def _parameter(self, name: str, equals: str, value: str) -> str:
        """A page's number and what the script itself says stay; a cursor or an id goes."""
        stays = self._knows(value) or re.fullmatch(r"\d{1,5}", value)
        return f"{name}{equals}{value if stays or not value else '…'}"


def _quoted(found: re.Match[str], text: str, stays: Callable[[str], bool]) -> str:
    inner = found[3]
    before = text[max(0, found.start() - 30) : found.start()]
    is_name = _NAME.fullmatch(inner) is not None and (found[2] == "`" or _NAMED.search(before) is not None)
    if not inner or _MASKED.fullmatch(inner) or is_name or stays(inner):
        return found[0]
    return f"{found[1]}{found[2]}<text>{found[4]}"


def _was_raised(evidence: Mapping[str, Json]) -> bool:
    """Whether the project's own code put the error's words together: they may hold anything."""
    frames = evidence.get("frames")
    last = frames[-1] if isinstance(frames, list) and frames else None
    code = last.get("code") if isinstance(last, dict) else None
    return isinstance(code, str) and code.lstrip().startswith(("raise", "assert", "sys.exit", "exit"))


def _parts(text: str) -> list[str]:
    """What of a text may be repeated elsewhere: its lines, and how a line begins."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    lines += [" ".join(lines[:2])]
    return sorted({part for line in lines for part in (line, line[:300], line[:200])}, key=len, reverse=True)
