"""What offices note in their lists and the registry does not keep: left out, and told."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from registry.spreadsheets.files import Sheet
from registry.spreadsheets.headings import Headings
from registry.spreadsheets.mapping import IGNORED, ColumnLayout
from registry.spreadsheets.vocabulary import stem


def _stems(words: str) -> frozenset[str]:
    return frozenset(map(stem, words.split()))


# How to reach whom: a heading that has one of these, and else nothing but what goes with them.
CONTACT = _stems(
    "contact contacts courriel courriels email mail telephone tel phone mobile portable fax "
    "telecopie telecopieur interlocuteur interlocutrice referent referente"
)
WITH_CONTACT = CONTACT | _stems(
    "e personne person adresse address intitule numero electronique principal main dossier suivi "
    "administratif technique interne"
)
AGREEMENTS = ("agreement", "twinning")
STATE = _stems("statut etat status state situation vigueur force actif active validite")
WITH_STATE = STATE | _stems("actuel actuelle current toujours still")
PLACE = _stems("lieu place location")
WITH_PLACE = PLACE | _stems("signature signing")


def leave_out_unkept(sheet: Sheet, one: ColumnLayout, kind: str, known: Headings) -> Iterator[str]:
    """Leave out a column of what no record holds, and say so."""
    if one.column is not None or not one.samples:
        return
    words = known.words(one.heading)
    if words & CONTACT and words <= WITH_CONTACT:
        text = _("%(sheet)s: “%(column)s” is left out: the registry keeps no contact details.")
    elif kind not in AGREEMENTS:
        return
    elif words & STATE and words <= WITH_STATE:
        text = _(
            "%(sheet)s: “%(column)s” is left out: whether an agreement is in force follows from "
            "its dates."
        )
    elif words & PLACE and words <= WITH_PLACE:
        text = _("%(sheet)s: “%(column)s” is left out: where it was signed is not kept.")
    else:
        return
    one.column = IGNORED
    yield text % {"sheet": sheet.name or _("the file"), "column": one.heading}
