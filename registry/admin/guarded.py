"""Rights at every door of the administration: what a page lists, offers, shows and accepts.

``registry.rights`` decides; here its decisions meet the hooks of Django's administration.
"""

from django.contrib.admin.utils import NestedObjects, quote, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, router
from django.http import Http404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from registry import history, rights
from registry.admin.sizes import is_large
from registry.choices import Status
from registry.history import shapes
from registry.history.restoring import revisions_of, state_at
from registry.models.base import PublicRecord

# So many records are named that stand in the way of a deletion, and so many of what goes.
MOST_NAMED, MOST_LISTED = 25, 200


class GuardedChoices:
    """Boxes that offer only the records that the person may know of, in forms and rows alike."""

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        return self._limited(field, db_field, request)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        return self._limited(field, db_field, request)

    @staticmethod
    def _limited(field, db_field, request):
        may = rights.of(request.user)
        if field is None or may.is_administrator:
            return field
        if issubclass(db_field.related_model, PublicRecord):
            field.queryset = may.visible(field.queryset)
            field.is_limited = True
        elif db_field.name == "authority":
            field.queryset = may.own_authorities()
            field.empty_label = None
        return field

    def get_autocomplete_fields(self, request):
        """Of their few authorities people choose from a list."""
        fields = super().get_autocomplete_fields(request)
        if rights.of(request.user).is_administrator:
            return fields
        return [name for name in fields if name != "authority"]


class GuardedAdmin(GuardedChoices):
    """Administration of records that belong to authorities."""

    def get_queryset(self, request):
        """What the person may know of; where that is much, in the form for lists in order."""
        may, records = rights.of(request.user), super().get_queryset(request)
        visible = may.visible(records)
        if may.is_administrator or not is_large(visible):
            return visible
        return may.visible_in_order(records)

    def has_add_permission(self, request):
        return super().has_add_permission(request) and rights.of(request.user).contributes

    def has_view_permission(self, request, obj=None):
        if not super().has_view_permission(request, obj):
            return False
        return obj is None or rights.of(request.user).sees(obj)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._may_edit(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._may_edit(request, obj)

    @staticmethod
    def _may_edit(request, record) -> bool:
        may = rights.of(request.user)
        if record is None or may.may_edit(record):
            return True
        # Told on the page that refuses: see the site's ``admin_view``.
        request.refusal = may.why_not(record)
        return False

    def get_object(self, request, object_id, from_field=None):
        """The record; where it is only to be read, with what its reader may not know covered."""
        record = super().get_object(request, object_id, from_field)
        if record is not None and not self.has_change_permission(request, record):
            rights.of(request.user).mask(record, load=True)
        return record

    @staticmethod
    def without_private(request, obj, fieldsets):
        """The sections of a form, less what a record says to its own people alone."""
        if obj is None or rights.of(request.user).owns(obj):
            return fieldsets
        return [
            (title, options | {"fields": _without(options["fields"], rights.PRIVATE_FIELDS)})
            for title, options in fieldsets
        ]

    def lookup_allowed(self, lookup, value, request=None):
        """Only what the list itself asks: answers to other questions could be pieced together."""
        if request is not None and not rights.of(request.user).is_administrator:
            name = lookup.removesuffix("__exact")
            return any(
                name == (one if isinstance(one, str) else one.parameter_name)
                for one in self.get_list_filter(request)
            )
        return super().lookup_allowed(lookup, value, request)

    # History ------------------------------------------------------------------------------------

    def history_view(self, request, object_id, extra_context=None):
        if not self._may_read_history(request, object_id):
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return super().history_view(request, object_id, extra_context)

    def _may_read_history(self, request, object_id) -> bool:
        """Former states are for the record's own people; of others' drafts nobody hears."""
        may = rights.of(request.user)
        try:
            pk = self.opts.pk.to_python(unquote(str(object_id)))
        except ValidationError:
            return False
        if may.is_administrator:
            return True
        record = self.model._base_manager.filter(pk=pk).first()
        if record is None:
            last = revisions_of(self.model, pk).first()
            return last is not None and last.authority_id in may.authorities
        if not may.sees(record):
            return False
        if not may.owns(record):
            raise PermissionDenied(_("The history of a record is for its own authority."))
        return True

    def restore_view(self, request, object_id, revision_id):
        """Not to a version that says more than the person may make a record say."""
        if not self._may_read_history(request, object_id):
            raise Http404
        may = rights.of(request.user)
        revision = revisions_of(self.model, object_id).filter(pk=revision_id).first()
        if revision is not None and not may.is_administrator:
            wanted = state_at(revision, "before" in request.GET)
            record = self.model._base_manager.filter(pk=object_id).first()
            if wanted is not None:
                _refuse_other_states(may, self.model, record, wanted)
        return super().restore_view(request, object_id, revision_id)

    # Deleting -----------------------------------------------------------------------------------

    def get_deleted_objects(self, objs, request):
        """What goes and what stands in the way, by the names that the person may know.

        What records of others hold of these stands in the way too: it would go from them without
        their authority.
        """
        may = rights.of(request.user)
        if not objs:
            return super().get_deleted_objects(objs, request)
        if held := _held_by_many(objs):
            named = [self._named(one, may) for one in dict.fromkeys(map(_holder, held))]
            named.append(_("…and others: more than %d in all.") % len(held))
            return [str(one) for one in objs[:MOST_NAMED]], {}, set(), named
        nested, count, needed, protected = self._deleted_objects(objs, request, may)
        return _first_of(nested), count, needed, protected

    def _deleted_objects(self, objs, request, may):
        if may.is_administrator:
            return super().get_deleted_objects(objs, request)
        collector = NestedObjects(using=router.db_for_write(self.model), origin=objs)
        collector.collect(objs)
        needed = {
            record._meta.verbose_name
            for record in objs
            if not self.has_delete_permission(request, record)
        }
        holders = {(type(one), one.pk): one for one in map(_holder, collector.protected)}
        holders |= {(type(one), one.pk): one for one in _held_by_others(self.model, objs, may)}
        count = {
            model._meta.verbose_name_plural: len(found)
            for model, found in collector.model_objs.items()
        }
        protected = [self._named(one, may) for one in holders.values()]
        return collector.nested(lambda one: self._named(one, may)), count, needed, protected

    def _named(self, one, may):
        kind = capfirst(one._meta.verbose_name)
        if not may.sees(one):
            return f"{kind}: {rights.HIDDEN}"
        may.mask(one, load=True)
        if not self.admin_site.is_registered(type(one)):
            return f"{kind}: {one}"
        url = reverse(f"admin:registry_{one._meta.model_name}_change", args=[quote(one.pk)])
        return format_html('{}: <a href="{}">{}</a>', kind, url, one)


def _without(fields, names) -> list:
    """A declaration of fields without some; a tuple in it is several on one line."""
    kept = []
    for one in fields:
        if isinstance(one, str):
            kept += [one] if one not in names else []
        elif line := tuple(name for name in one if name not in names):
            kept.append(line)
    return kept


def _held_by_many(records) -> list:
    """The first of what stands in the way of deleting the records, if it is more than is named.

    All of it would be loaded otherwise: a network is a party to thousands of agreements.
    """
    pks, found = [record.pk for record in records], []
    for relation in records[0]._meta.related_objects:
        if relation.on_delete is models.PROTECT:
            rows = relation.related_model._base_manager.order_by()
            rows = rows.filter(**{f"{relation.field.name}__in": pks})
            found += rows[: MOST_NAMED + 1 - len(found)]
        if len(found) > MOST_NAMED:
            return found[:MOST_NAMED]
    return []


def _first_of(nested: list) -> list:
    """A nested list of names, the first of each level; a list belongs to the name before it."""
    names = [one for one in nested if not isinstance(one, list)]
    shown, number = [], 0
    for one in nested:
        number += not isinstance(one, list)
        if number > MOST_LISTED:
            return [*shown, _("…and %d others.") % (len(names) - MOST_LISTED)]
        shown.append(_first_of(one) if isinstance(one, list) else one)
    return shown


def _holder(row):
    """The record whose row this is; a record is its own."""
    for model, key in shapes.owner_paths(type(row)):
        if model is not type(row) and (pk := getattr(row, key)):
            return model._base_manager.get(pk=pk)
    return row


def _held_by_others(model, records, may) -> list:
    """Records of other authorities from which a link or a key to these would go with them."""
    pks, found = [record.pk for record in records], []
    for relation in model._meta.related_objects:
        holder = relation.related_model
        is_let_go = relation.many_to_many or relation.on_delete is models.SET_NULL
        if not is_let_go:
            continue
        path = f"{relation.field.name}__in"
        for owner, key in shapes.owner_paths(holder):
            if not issubclass(owner, PublicRecord):
                continue
            rows = holder._base_manager.filter(**{path: pks}).order_by().values(key)
            others = owner._base_manager.filter(pk__in=rows).order_by()
            found += others.exclude(authority__in=list(may.authorities))[:MOST_NAMED]
    return found


def _refuse_other_states(may, model, record, wanted: dict) -> None:
    """Raise ``PermissionDenied`` where a former version would do more than its restorer may."""
    present = record.status if record is not None else Status.DRAFT
    if wanted["status"] not in (present, Status.DRAFT) and not may.may_publish:
        raise PermissionDenied(_("This version was published: only who may publish restores it."))
    if not may.own_authorities().filter(code=wanted["authority"]).exists():
        raise PermissionDenied(_("This version belonged to another authority."))
    gone, came = history.diff(history.snapshot(record) if record else {}, wanted)
    for links in (*shapes.far_links(model), *shapes.rows(model)):
        if (model._meta.model_name, links.name) not in shapes.FROM_AFAR:
            continue
        items = [*gone.get(links.name, []), *came.get(links.name, [])]
        keys = {one["member"] if isinstance(one, dict) else one for one in items}
        target = model if isinstance(links, shapes.Rows) else links.target
        if keys and may.editable(target.objects.filter(public_id__in=keys)).count() < len(keys):
            raise PermissionDenied(_("This version would change records of another authority."))
