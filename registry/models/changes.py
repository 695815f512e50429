"""The log of changes that tells every process when what it remembers is out of date."""

from django.db import models


class Change(models.Model):
    """One record that was written, deleted, or whose rows or links were.

    The database writes it, by the triggers of ``registry.changes``; nothing else does. It holds no
    values: what changed, by whom and why is the history's.
    """

    kind = models.CharField(max_length=30)
    # Null where so many changed at once that they are not told one by one.
    record = models.BigIntegerField(null=True)
    # A number drawn by lot: a number of a row that was rolled back is given again, its mark not.
    mark = models.BigIntegerField()
    # PostgreSQL alone: which transaction wrote it, since there the first to begin may end last.
    transaction = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["transaction"],
                condition=models.Q(transaction__gt=0),
                name="change_of_transaction",
            )
        ]

    def __str__(self):
        return f"{self.kind} {self.record or ''}"
