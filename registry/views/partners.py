"""With whom an organisation cooperates most."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from registry.choices import Status
from registry.models import Organisation, Participant, Party, ProjectPartner

MOST = 12
# Whoever takes part in more than this is judged by the newest of what it takes part in.
NEWEST = 1000
ROWS = ((Party, "agreement"), (Participant, "delegation"), (ProjectPartner, "project"))


@dataclass(frozen=True)
class Partner:
    organisation: Organisation
    shared: int


def partners_of(organisation: Organisation) -> list[Partner]:
    """The organisations that share most agreements, delegations and projects with it."""
    shared = Counter()
    for model, owner in ROWS:
        own = model.objects.filter(
            organisation=organisation, **{f"{owner}__status": Status.PUBLISHED}
        )
        newest = own.order_by("-pk").values(owner)[:NEWEST]
        others = (
            model.objects.filter(organisation__status=Status.PUBLISHED, **{f"{owner}__in": newest})
            .exclude(organisation=organisation)
            .order_by()
            .values("organisation")
            .annotate(shared=Count(owner, distinct=True))
            .order_by("-shared", "organisation")[: MOST * 4]
        )
        for row in others:
            shared[row["organisation"]] += row["shared"]
    most = shared.most_common(MOST)
    found = (
        Organisation.objects.published().select_related("place").in_bulk([pk for pk, _n in most])
    )
    return [Partner(found[pk], number) for pk, number in most if pk in found]
