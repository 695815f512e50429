"""Figures: how many records, and how much money, by year, domain, country, fund, organisation.

The database counts; charts are geometry that a template writes as SVG, with a table beside each.
"""

from registry.figures.lists import view_context

__all__ = ["view_context"]
