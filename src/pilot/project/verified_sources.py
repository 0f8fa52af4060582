"""The sources that `dlt init` can fetch ready-made, known without asking the network."""

from __future__ import annotations

CORE = frozenset({"filesystem", "rest_api", "sql_database"})
"""These come with dlt itself."""

_VERIFIED = """
    affinity airtable arrow_pandas asana_dlt bing_webmaster chess datadog facebook_ads freshdesk github
    google_ads google_analytics google_sheets hubspot inbox jira kafka kinesis matomo mongodb mux notion
    personio pg_replication pipedrive pokemon quickbooks_online salesforce scraping shopify_dlt slack strapi
    stripe_analytics unstructured_data workable zendesk
"""
VERIFIED = frozenset(_VERIFIED.split())

SUFFIXES = ("_dlt", "_analytics", "_data")


def verified_source(name: str) -> str | None:
    """The ready-made source that a name means, under dlt's name for it: `stripe` is `stripe_analytics`."""
    return next((known for known in (name, *(name + end for end in SUFFIXES)) if known in VERIFIED), None)
