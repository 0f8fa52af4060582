"""Small hand-written specs in the shapes that real ones have."""

from __future__ import annotations

from typing import Any

Spec = dict[str, Any]


def schema(**properties: Any) -> Spec:
    """An object with these properties; a text stands for a type, or for a format of text."""
    kinds = ("integer", "number", "boolean", "string")
    made = {
        name: part
        if isinstance(part, dict)
        else {"type": part}
        if part in kinds
        else {"type": "string", "format": part}
        for name, part in properties.items()
    }
    return {"type": "object", "properties": made}


def ref(name: str) -> Spec:
    """A reference to a schema of version 3."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(items: Spec) -> Spec:
    """A list."""
    return {"type": "array", "items": items}


def answers(answer: Spec, **more: Any) -> Spec:
    """An operation of version 3 that answers with JSON."""
    content = {"application/json": {"schema": answer}}
    return {"responses": {"200": {"description": "ok", "content": content}}, **more}


def query(name: str, kind: str = "integer", **more: Any) -> Spec:
    """A query parameter of version 3."""
    described = {"description": more.pop("description", "")} if "description" in more else {}
    needed = {"required": True} if more.pop("required", False) else {}
    return {"name": name, "in": "query", "schema": {"type": kind, **more}, **described, **needed}


def in_path(name: str) -> Spec:
    """A path parameter of version 3."""
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def spec(paths: Spec, schemas: Spec | None = None, **more: Any) -> Spec:
    """A document of version 3.0."""
    components = {"schemas": schemas or {}, **more.pop("components", {})}
    return {
        "openapi": "3.0.3",
        "info": {"title": "T", "version": "1"},
        "paths": paths,
        "components": components,
        **more,
    }


TEAM = schema(id="integer", name="string", founded="date", updated_at="date-time")
MEMBER = schema(id="integer", name="string", joined_at="date-time")
PAGES = [query("page", default=1, minimum=1), query("per_page", default=10, maximum=100)]

TEAMS = spec(
    {
        "/teams": {
            "get": answers(
                schema(data=listed(ref("Team")), total="integer"),
                operationId="listTeams",
                summary="List all teams",
                tags=["Teams"],
                parameters=PAGES,
            )
        },
        "/teams/{team_id}": {
            "get": answers(ref("Team"), operationId="getTeam", parameters=[in_path("team_id")])
        },
        "/teams/{team_id}/members": {
            "parameters": [in_path("team_id")],
            "get": answers(listed(ref("Member")), operationId="listMembers", tags=["Members"]),
            "post": answers(ref("Member"), operationId="addMember"),
        },
        "/search": {
            "post": answers(
                listed(ref("Member")),
                operationId="searchMembers",
                requestBody={"content": {"application/json": {"example": {"name": "a"}}}},
            )
        },
        "/health": {"get": answers(schema(status="string"), operationId="health")},
    },
    {"Team": TEAM, "Member": MEMBER},
    servers=[{"url": "/v1"}],
    security=[{"key": []}],
    components={"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Team-Key"}}},
)
