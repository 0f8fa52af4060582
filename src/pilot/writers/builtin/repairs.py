"""Brings a script in line with a fresh look at the API, and leaves everything else as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from pilot.api.profile import ApiProfile, Auth, AuthKind, Endpoint, Paging, PagingKind, Records
from pilot.finding import Finding, FindingKind
from pilot.writers.builtin import auth, config
from pilot.writers.builtin.design import Design, Resource
from pilot.writers.builtin.edits import child, entries, literals_of, same
from pilot.writers.builtin.literals import Literal, Noted
from pilot.writers.builtin.script import script
from pilot.writers.builtin.workbench import Workbench

SEEN = ("path", "method", "json", "headers", "data_selector", "paginator")
"""What a look at the API can tell better than the script."""

_UNSEEN_YET = re.compile(rf"^[ \t]*# {re.escape(config.NOT_SEEN)}\r?\n", re.MULTILINE)
"""The comment on what was written before the API let anybody look."""
PAST_THE_END = "paging ends with a 404: that is how this API answers for the page after the last"
CHILDLESS = "not found means: this parent has none"


def untouched(text: str, profile: ApiProfile, designed: Callable[[ApiProfile], Design]) -> bool:
    """Whether the script is what this writer wrote itself before it knew what it knows now."""
    return any(
        text == script(designed(earlier), preview)
        for earlier in _earlier(profile)
        for preview in (True, False)
    )


def ending(profile: ApiProfile, finding: Finding) -> ApiProfile:
    """The profile of an API whose pages lead on after the last one: one without records is the end.

    Paging that was only carried over from another endpoint does not hold where it never ends.
    """
    told = f"{finding.says} {finding.evidence}"
    return replace(profile, endpoints=tuple(_ending(e, told) for e in profile.endpoints))


def _ending(endpoint: Endpoint, told: str) -> Endpoint:
    paging, parts = endpoint.paging, re.split(r"\{[^{}]*\}", endpoint.path)
    meant = re.search("/" + "[^/?]+".join(re.escape(part) for part in parts) + r"(?![\w/])", told)
    if paging.like and not paging.proven and meant:
        return replace(endpoint, paging=Paging(note=f"it does not page as {paging.like} does"))
    if paging.kind is PagingKind.CURSOR:
        options = {**paging.options, "stop_after_empty_page": True}
        return replace(endpoint, paging=replace(paging, options=options))
    ends = paging.empty_end or paging.kind is PagingKind.JSON_LINK
    return replace(endpoint, paging=replace(paging, empty_end=ends))


def renewed(text: str, plan: Design, finding: Finding) -> tuple[str, str]:
    """The script with what the API wants now, and what was changed."""
    bench = Workbench(text, plan)
    _renew_client(bench)
    for name in list(bench.script.resources()):
        for resource in bench.designed(name):
            _renew(bench, name, resource)
    if bench.script.text == text:
        _by_finding(bench, finding)
    renewed_text = bench.script.text
    if renewed_text != text and not any(resource.unseen for resource in plan.resources):
        renewed_text = _UNSEEN_YET.sub("", renewed_text)
    return renewed_text, "\n".join(bench.told)


def _earlier(profile: ApiProfile) -> Iterator[ApiProfile]:
    """Profiles that a first look may have given: less seen, less known of the key."""
    blind = tuple(_blind(e) for e in profile.endpoints)
    one_page = tuple(replace(e, paging=Paging()) for e in profile.endpoints)
    for known in (profile.auth, Auth(AuthKind.UNKNOWN), Auth(AuthKind.BEARER), Auth()):
        for endpoints in (profile.endpoints, one_page, blind):
            yield replace(profile, auth=known, endpoints=endpoints)


def _blind(endpoint: Endpoint) -> Endpoint:
    """The endpoint as it looks while its key is missing."""
    return replace(
        endpoint,
        status=401,
        records=Records(),
        paging=Paging(),
        primary_key=(),
        cursors=(),
        parent=None,
        bindings={},
    )


def _renew_client(bench: Workbench) -> None:
    whole = bench.script.config()
    client = child(whole, "client") if whole else None
    if client is None:
        return
    wanted: dict[str, Literal] = {"base_url": bench.design.base_url}
    if auth.options(bench.design.auth, bench.design.names):
        wanted["auth"] = auth.noted(bench.design.auth, bench.design.names)
    for key, value in wanted.items():
        whole = bench.script.config()
        client = child(whole, "client") if whole else None
        if client is not None and not same(entries(client).get(key), value):
            bench.script = bench.script.place(client, key, value)
            bench.told.append(f"{key.replace('_', ' ')}: as the API wants it")


def _renew(bench: Workbench, name: str, resource: Resource) -> None:
    """Put right what was seen otherwise. Structure that needs functions is left to a person."""
    structured = config.turner_of(resource) and "processing_steps" not in entries(
        bench.script.resources()[name]
    )
    if resource.by_hand or resource.unseen or structured:
        return
    wanted = config.endpoint_config(resource)
    if not (resource.paged or resource.whole) or resource.endpoint.paging.empty_end:
        # what the script knows of paging may be better, and a class can't be put in by rule
        wanted.pop("paginator")
    for key in SEEN:
        endpoint = bench.endpoint(name)
        if key in wanted and not same(entries(endpoint).get(key), wanted[key]):
            bench.script = bench.script.place(endpoint, key, wanted[key])
            bench.told.append(f"{name}: {key.replace('_', ' ')} as seen")
    if literals_of(child(bench.endpoint(name), "params")) is not None:
        bench.add_params(name, config.fixed_params(resource))


def _by_finding(bench: Workbench, finding: Finding) -> None:
    """What the API said no to, where the profile alone does not tell."""
    if finding.kind is FindingKind.BAD_REQUEST:
        _without_page_size(bench)
    elif finding.kind is FindingKind.NOT_FOUND:
        _accept_not_found(bench, str(finding.evidence.get("url") or ""))
    elif finding.kind is FindingKind.DUPLICATES:
        _merge(bench, str(finding.evidence.get("table") or ""))


def _merge(bench: Workbench, table: str) -> None:
    """Records that an API serves twice become one by their key."""
    if table in bench.script.resources() and bench.has_key(table):
        bench.put(table, "write_disposition", "merge")
        bench.told.append(f"{table}: merged by its key, as the API serves some records twice")


def _without_page_size(bench: Workbench) -> None:
    """A page size that the API refuses is left to the API."""
    for name in list(bench.script.resources()):
        for resource in bench.designed(name):
            params = child(bench.endpoint(name), "params")
            size = resource.endpoint.paging.size_param
            if params and size and size in entries(params):
                bench.script = bench.script.take(params, size)
                bench.told.append(f"{name}: no page size is asked for, as the API refused one")


def _accept_not_found(bench: Workbench, url: str) -> None:
    """Some APIs answer 404 for the page after the last, or for a parent that has no children."""
    first_pages_work = not bench.script.calls("exit")  # the preview is gone once they were read
    for name in list(bench.script.resources()):
        for resource in bench.designed(name):
            endpoint = bench.endpoint(name)
            expected = bool(resource.parent) or (resource.by_number and first_pages_work)
            if expected and _asks_for(resource, url) and "response_actions" not in entries(endpoint):
                why = CHILDLESS if resource.parent else PAST_THE_END
                action: Literal = [{"status_code": 404, "action": "ignore"}]
                bench.script = bench.script.place(endpoint, "response_actions", Noted(action, why))
                bench.told.append(f"{name}: {why}")


def _asks_for(resource: Resource, url: str) -> bool:
    """Whether the URL is one of this resource; any is when it is not known."""
    parts = re.split(r"\{[^{}]*\}", resource.endpoint.path.strip("/"))
    return not url or bool(re.search("/" + "[^/?]+".join(map(re.escape, parts)) + r"/?(\?|$)", url))
