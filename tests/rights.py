"""A registry of two authorities whose records refer to one another, and people in every role."""

from django.contrib.auth.models import Group

from registry import history, models
from registry.admin.site import site
from registry.choices import Role, Status
from registry.models.base import PublicRecord
from registry.search import deferred
from tests import factories

# Stands in the name of every draft of the other authority: nobody but its people may read it.
SECRET = "Zanzibarra"
RECORDS = [m for m in site._registry if issubclass(m, PublicRecord)]
NAMES = ("title", "name", "name_fr")


def person(role: Role | str, authority=None):
    """Somebody of staff in this role, who contributes for this authority."""
    user = factories.UserFactory(is_superuser=False)
    if role:
        user.groups.add(Group.objects.get(name=role))
    if authority:
        user.authorities.add(authority)
    return user


class World:
    """For each kind of record: our draft, one in review and one published, theirs likewise."""

    @deferred()
    def __init__(self):
        self.ours = factories.AuthorityFactory(name="La nôtre")
        self.theirs = factories.AuthorityFactory(name="La leur")
        self.records: dict[tuple[type, str], PublicRecord] = {}
        for model in RECORDS:
            for target, authority, status in (
                ("their draft", self.theirs, Status.DRAFT),
                ("their published", self.theirs, Status.PUBLISHED),
                ("our draft", self.ours, Status.DRAFT),
                ("our review", self.ours, Status.IN_REVIEW),
                ("our published", self.ours, Status.PUBLISHED),
            ):
                self.records[model, target] = self._make(model, target, authority, status)
        for (model, target), record in self.records.items():
            self._link(record, model, target)

    def _make(self, model, target, authority, status):
        factory = getattr(factories, f"{model.__name__}Factory")
        needed = {
            field.name: self.records[field.related_model, "their published"]
            for field in model._meta.fields
            if field.is_relation and not field.null and field.related_model in RECORDS
        }
        record = factory(authority=authority, status=status, **needed)
        if target == "their draft":
            for name in NAMES:
                if any(field.name == name for field in model._meta.fields):
                    setattr(record, name, f"{SECRET} {record.pk}")
        record.internal_notes = f"{SECRET} noté" if authority == self.theirs else ""
        record.reference = f"{target} {record.pk}"
        record.save()
        record.refresh_from_db()
        history.created(record)
        return record

    def _link(self, record, model, target):
        """Refer to drafts of the others; these refer to what we published."""
        far = "our published" if target == "their draft" else "their draft"
        for field in model._meta.fields:
            if field.is_relation and field.null and field.related_model in RECORDS:
                neighbour = self.records[field.related_model, far]
                # No loop: a place that lies in itself leads nowhere.
                if field.related_model is not model or target != "their draft":
                    setattr(record, field.name, neighbour)
        record.save()
        for field in model._meta.many_to_many:
            if field.related_model in RECORDS:
                getattr(record, field.name).add(self.records[field.related_model, far])
        for inline in site.get_model_admin(model).inlines:
            self._add_row(record, inline, far)

    def _add_row(self, record, inline, far):
        rows = inline.model
        values = {}
        for field in rows._meta.fields:
            if not field.is_relation:
                if field.name in ("name", "title", "value"):
                    values[field.name] = f"Ligne {record.pk}-{type(record).__name__}-{far}"
            elif field.related_model is type(record) and inline.fk_name in (None, field.name):
                values[field.name] = record
            elif field.related_model in RECORDS and (
                inline.fk_name or not field.null or rows is models.Participant
            ):
                values[field.name] = self.records[field.related_model, far]
        if rows is models.Membership and values["member"] == values["network"]:
            return
        if rows is models.Membership and rows.objects.filter(**values).exists():
            return
        if rows._meta.auto_created:
            values = {
                field.name: self.records[field.related_model, far]
                for field in rows._meta.fields
                if field.is_relation
            } | {type(record)._meta.model_name: record}
            if rows.objects.filter(**values).exists():
                return
        rows.objects.create(**values)
