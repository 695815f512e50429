"""What the tests of the public files share: their addresses, and the whole of an answer."""

from django.urls import reverse

from registry.publishing.datasets import DATASETS
from registry.publishing.formats import list_formats, record_formats


def list_file(kind: str, ending: str) -> str:
    return reverse(f"registry:{kind}_list_file", kwargs={"ending": ending})


def record_file(record, ending: str) -> str:
    kwargs = {"public_id": record.public_id, "ending": ending}
    return reverse(f"registry:{record._meta.model_name}_file", kwargs=kwargs)


def content(response) -> bytes:
    return response.getvalue()


ALL_LISTS = [(kind, one.ending) for kind in DATASETS for one in list_formats(kind)]
ALL_RECORDS = [
    (kind, one.ending) for kind in DATASETS if kind != "domain" for one in record_formats(kind)
]
