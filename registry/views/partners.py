"""With whom an organisation cooperates most."""

from collections import Counter
from dataclasses import dataclass

from registry.facets import index_of
from registry.models import Agreement, Delegation, Organisation, Project

MOST = 12
LOOKED_AT = 60


@dataclass(frozen=True)
class Partner:
    organisation: Organisation
    shared: int


def partners_of(organisation: Organisation) -> list[Partner]:
    """The organisations that share most agreements, delegations and projects with it.

    As the lists have it: who signed for an agreement, and whom a delegation met, share it too.
    """
    shared: Counter[str] = Counter()
    for model in (Agreement, Delegation, Project):
        index = index_of(model)
        own = index.having("organisation", organisation.public_id)
        shared.update(index.found({"organisation": own}).numbers("organisation"))
    del shared[organisation.public_id]
    most = shared.most_common(LOOKED_AT)
    organisations = Organisation.objects.published().select_related("place").order_by()
    chosen = organisations.filter(public_id__in=[code for code, _number in most])
    known = {one.public_id: one for one in chosen}
    return [Partner(known[code], number) for code, number in most if code in known][:MOST]
