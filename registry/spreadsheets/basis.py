"""What a plan rests on: a fingerprint that differs once anybody has written to the registry."""

import hashlib

from registry import changes
from registry.models import Authority, NameDecision, User


def basis(user=None) -> str:
    """The version of all records, the decisions about names and the importer's rights."""
    facts = (
        str(changes.current()),
        list(NameDecision.objects.order_by("pk").values_list()),
        list(Authority.objects.order_by("pk").values_list()),
        _rights(user),
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _rights(user) -> list:
    if user is None:
        return []
    user = User.objects.get(pk=user.pk)  # not as it was when somebody loaded it
    authorities = sorted(user.authorities.values_list("pk", flat=True))
    permissions = sorted(user.get_all_permissions())
    return [user.pk, user.is_active, user.is_superuser, authorities, permissions]
