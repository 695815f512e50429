"""The way of a record: draft, in review, published, archived; which moves there are, for whom."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from registry.choices import Status
from registry.rights import Rights


@dataclass(frozen=True)
class Move:
    """A step from some statuses to another one."""

    code: str
    label: str
    to: Status
    sources: tuple[Status, ...]
    # Whether it takes somebody who may publish, rather than anybody of the authority who edits.
    is_of_publishers: bool = True
    needs_reason: bool = False

    def is_possible(self, may: Rights, record) -> bool:
        return record.status in self.sources and self.is_allowed(may, record)

    def is_allowed(self, may: Rights, record) -> bool:
        return may.owns(record) and (may.may_publish or not self.is_of_publishers)


SUBMIT = Move("submit", _("Submit for review"), Status.IN_REVIEW, (Status.DRAFT,), False)
WITHDRAW = Move("withdraw", _("Take back from review"), Status.DRAFT, (Status.IN_REVIEW,), False)
PUBLISH = Move(
    "publish",
    _("Publish"),
    Status.PUBLISHED,
    (Status.DRAFT, Status.IN_REVIEW, Status.ARCHIVED),
)
SEND_BACK = Move(
    "send_back",
    _("Send back with a comment"),
    Status.DRAFT,
    (Status.IN_REVIEW,),
    needs_reason=True,
)
ARCHIVE = Move(
    "archive",
    _("Archive"),
    Status.ARCHIVED,
    (Status.PUBLISHED, Status.DRAFT, Status.IN_REVIEW),
)
REOPEN = Move("reopen", _("Reopen as a draft"), Status.DRAFT, (Status.PUBLISHED, Status.ARCHIVED))
MOVES = {move.code: move for move in (PUBLISH, SUBMIT, WITHDRAW, SEND_BACK, REOPEN, ARCHIVE)}


def possible(may: Rights, record) -> list[Move]:
    """The moves that somebody may make with a record, the likeliest first.

    Who may publish sends back what others submitted, and takes nothing back in silence.
    """
    return [
        move
        for move in MOVES.values()
        if move.is_possible(may, record) and not (move is WITHDRAW and may.may_publish)
    ]
