"""Links by which somebody without an account reads one draft, for a while.

The link is signed, and names the key that the record holds: withdrawing it changes the key. It ends
by itself after ``DAYS``, and as soon as the record is no longer a draft or in review.
"""

import datetime
import secrets

from django.apps import apps
from django.core.signing import BadSignature, Signer
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from registry.choices import Status
from registry.models.base import PublicRecord

DAYS = 14
SHARED = (Status.DRAFT, Status.IN_REVIEW)
signer = Signer(salt="registry.previews")


def make(record) -> None:
    """Give the record a new key: links made before end."""
    key = f"{int(timezone.now().timestamp()):x}-{secrets.token_urlsafe(12)}"
    _keep(record, key)


def withdraw(record) -> None:
    _keep(record, "")


def token_of(record) -> str:
    """What the address of the link ends with; nothing where there is no valid one."""
    if record.status not in SHARED or not is_valid(record.preview_key):
        return ""
    parts = (record._meta.model_name, record.public_id, record.preview_key)
    return signer.sign(".".join(parts))


def record_of(token: str) -> PublicRecord | None:
    """The draft that a token shows; ``None`` for one that is made up, expired or withdrawn."""
    try:
        name, public_id, key = signer.unsign(token).split(".")
        model = apps.get_model("registry", name)
    except (BadSignature, ValueError, LookupError):
        return None
    if not issubclass(model, PublicRecord) or not is_valid(key):
        return None
    record = model.objects.filter(public_id=public_id, status__in=SHARED).first()
    if record is None or not constant_time_compare(record.preview_key, key):
        return None
    return record


def expiry(key: str) -> datetime.datetime:
    made = datetime.datetime.fromtimestamp(int(key.partition("-")[0], 16), datetime.UTC)
    return made + datetime.timedelta(days=DAYS)


def is_valid(key: str) -> bool:
    return bool(key) and expiry(key) > timezone.now()


def _keep(record, key) -> None:
    # No change of what the record says: neither its history nor its day of change tell it.
    record.preview_key = key
    type(record)._base_manager.filter(pk=record.pk).update(preview_key=key)
