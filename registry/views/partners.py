"""With whom an organisation cooperates most."""

from collections import Counter
from dataclasses import dataclass

from registry.choices import Status
from registry.models import Organisation, Participant, Party, ProjectPartner

MOST = 12
LOOKED_AT = 60
# Whoever takes part in more than this is judged by the newest of what it takes part in.
NEWEST = 500
ROWS = ((Party, "agreement"), (Participant, "delegation"), (ProjectPartner, "project"))


@dataclass(frozen=True)
class Partner:
    organisation: Organisation
    shared: int


def partners_of(organisation: Organisation) -> list[Partner]:
    """The organisations that share most agreements, delegations and projects with it."""
    shared = Counter()
    for model, owner in ROWS:
        public = model.objects.filter(**{f"{owner}__status": Status.PUBLISHED})
        own = public.filter(organisation=organisation).order_by("-pk")
        newest = list(own.values_list(owner, flat=True)[:NEWEST])
        others = model.objects.filter(organisation__isnull=False, **{f"{owner}__in": newest})
        pairs = others.exclude(organisation=organisation).order_by()
        shared.update(pk for pk, _owner in set(pairs.values_list("organisation", owner)))
    most = shared.most_common(LOOKED_AT)
    organisations = Organisation.objects.published().select_related("place")
    found = organisations.in_bulk([pk for pk, _number in most])
    return [Partner(found[pk], number) for pk, number in most if pk in found][:MOST]
