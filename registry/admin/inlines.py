"""Rows edited on the page of the record that they belong to."""

from django.contrib import admin
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from registry import rights
from registry.admin.base import FieldsMixin
from registry.admin.forms import NamedFormSet, OrderedFormSet, RegistryForm
from registry.admin.widgets import Textarea
from registry.models import Citation


class RowsMixin(FieldsMixin):
    """Rows of a record: none empty on an existing one, ``extra_new`` on a new one."""

    form = RegistryForm
    extra_new = 1
    select_related = ()
    prefetch_related = ()
    # The key to another record that holds the row, if it is edited here from afar.
    far = ""

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.far = self.far
        return formset

    def get_extra(self, request, obj=None, **kwargs):
        return 0 if obj else self.extra_new

    def get_queryset(self, request):
        queryset = super().get_queryset(request).select_related(*self.select_related)
        queryset = queryset.prefetch_related(*self.prefetch_related)
        may = rights.of(request.user)
        if self.far and not may.is_administrator:
            target = self.model._meta.get_field(self.far).related_model
            # Asked of each row, which are those of one record.
            far = target._base_manager.filter(pk=OuterRef(self.far))
            queryset = queryset.filter(Exists(may.visible(far)))
        return queryset

    # A row is a part of its record: who may edit the one may edit the other.

    def _owner(self):
        return self.admin_site.get_model_admin(self.parent_model)

    def has_view_permission(self, request, obj=None):
        return self._owner().has_view_or_change_permission(request, obj)

    def has_add_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        owner = self._owner()
        if obj is None:
            return owner.has_add_permission(request)
        return owner.has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)


class Rows(RowsMixin, admin.TabularInline):
    """Rows of few fields, one a line."""

    formset = NamedFormSet


class StackedRows(RowsMixin, admin.StackedInline):
    """Rows of many fields, each a small form."""


class OrderedRows(Rows):
    formset = OrderedFormSet

    class Media:
        js = ("registry/admin/paste.js",)


class OrderedStackedRows(StackedRows):
    formset = OrderedFormSet

    class Media:
        js = ("registry/admin/paste.js",)


class CitationRows(Rows):
    """What the record is known from."""

    model = Citation
    fields = ("source", "passage")
    autocomplete_fields = ("source",)
    select_related = ("source",)
    formfield_overrides = {models.TextField: {"widget": Textarea({"rows": 2})}}
    verbose_name = _("source cited")
    verbose_name_plural = _("sources cited")
