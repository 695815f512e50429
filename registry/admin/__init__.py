"""The staff's side. One file for each file of models; ``site`` is where they are registered."""

from registry.admin import (
    accounts,
    agreements,
    delegations,
    duplicates,
    funding,
    history,
    imports,
    mappings,
    organisations,
    reference,
    reports,
    sources,
)
from registry.admin.site import site

__all__ = [
    "accounts",
    "agreements",
    "delegations",
    "duplicates",
    "funding",
    "history",
    "imports",
    "mappings",
    "organisations",
    "reference",
    "reports",
    "site",
    "sources",
]
