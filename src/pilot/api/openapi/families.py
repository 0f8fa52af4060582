"""Parents and children: `/teams` has the records whose fields fill `/teams/{team_id}/members`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pilot.api.openapi.follow import Follows
from pilot.api.profile import Endpoint, Shape
from pilot.api.survey import Offer
from pilot.api.trails import folded

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_ONE_ITEM = re.compile(r"(.*)/\{([^{}]+)\}")
_ROWS = (Shape.LIST, Shape.KEYED, Shape.COLUMNAR)
GENERIC = ("id", "uuid", "slug", "login", "key", "code", "name", "number")
"""What fields are called that stand for their record in a path, the likeliest first."""


def with_parents(offers: Sequence[Offer], links: Sequence[Follows] = ()) -> tuple[Offer, ...]:
    """The offers, each child with its parent's name and what fills its placeholders."""
    lists = [o for o in offers if o.endpoint.method == "GET" and _may_hold_rows(o)]
    by_path = {_shape_of(o.endpoint.path): o.endpoint for o in lists}
    into = {_shape_of(link.target): link for link in reversed(links)}
    found: dict[str, Endpoint] = {}
    for offer in sorted(offers, key=lambda o: o.endpoint.path.count("{")):
        link = into.get(_shape_of(offer.endpoint.path))
        followed = _followed(offer, link, by_path, found) if link else None
        found[offer.key] = followed or _related(offer, by_path, found)
    return tuple(replace(offer, endpoint=found[offer.key]) for offer in offers)


def family(offers: Sequence[Offer], picked: Sequence[Offer]) -> tuple[Offer, ...]:
    """What was picked, and the parents without which it can't be read; parents first."""
    by_name = {offer.endpoint.name: offer for offer in offers}
    ordered: dict[str, Offer] = {}
    for offer in picked:
        line = [offer]
        while (parent := by_name.get(line[-1].endpoint.parent or "")) is not None and parent not in line:
            line.append(parent)
        ordered.update({member.key: member for member in reversed(line)})
    return tuple(ordered.values())


def _shape_of(path: str) -> str:
    """A path with its placeholders' names left out: they differ from path to path."""
    return _PLACEHOLDER.sub("{}", path.strip("/"))


def _may_hold_rows(offer: Offer) -> bool:
    """It is a list, or the document does not say what it answers with."""
    shape = offer.endpoint.records.shape
    return shape in _ROWS or (shape is Shape.UNKNOWN and offer.listed)


def _followed(
    offer: Offer, link: Follows, by_path: dict[str, Endpoint], done: dict[str, Endpoint]
) -> Endpoint | None:
    """A child as a link says: of the list that it starts at, or of the list of the one item there."""
    endpoint, names = offer.endpoint, _PLACEHOLDER.findall(offer.endpoint.path)
    item = _ONE_ITEM.fullmatch(link.source)
    parent = by_path.get(_shape_of(link.source)) or (by_path.get(_shape_of(item[1])) if item else None)
    if parent is None or not names or parent.name == endpoint.name:
        return None
    *above, last = names
    whole = next((e for e in done.values() if e.name == parent.name), parent)
    bindings = _inherited(above, _PLACEHOLDER.findall(whole.path), whole)
    field = link.fields.get(last) or (_field(link.carried[last], "", whole) if last in link.carried else None)
    if bindings is None or field is None:
        return None
    return replace(endpoint, parent=parent.name, bindings={**bindings, last: field})


def _related(offer: Offer, by_path: dict[str, Endpoint], done: dict[str, Endpoint]) -> Endpoint:
    endpoint = offer.endpoint
    names = _PLACEHOLDER.findall(endpoint.path)
    if not names:
        return endpoint
    parent = _parent(endpoint, names, by_path)
    if parent is None or parent.name == endpoint.name:
        return endpoint
    whole = next((e for e in done.values() if e.name == parent.name), parent)
    bindings = _inherited(names[:-1], _PLACEHOLDER.findall(whole.path), whole)
    if bindings is None:
        return endpoint
    bindings[names[-1]] = _field(names[-1], offer.places.get(names[-1], ""), whole)
    return replace(endpoint, parent=parent.name, bindings=bindings)


def _parent(endpoint: Endpoint, names: Sequence[str], by_path: dict[str, Endpoint]) -> Endpoint | None:
    """The list right before the last placeholder; else the one list that the placeholder is named after."""
    match = _ONE_ITEM.match(f"/{endpoint.path}")
    before = by_path.get(_shape_of(match[1])) if match else None
    if before is not None or len(names) > 1:
        return before
    stem = folded(re.sub(r"[_-]?(id|key|slug|code|uuid|name|number)\Z", "", names[0], flags=re.I))
    alike = [e for path, e in by_path.items() if "{" not in path and stem and _same(stem, path)]
    return alike[0] if len(alike) == 1 else None


def _same(stem: str, path: str) -> bool:
    last = folded(path.rstrip("/").rsplit("/", 1)[-1])
    return last in (stem, f"{stem}s", f"{stem}es", f"{stem[:-1]}ies")


def child_of(endpoint: Endpoint, seen: Sequence[Endpoint]) -> Endpoint:
    """An endpoint that no spec tells of, with its parent among those that were looked at."""
    match, names = _ONE_ITEM.match(f"/{endpoint.path}"), _PLACEHOLDER.findall(endpoint.path)
    before = _shape_of(match[1]) if match else None
    parent = next((e for e in seen if _shape_of(e.path) == before and e.records.shape in _ROWS), None)
    if (
        parent is None
        or (bindings := _inherited(names[:-1], _PLACEHOLDER.findall(parent.path), parent)) is None
    ):
        return endpoint
    bindings[names[-1]] = _field(names[-1], "", parent)
    return replace(endpoint, parent=parent.name, bindings=bindings)


def rebound(endpoint: Endpoint, parent: Endpoint | None) -> Endpoint:
    """A child whose inherited bindings follow what fills its parent's path, as that was seen to work."""
    names = [name for name in _PLACEHOLDER.findall(endpoint.path) if name in endpoint.bindings]
    if parent is None or not names:
        return endpoint
    carried = _inherited(names[:-1], _PLACEHOLDER.findall(parent.path), parent) if len(names) > 1 else {}
    bindings = {**endpoint.bindings, **(carried or {})}
    fields = [field.name for field in parent.records.fields]
    if fields and bindings[names[-1]] not in fields:  # the document did not say what the records have
        bindings[names[-1]] = _field(names[-1], "", parent)
    return replace(endpoint, bindings=bindings)


def _inherited(names: Sequence[str], of_parent: Sequence[str], parent: Endpoint) -> dict[str, str] | None:
    """Placeholders that the parent's own path has too: its records carry what filled them.

    dlt puts a grandparent's field into the parent's records as `_resource_field`.
    """
    if len(names) != len(of_parent) or (names and parent.parent is None):
        return None
    carried = [f"_{parent.parent}_{parent.bindings[name]}" for name in of_parent if name in parent.bindings]
    return dict(zip(names, carried, strict=True)) if len(carried) == len(names) else None


def _field(placeholder: str, kind: str, parent: Endpoint) -> str:
    """The field of the parent's records that fills a placeholder of this type."""
    plain = [f for f in parent.records.fields if set(f.types) - {"null", "object", "list"}]
    fields = {folded(f.name): f.name for f in plain}
    texts = {folded(f.name) for f in plain if "text" in f.types}
    whole = folded(placeholder)
    if whole in fields:
        return fields[whole]
    last = folded(parent.path.rstrip("/").rsplit("/", 1)[-1])
    stems = [stem for stem in (last.rstrip("s"), last, f"{last[:-3]}y") if stem and whole.startswith(stem)]
    for rest in (whole[len(stem) :] for stem in stems):
        if rest in fields:
            return fields[rest]
    if ending := next((end for end in GENERIC if whole.endswith(end) and end in fields), None):
        return fields[ending]
    # `/orgs/{org}` with a text in it: the organisation's name in addresses, not its number
    known = [name for name in GENERIC if name in fields and (kind != "string" or name in texts)]
    return fields[known[0]] if known else (parent.primary_key or ("id",))[0]
