"""How many list endpoints of a set of OpenAPI documents end as filled tables."""
