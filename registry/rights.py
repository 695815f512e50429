"""Who may do what with which record: the one place that says so.

Every record belongs to a contributing authority. Its people see and edit what belongs to it, as far
as their role goes; of the others they see what is published, and may refer to it. Administrators
see and edit everything. ``docs/rights.md`` has the same as a table.

The permissions of Django say what kind of thing a role does; the record says whether it may be done
to that one. Whoever asks on behalf of the registry itself, a command or a task without a user,
is asked nothing.
"""

from contextlib import contextmanager
from contextvars import ContextVar

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.models import F, Q, Value, prefetch_related_objects
from django.db.models.functions import Concat
from django.db.models.lookups import Exact, In
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from registry.choices import Role, Status
from registry.models import Authority, ImportJob, Revision
from registry.models.base import PublicRecord

ADMINISTER = "registry.administer_records"
PUBLISH = "registry.publish_records"
IMPORT = "registry.add_importjob"
HIDDEN = _("a draft of another authority")
# What a record says to its own authority alone.
PRIVATE_FIELDS = ("internal_notes", "reference")
# The fields of which records make their names.
NAMES = ("title", "name", "name_fr")


class Rights:
    """What one person may do; ``of(user)`` makes it once for each request."""

    def __init__(self, user=None):
        self.user = user

    @cached_property
    def is_administrator(self) -> bool:
        return self.user is None or self.user.has_perm(ADMINISTER)

    @cached_property
    def may_publish(self) -> bool:
        """Whether they publish, send back and archive what they may edit."""
        return self.user is None or self.user.has_perm(PUBLISH)

    @cached_property
    def authorities(self) -> frozenset[int]:
        """The authorities for which they contribute."""
        if self.user is None or not self.user.is_authenticated:
            return frozenset()
        return frozenset(self.user.authorities.order_by().values_list("pk", flat=True))

    @property
    def contributes(self) -> bool:
        """Whether there is an authority in whose name they may add a record."""
        return self.is_administrator or bool(self.authorities)

    def own_authorities(self):
        if self.is_administrator:
            return Authority.objects.all()
        return Authority.objects.filter(pk__in=self.authorities)

    # One record ---------------------------------------------------------------------------------

    def owns(self, record) -> bool:
        """Whether the record is of one of their authorities; what has none is everybody's."""
        if self.is_administrator or not hasattr(record, "authority_id"):
            return True
        return record.authority_id in self.authorities

    def sees(self, record) -> bool:
        if isinstance(record, PublicRecord) and record.is_published:
            return True
        return self.owns(record)

    def may_edit(self, record) -> bool:
        """Their own drafts; what is in review, published or archived needs the right to publish."""
        if not self.owns(record):
            return False
        is_draft = getattr(record, "status", Status.DRAFT) == Status.DRAFT
        return is_draft or self.may_publish

    def why_not(self, record) -> str:
        """Why a record that they see may not be edited by them."""
        if not self.owns(record):
            return _("This record belongs to %(owner)s, which alone changes it.") % {
                "owner": record.authority
            }
        return _("This record is no longer a draft: somebody who may publish has to change it.")

    # Many records -------------------------------------------------------------------------------

    def visible(self, queryset):
        """Those of the query set that they may know of."""
        if self.is_administrator:
            return queryset
        if issubclass(queryset.model, PublicRecord):
            return queryset.filter(
                Q(status=Status.PUBLISHED) | Q(authority__in=list(self.authorities))
            )
        if queryset.model is ImportJob:
            return queryset.filter(user=self.user)
        if queryset.model is Revision or self._belongs(queryset.model):
            return self.own(queryset)
        return queryset

    def visible_in_order(self, queryset):
        """The same, for reading the first rows in an order that an index has.

        For SQLite both conditions are written so that no index serves them: with one for each, it
        finds all visible records and sorts them, for the few that are shown. PostgreSQL knows from
        its statistics how many are visible, if it is asked plainly.
        """
        is_asked_plainly = self.is_administrator or connection.vendor != "sqlite"
        if is_asked_plainly or not issubclass(queryset.model, PublicRecord):
            return self.visible(queryset)
        state, owner = Concat("status", Value("")), F("authority_id") + 0
        seen = Exact(state, Status.PUBLISHED.value) | In(owner, sorted(self.authorities) or [0])
        return queryset.filter(seen)

    def own(self, queryset):
        """Those of the query set that belong to one of their authorities."""
        if self.is_administrator:
            return queryset
        return queryset.filter(authority__in=list(self.authorities))

    def editable(self, queryset):
        """Those of the query set that ``may_edit`` allows."""
        queryset = self.own(queryset)
        return queryset if self.may_publish else queryset.filter(status=Status.DRAFT)

    @staticmethod
    def _belongs(model) -> bool:
        return any(field.name == "authority" for field in model._meta.fields)

    # Names --------------------------------------------------------------------------------------

    def mask(self, record, load: bool = False):
        """The record with the names of neighbours that they may not know of covered.

        Only what is loaded is looked at, unless ``load`` asks for its keys and links. For showing:
        such a record is never saved.
        """
        if self.is_administrator:
            return record
        if load:
            links = [field.name for field in record._meta.many_to_many]
            prefetch_related_objects([record], *links)
        self._mask(record, load, set())
        return record

    def _mask(self, record, load, known: set[int]) -> None:
        if id(record) in known:
            return
        known.add(id(record))
        for field in record._meta.fields:
            if not (field.is_relation and (load or field.is_cached(record))):
                continue
            target = getattr(record, field.name)
            if target is not None and not self.sees(target):
                field.set_cached_value(record, hidden_copy(target))
            elif target is not None:
                self._mask(target, False, known)
        for found in getattr(record, "_prefetched_objects_cache", {}).values():
            for one in found:
                self._mask(one, False, known)
            found._result_cache = [one if self.sees(one) else hidden_copy(one) for one in found]

    def name(self, record) -> str:
        return str(record) if self.sees(record) else str(HIDDEN)


def of(user) -> Rights:
    """The rights of a user, asked from the database once."""
    if user is None:
        return Rights()
    if not hasattr(user, "_rights"):
        user._rights = Rights(user)
    return user._rights


def hidden_copy(record):
    """A stand-in that can be shown: it has the key of the record, and says nothing else."""
    model = type(record)
    stand_in = model(pk=record.pk, status=record.status, authority_id=record.authority_id)
    for name in NAMES:
        if any(field.name == name for field in model._meta.fields):
            setattr(stand_in, name, str(HIDDEN))
    return stand_in


# Whose eyes -------------------------------------------------------------------------------------

_current: ContextVar[Rights | None] = ContextVar("rights", default=None)


def current() -> Rights:
    """The rights of whoever looks at the page that is being made; the registry's own elsewhere."""
    return _current.get() or Rights()


@contextmanager
def seen_by(user):
    """Inside, names of records are shown as this user may know them."""
    token = _current.set(of(user))
    try:
        yield
    finally:
        _current.reset(token)


# Roles ------------------------------------------------------------------------------------------


def ensure_groups(app_config) -> None:
    """One group for each role, with its permissions; made again as it should be each time."""
    # Django's own are made by later receivers of the same signal.
    for app in (app_config, apps.get_app_config("auth")):
        create_permissions(app, verbosity=0)
    permissions = {
        f"{one.content_type.app_label}.{one.codename}": one
        for one in Permission.objects.select_related("content_type")
    }
    for role in Role:
        group, _made = Group.objects.get_or_create(name=role.value)
        wanted = {permissions[code].pk for code in permissions_of(role) if code in permissions}
        if set(group.permissions.values_list("pk", flat=True)) != wanted:
            group.permissions.set(wanted)


def permissions_of(role: Role) -> set[str]:
    """The permissions of a role, as Django names them."""
    models = Revision._meta.app_config.get_models()
    records = [model._meta.model_name for model in models if issubclass(model, PublicRecord)]
    reading = {f"registry.view_{name}" for name in (*records, "domain", "revision")}
    contributing = reading | {
        f"registry.{action}_{name}" for name in records for action in ("add", "change", "delete")
    }
    if role == Role.READER:
        return reading
    if role == Role.CONTRIBUTOR:
        return contributing
    if role == Role.EDITOR:
        return contributing | {PUBLISH, "registry.publish_importjob"}
    if role == Role.IMPORTER:
        return contributing | {IMPORT, "registry.view_importjob"}
    return {
        f"{permission_app}.{codename}"
        for permission_app, codename in Permission.objects.filter(
            Q(content_type__app_label="registry") | Q(content_type__model="group")
        ).values_list("content_type__app_label", "codename")
    }
