"""Paging by links and cursors: the API itself says where the next page is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pilot.api.envelope import Sign, link_params
from pilot.api.look import Look, Page, Verdict
from pilot.api.profile import How, Paging, PagingKind, Shape
from pilot.api.several import which
from pilot.api.sites import host_of, joined, same_site
from pilot.api.trails import folded, json_path, stem
from pilot.api.vocabulary import CURSOR_PARAMS, LAST_ID_PARAMS, OFFSET, PAGE
from pilot.finding import Json

_FAR = 1_000_000
_TRIES = 2
"""Names that are tried alone before the less likely ones are tried together."""
_TRIES_WITHOUT_CURSOR = 3
_STRICT = (400, 422)
"""How APIs refuse a parameter that they do not know."""
_FEWEST = 5
_BEFORE_IDS = ("before", "before_id", "max_id", "until_id", "to_id")
_LAST_IDS = ("after_id", "since_id", "last_id", "starting_after", "after", "min_id", "from_id")


def by_header(look: Look) -> Paging | None:
    """The Link header's `rel="next"`."""
    link = look.first.envelope.header_link()
    if not link or not _stays(look, link):
        return None
    page = look.linked_page(link)
    if page.verdict is not Verdict.OTHER:
        look.notes.append(f"the Link header leads to {page.verdict.value}")
        return None
    if page.envelope.header_link() == link:
        look.notes.append("the Link header of page 2 leads to page 2 again")
        return None
    return _proven(look, page, PagingKind.HEADER_LINK, {}, "Link header, seen on page 2")


def by_link(look: Look) -> Paging | None:
    """An address in the body."""
    for sign, link in look.first.envelope.next_links():
        if not _stays(look, link):
            continue
        page = look.linked_page(link)
        if page.verdict is not Verdict.OTHER:
            look.notes.append(f"the link at {sign.path} leads to {page.verdict.value}")
            continue
        after = next((s for s in page.envelope.signs if s.path == sign.path), None)
        if after is not None and after.value == sign.value:
            look.notes.append(f"the link at {sign.path} of page 2 leads to page 2 again")
            continue
        empty = _ends_empty(after) or _never_ends(look, sign, link, after)
        note = f"link at {sign.path}, seen on page 2" + ("; an empty one ends it" if empty else "")
        paging = _proven(look, page, PagingKind.JSON_LINK, {"next_url_path": sign.path}, note)
        return replace(paging, empty_end=empty)
    return None


def _never_ends(look: Look, sign: Sign, link: str, after: Sign | None) -> bool:
    """Whether the page after the last has no records, and a link that is empty or leads on all the same."""
    if look.body is not None or after is None:
        return False
    counted = _counted(look, link, str(after.value or ""))
    if len(counted) == 1:
        parts = urlsplit(link)
        far = [(k, str(_FAR) if k in counted else v) for k, v in parse_qsl(parts.query)]
        page = look.linked_page(urlunsplit(parts._replace(query=urlencode(far))))
    else:
        page = _last_of(look, str(after.value or ""))
    last = next((s for s in page.envelope.signs if s.path == sign.path), None)
    return _ends_empty(last) or (page.verdict is Verdict.EMPTY and last is not None and bool(last.value))


def _counted(look: Look, link: str, following: str) -> list[str]:
    """The numbers in a link by which it differs from the one before: the size of a page is none."""
    numbers = {n: value for n, value in link_params(link, look.params).items() if value.isdecimal()}
    onward = link_params(following, numbers) if following else numbers
    return [name for name in numbers if name in onward] if len(numbers) > 1 else [*numbers]


def _last_of(look: Look, link: str) -> Page:
    """The page that a link of page 2 leads to, where page 2 may be the last one but one."""
    following = joined(look.first.answer.url, link) if link else None
    return look.linked_page(following) if following and _stays(look, following) else look.first


def _ends_empty(sign: Sign | None) -> bool:
    """dlt stops at null or where the link is missing; "" or false it would take for an address."""
    return sign is not None and sign.value in ("", False) and sign.value is not None


def by_cursor(look: Look) -> Paging | None:
    """A value in the body that has to be sent back under some name."""
    for sign in look.first.envelope.cursors()[:2]:
        names = [*_params_for(sign, look)]
        likely, others = names[:_TRIES], names[_TRIES:]
        found = next(filter(None, (_walked(look, sign, param) for param in likely)), None)
        if found := found or _of_others(look, sign, others):
            return found
        look.notes.append(f"{sign.path} looks like a cursor, but no parameter takes it")
    return None


def _of_others(look: Look, sign: Sign, names: Sequence[str]) -> Paging | None:
    """The less likely names together; one by one where an API refuses what it does not know."""
    refused = False

    def leads_on(some: Sequence[str]) -> bool:
        nonlocal refused
        page = look.page({name: sign.value for name in some})
        refused = page.status in _STRICT
        return _leads_on(sign, page)

    if param := which(names, leads_on):
        return _walked(look, sign, param)
    word = re.findall(r"[A-Z]?[a-z]+", sign.key)[-1:] if refused else []
    akin = [name for name in names if word and word[0].lower() in name.lower()]
    return next(filter(None, (_walked(look, sign, param) for param in akin[:_TRIES])), None)


def _walked(look: Look, sign: Sign, param: str) -> Paging | None:
    page = look.page({param: sign.value})
    if not _leads_on(sign, page):
        return None
    if sign.header:
        found: dict[str, Json] = {"cursor_key": sign.path, "cursor_param": param}
        note = f"header {sign.path} sent as {param}, seen on page 2"
        return _proven(look, page, PagingKind.HEADER_CURSOR, found, note)
    options: dict[str, Json] = {"cursor_path": sign.path, "cursor_param": param}
    options |= _has_more(look, page) or _until_empty(look, sign, param, page)
    return _proven(
        look, page, PagingKind.CURSOR, options, f"cursor at {sign.path} sent as {param}, seen on page 2"
    )


def _until_empty(look: Look, sign: Sign, param: str, second: Page) -> dict[str, Json]:
    """dlt's way to stop where a page without records still has a cursor: seen far away, or on page 3."""
    following = second.envelope.again(sign)
    if following in (None, "", False):
        return {}
    counts = str(sign.value).isdecimal() and str(following).isdecimal()
    page = look.page({param: _FAR if counts else following})
    leads_on = page.verdict is Verdict.EMPTY and page.envelope.again(sign) not in (None, "", False)
    return {"stop_after_empty_page": True} if leads_on else {}


def _leads_on(sign: Sign, page: Page) -> bool:
    """Whether the cursor gave other records, and another cursor."""
    return page.verdict is Verdict.OTHER and page.envelope.again(sign) != sign.value


def by_last_id(look: Look) -> Paging | None:
    """No cursor, but the API says that there is more: the last record's key may lead on."""
    more, key = look.first.envelope.has_more(), look.key
    last = look.rows[-1]
    if not more or more.value is not True or not key or not isinstance(last, dict) or not _listed(look):
        return None
    path = _path_of_last(look, key[0])
    names = dict.fromkeys([*look.hinted("cursor"), *look.guesses(*LAST_ID_PARAMS)])
    for param in list(names)[:_TRIES_WITHOUT_CURSOR]:
        page = look.page({param: last[key[0]]})
        if page.verdict is Verdict.OTHER and not set(look.marks(page.rows)) & set(look.first_marks):
            options: dict[str, Json] = {"cursor_path": path, "cursor_param": param}
            options |= _has_more(look, page)
            if "has_more_path" in options:
                note = f"the last record's {key[0]} sent as {param}, seen on page 2"
                return _proven(look, page, PagingKind.CURSOR, options, note)
    return None


def by_order_of_ids(look: Look) -> Paging | None:
    """Records in the order of their ids, and no word of more: all likely names at once, and once more."""
    values = [row.get(look.key[0]) for row in look.rows if isinstance(row, dict)] if look.key else []
    ids = [value for value in values if isinstance(value, int)]
    if len(ids) < max(_FEWEST, len(look.rows)) or look.body is not None or not _listed(look):
        return None
    rising = all(one < other for one, other in pairwise(ids))
    falling = all(one > other for one, other in pairwise(ids))
    known = (_LAST_IDS if rising else ()) or (_BEFORE_IDS if falling else ())
    names = dict.fromkeys([*look.hinted("cursor"), *known])
    if not known or not (found := which(list(names), lambda some: _goes_on(look, some, ids[-1]))):
        return None
    second = look.page({found: ids[-1]})
    if second.verdict is not Verdict.OTHER:
        return None
    path = _path_of_last(look, look.key[0])
    options: dict[str, Json] = {"cursor_path": path, "cursor_param": found, "stop_after_empty_page": True}
    return _proven(
        look, second, PagingKind.CURSOR, options, f"the last record's {look.key[0]} sent as {found}"
    )


def _listed(look: Look) -> bool:
    """Whether there is a list, with a last record that a path leads to."""
    return look.found.records.shape in (Shape.LIST, Shape.TABLE)


def _path_of_last(look: Look, name: str) -> str:
    """Where the last record's value of a field is."""
    place = look.found.table.names.index(name) if look.found.table else name
    return json_path((*look.found.trail, -1, *look.found.inner, place))


def _goes_on(look: Look, names: Sequence[str], last: Json) -> bool:
    """Whether only records after the last one came."""
    page = look.page(dict.fromkeys(names, last))
    return page.verdict is Verdict.OTHER and not look.shares(page)


def _stays(look: Look, link: str) -> bool:
    """A link to another host is not followed: the key would go along when the script loads."""
    if same_site(look.first.answer.url, link):
        return True
    note = f"the next link leads to another host ({host_of(link)}) and was not followed"
    if note not in look.notes:
        look.notes.append(note)
    return False


def _params_for(sign: Sign, look: Look) -> Iterator[str]:
    """Names under which the value may have to be sent, the likeliest first, each once."""
    key = sign.key
    for lead in ("next_", "next-", "next", "end_", "end"):
        if key.lower().startswith(lead) and len(key) > len(lead):
            bare = key[len(lead) :]
            key = bare if key.isupper() else bare[0].lower() + bare[1:]
            break
    numbers = (PAGE | OFFSET) - {"offset"}
    known = [name for name in look.given if stem(name) in (folded(key), folded(sign.key))]
    guesses = [] if key.lower() in ("next", "value") else [key]
    if sign.names[-1] == "endcursor":
        guesses = ["after"]  # what GraphQL's connections call it
    if isinstance(sign.value, int) and not guesses:
        guesses = ["page"]
    guesses += ["cursor"] if key != "after" and any("cursor" in name for name in sign.names[:-1]) else []
    guesses += [sign.key, *CURSOR_PARAMS]
    declared = [name for name in look.given if stem(name) in map(folded, CURSOR_PARAMS)]
    for guess in dict.fromkeys([*look.hinted("cursor"), *known, *declared, *look.guesses(*guesses)]):
        if isinstance(sign.value, int) or stem(guess) not in numbers:
            yield guess


def _has_more(look: Look, page: Page) -> dict[str, Json]:
    """dlt's `has_more_path`, where the sign is on both pages: dlt fails where it is missing."""
    first, second = look.first.envelope.has_more(), page.envelope.has_more()
    if first and second and first.path == second.path and first.value is True:
        return {"has_more_path": first.path}
    return {}


def _proven(look: Look, page: Page, kind: PagingKind, options: dict[str, Json], note: str) -> Paging:
    look.keep(page)
    overlaps = look.shares(page)
    note = f"{note}; pages share records" if overlaps else note
    return Paging(kind, True, options, len(look.rows), how=How.SEEN, note=note, overlaps=overlaps)
