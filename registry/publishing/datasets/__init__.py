"""What is told of each kind of record, one dataset for each public list."""

from registry.publishing.datasets.base import Dataset
from registry.publishing.datasets.cooperation import AGREEMENTS, DELEGATIONS
from registry.publishing.datasets.funding import CALLS, CONTRIBUTIONS, FUNDS, PROJECTS
from registry.publishing.datasets.reference import DOMAINS, ORGANISATIONS, PLACES, SOURCES

DATASETS = {
    dataset.kind: dataset
    for dataset in (
        AGREEMENTS,
        DELEGATIONS,
        PROJECTS,
        CONTRIBUTIONS,
        FUNDS,
        CALLS,
        ORGANISATIONS,
        PLACES,
        DOMAINS,
        SOURCES,
    )
}

__all__ = ["DATASETS", "Dataset"]
