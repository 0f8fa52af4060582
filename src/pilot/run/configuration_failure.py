"""Failures of settings that dlt refuses, of missing packages, and of schemas that the data does not fit."""

from __future__ import annotations

import os
import re

from pilot.finding import Finding, FindingKind, Json, Remedy
from pilot.project.packages import package_of
from pilot.run.result import RunError
from pilot.run.wording import evidence_of, first_line, has, link_from, link_like, place, steady

_REFUSED_BY = (
    "dlt.common.configuration.",
    "dlt.sources.helpers.rest_client.exceptions.",
    "jsonpath_ng.exceptions.",
    "tomlkit.exceptions.",
)
"""Where the classes come from that say that a setting is no good."""
_REFUSED = (
    "DictValidationException",
    "ValueErrorWithKnownValues",
    "TypeErrorWithKnownTypes",
    "ArgumentsOverloadException",
    "SystemConfigurationException",
    "InvalidPipelineName",
    "PipelineConfigMissing",
    "UnknownDestinationModule",
    "UnknownSourceReference",
    "InvalidDestinationReference",
    "InvalidSchemaName",
    "DestinationCapabilitiesException",
    "WriteDispositionNotSupported",
    "TableFormatNotSupported",
    "DestinationIncompatibleLoaderFileFormatException",
    "DestinationInvalidFileFormat",
)
_READS_SETTINGS = (
    "dlt.sources.rest_api",
    "dlt.sources.helpers.rest_client.paginators",
    "dlt.sources.helpers.rest_client.auth",
    "dlt.common.configuration",
)
"""Modules of dlt's that read what a script sets: what they raise is about that, whatever the class."""
_SETTING_ERRORS = ("KeyError", "ValueError", "TypeError", "AttributeError", "NotImplementedError")

_CONFLICT_BY = ("dlt.common.schema.exceptions.", "dlt.extract.incremental.exceptions.")


def import_missing(error: RunError) -> Finding | None:
    """A module that is not there: installed by rule where its package is known beyond doubt."""
    extra = link_like(error, "MissingDependencyException")
    if extra is not None:
        says = "A package is missing: " + " ".join(extra.message.split())[:300]
        named = re.findall(r'pip install "([^"\n]+)"', extra.message)
        return _missing(says, evidence_of(error, extra), named)
    link = link_like(error, "ModuleNotFoundError", "ImportError")
    if link is None:
        return None
    evidence = evidence_of(error, link)
    packages: list[str] = []
    if found := re.search(r"No module named '([^']+)'", link.message):
        evidence["module"] = found[1]
        package = package_of(found[1])
        packages += [package] if package else []
    return _missing(f"{place(error)}{first_line(link.message)}", evidence, packages)


def variable_missing(error: RunError) -> Finding | None:
    """An environment variable that the script can't do without, where it is set and was withheld."""
    name = error.root.message.strip("'\"")
    if error.root.type != "KeyError" or error.raised_in != "os" or name not in os.environ:
        return None
    says = f"{place(error)}the script does not get the environment variable {name}, which is set here."
    hint = f"--allow-env {name} lets it see the value."
    return Finding(FindingKind.CONFIGURATION, says, Remedy.STOP, evidence_of(error, error.root), hint)


def _missing(says: str, evidence: dict[str, Json], packages: list[str]) -> Finding:
    if not packages:
        return Finding(FindingKind.IMPORT_MISSING, says, Remedy.REPAIR, evidence)
    return Finding(FindingKind.IMPORT_MISSING, says, Remedy.INSTALL, {**evidence, "packages": [*packages]})


def configuration_refused(error: RunError) -> Finding | None:
    """Settings of the script or of its files that dlt does not take."""
    link = link_like(error, *_REFUSED) or link_from(error, *_REFUSED_BY)
    root = error.root.type.rpartition(".")[2]
    if link is None and error.raised_in.startswith(_READS_SETTINGS) and root in _SETTING_ERRORS:
        link = error.root
    if link is None:
        return None
    lines = _useful_lines(link.message)
    if root == "KeyError" and link is error.root:
        lines = [f"{link.message} is missing"]
    evidence = evidence_of(error, link) | {"error": steady("\n".join(lines))}
    says = f"{place(error)}dlt refuses the configuration: {lines[0]}"
    return Finding(FindingKind.CONFIGURATION, says, Remedy.REPAIR, evidence)


def _useful_lines(message: str) -> list[str]:
    """dlt tells once for every type that would do why it does not: the reasons, each once."""
    reasons: dict[str, None] = {}
    for line in message.splitlines():
        reason = re.sub(r"^For `\w+`: ", "", line.strip())
        if reason != line.strip() and "expects class" not in reason and not has(reason, "Provided value"):
            reasons[reason[:400]] = None
    first = next((line.strip()[:400] for line in message.splitlines() if line.strip()), "no reason given")
    return list(reasons)[:4] or [first]


def schema_conflict(error: RunError) -> Finding | None:
    """Data that the declared schema, or its contract, does not let in."""
    link = link_from(error, *_CONFLICT_BY)
    if link is None and has(error.root.message, "exceeds 64-bit range"):
        link = error.root
    if link is None:
        return None
    says = f"The data does not fit the declared schema: {first_line(link.message)}"
    return Finding(FindingKind.SCHEMA_CONFLICT, says, Remedy.REPAIR, evidence_of(error, link))
