"""Rows edited on the page of the record that they belong to."""

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.admin.base import FieldsMixin
from registry.admin.forms import NamedFormSet, OrderedFormSet, RegistryForm
from registry.models import Citation


class RowsMixin(FieldsMixin):
    """Rows of a record: none empty on an existing one, ``extra_new`` on a new one."""

    form = RegistryForm
    extra_new = 1
    select_related = ()
    prefetch_related = ()

    def get_extra(self, request, obj=None, **kwargs):
        return 0 if obj else self.extra_new

    def get_queryset(self, request):
        queryset = super().get_queryset(request).select_related(*self.select_related)
        return queryset.prefetch_related(*self.prefetch_related)


class Rows(RowsMixin, admin.TabularInline):
    """Rows of few fields, one a line."""

    formset = NamedFormSet


class StackedRows(RowsMixin, admin.StackedInline):
    """Rows of many fields, each a small form."""


class OrderedRows(Rows):
    formset = OrderedFormSet


class OrderedStackedRows(StackedRows):
    formset = OrderedFormSet


class CitationRows(Rows):
    """What the record is known from."""

    model = Citation
    fields = ("source", "passage")
    autocomplete_fields = ("source",)
    select_related = ("source",)
    formfield_overrides = {models.TextField: {"widget": AdminTextareaWidget({"rows": 2})}}
    verbose_name = _("source cited")
    verbose_name_plural = _("sources cited")
