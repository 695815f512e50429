"""What the administration of every model shares, and that of every public record."""

from contextlib import nullcontext

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, ChangeList
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpResponseRedirect
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from registry import rights, search
from registry.admin import sizes
from registry.admin.amounts import AMOUNTS, AmountField
from registry.admin.conflicts import CarefulAdmin
from registry.admin.exports import ExportMixin
from registry.admin.forms import RegistryForm
from registry.admin.guarded import GuardedAdmin, GuardedChoices
from registry.admin.moves import MovableAdmin
from registry.admin.overtaken import OvertakenAdmin
from registry.admin.previews import SharedAdmin
from registry.admin.publication import PublicationActions, warn_of_hidden_neighbours
from registry.admin.sizes import CappedPaginator
from registry.admin.tracking import TrackedAdmin
from registry.admin.twins import TwinAdmin
from registry.admin.widgets import (
    AutocompleteSelect,
    AutocompleteSelectMultiple,
    ProseTextarea,
    Textarea,
)
from registry.fields import PartialDateField, PartialDateInput

# Sections of this class come after the rows of a record: see templates/admin/change_form.html.
AFTER_ROWS = ("after-rows",)
NAMED_AT_MOST = 3
# Texts that show with their paragraphs, lists and links.
PROSE = {"summary", "results", "note"}
# In the address of a list, and as many as may be asked for.
PART, MOST_PARTS = "part", 999
TRAIL = ("public_id", "published_at", "created_at", "created_by", "updated_at", "updated_by")


def first_names(records) -> str:
    """The first few of the records, by name, for a column of a list."""
    names = [str(record) for record in records]
    shown = ", ".join(names[:NAMED_AT_MOST])
    return f"{shown}… (+{len(names) - NAMED_AT_MOST})" if len(names) > NAMED_AT_MOST else shown


class SelectingMixin:
    """Actions on what is ticked in a list, whoever made the form."""

    def response_action(self, request, queryset):
        """Of what is no key of the model nothing is selected: a query would break on it."""
        request.POST = request.POST.copy()
        ticked = request.POST.getlist(ACTION_CHECKBOX_NAME)
        request.POST.setlist(ACTION_CHECKBOX_NAME, list(filter(self.is_key, ticked)))
        return super().response_action(request, queryset)

    def is_key(self, value: str) -> bool:
        try:
            self.opts.pk.clean(value, None)
        except ValidationError:
            return False
        return True


class FieldsMixin(GuardedChoices):
    """Boxes of fields, the same in forms and in the rows under them.

    Every key and many-to-many to a model that has an administration with a search completes what
    is typed. Beside a key there is a pencil and a plus, no bin (too near to the pencil for what it
    would delete) and no eye (it shows what the pencil opens).
    """

    formfield_overrides = {
        PartialDateField: {"widget": PartialDateInput},
        models.DateField: {"widget": forms.DateInput({"type": "date"}, format="%Y-%m-%d")},
        models.TextField: {"widget": Textarea({"rows": 4})},
    }

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", AutocompleteSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", AutocompleteSelectMultiple(db_field, self.admin_site))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, models.TextField) and db_field.name in PROSE:
            kwargs.setdefault("widget", ProseTextarea())
        if isinstance(db_field, models.DecimalField) and db_field.name in AMOUNTS:
            kwargs.setdefault("form_class", AmountField)
        if isinstance(db_field, models.URLField):
            kwargs.setdefault("assume_scheme", "https")
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and hasattr(field.widget, "can_delete_related"):
            field.widget.can_delete_related = field.widget.can_view_related = False
        return field


def part_asked_for(request) -> int | None:
    """The number of the part of a large table that a list looks through; ``None`` for all."""
    if getattr(request, "takes_all", False):
        return None
    given = request.GET.get(PART, "")
    return min(int(given), MOST_PARTS) if given.isdecimal() and len(given) < 7 else 0


class PrefetchingChangeList(ChangeList):
    """A list that loads what its columns show of related rows, in one query each."""

    most_counted = sizes.MOST_COUNTED
    # Which part of a large table the list was looked for in.
    look = None

    def get_filters_params(self, params=None):
        found = super().get_filters_params(params)
        found.pop(PART, None)
        return found

    def get_query_string(self, new_params=None, remove=None):
        """Leafing and sorting stay in the part that was looked through; a filter begins anew."""
        if not {PAGE_VAR, ORDER_VAR, PART} & set(new_params or ()):
            remove = [*(remove or ()), PART]
        return super().get_query_string(new_params, remove)

    def get_queryset(self, request, exclude_parameters=None):
        queryset = super().get_queryset(request, exclude_parameters)
        known = {name for spec in self.filter_specs for name in spec.expected_parameters()}
        if self.get_filters_params().keys() - known:  # a condition of the address alone
            queryset = sizes.walked(queryset)
        part = part_asked_for(request)
        if part is not None and sizes.is_walked(queryset):
            # Of an action all that it may take is looked for, of a page what is counted.
            most = sizes.MOST_ACTED if request.method == "POST" else sizes.MOST_COUNTED
            keys, self.look = sizes.looking(queryset, self.root_queryset, part, most + 1)
            found = self.root_queryset.filter(pk__in=keys).order_by(*queryset.query.order_by)
            queryset = self.apply_select_related(found)
        elif searched := queryset.query.annotations.get("searched"):
            self.look = sizes.Look(part, is_search=True, has_more=searched.value)
        return queryset.prefetch_related(*self.model_admin.list_prefetch_related)

    @property
    def look_links(self):
        """To the part before, to the next one."""
        number = self.look.number
        before = self.get_query_string({PART: number - 1 or None}) if number else ""
        return before, self.get_query_string({PART: number + 1}) if self.look.has_more else ""

    @property
    def sorts_a_part(self) -> bool:
        """Whether the list is full, and in another order than that in which it was looked for."""
        usual = self.queryset.query.order_by[:1] == ("-updated_at",)
        return bool(self.look and self.look.is_full and (self.look.is_oldest or not usual))

    def get_ordering_field(self, field_name):
        """What a column sorts by; of a large table only what an index has in that order."""
        found = super().get_ordering_field(field_name)
        if found and field_name not in self.sortable_by:
            return None
        return found

    def _get_deterministic_ordering(self, ordering):
        """Ties end in the direction of their column, as its index has them; kinds by change."""
        if not ordering or not all(isinstance(one, str) for one in ordering):
            return super()._get_deterministic_ordering(ordering)
        # The list's own order, which comes with the query set, would break that of an index.
        asked, own = list(dict.fromkeys(ordering)), list(self.model_admin.ordering or ())
        if asked != own and asked[-len(own) :] == own:
            asked = asked[: -len(own)]
        sign = "-" if asked[-1].startswith("-") else ""
        if sizes.goes_on_by_change(self.model, asked[-1].removeprefix("-")):
            asked.append(f"{sign}updated_at")
        return [*asked, f"{sign}pk"]

    def get_results(self, request):
        try:
            super().get_results(request)
        except IncorrectLookupParameters:
            # A page that is no more, or never was: the last one there is.
            pages = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
            self.page_num = pages.num_pages
            self.show_all = False
            super().get_results(request)
        if not self.query and not self.has_active_filters:
            # The whole list is there already: no way back to it is offered.
            self.full_result_count = self.result_count
        may = rights.of(request.user)
        self.result_list = [may.mask(record) for record in self.result_list]


class RegistryModelAdmin(FieldsMixin, SelectingMixin, admin.ModelAdmin):
    """Administration of any model of the registry."""

    form = RegistryForm
    list_per_page = 50
    list_prefetch_related = ()
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    save_on_top = True

    def get_changelist(self, request, **kwargs):
        return PrefetchingChangeList

    def get_changelist_instance(self, request):
        # PostgreSQL refuses it only where the list is read, too late to be told as a filter.
        if "\0" in "".join(map(str, request.GET.dict().values())):
            raise IncorrectLookupParameters
        if request.method != "GET" or not sizes.has_many(self.model):
            return super().get_changelist_instance(request)
        with search.steady():
            return super().get_changelist_instance(request)

    def get_sortable_by(self, request):
        """All columns that can be sorted; of a large table those that an index has in order."""
        columns = super().get_sortable_by(request)
        if not sizes.has_many(self.model):
            return columns
        fields = {
            name: getattr(getattr(self, name, None), "admin_order_field", name) for name in columns
        }
        return [
            name
            for name, field in fields.items()
            if isinstance(field, str) and sizes.begins_an_index(self.model, field)
        ]

    def changelist_view(self, request, extra_context=None):
        context = {"title": capfirst(self.opts.verbose_name_plural), "subtitle": None}
        with transaction.atomic() if request.method == "POST" else nullcontext(), search.deferred():
            response = super().changelist_view(request, context | (extra_context or {}))
        if isinstance(response, HttpResponseRedirect) and response.url.endswith("?e=1"):
            messages.warning(
                request,
                _("The address asks for a filter that is not understood: here is the whole list."),
            )
        return response

    def response_action(self, request, queryset):
        """An action on all that a list finds: not on more than one transaction should hold."""
        if request.POST.get("select_across", "0") != "0":
            number = queryset.order_by()[: sizes.MOST_ACTED + 1].count()
            if number > sizes.MOST_ACTED:
                text = _(
                    "Nothing was changed: the list finds more than %(most)d records, and an action "
                    "takes no more at once. Filter or search the list, and choose again."
                )
                messages.error(request, text % {"most": sizes.MOST_ACTED})
                return HttpResponseRedirect(request.get_full_path())
        return super().response_action(request, queryset.prefetch_related(None))

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context |= {"title": str(obj) if obj else _("New record"), "subtitle": None}
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        # Inside one transaction: the record, its rows and the search text of all that it touches.
        with transaction.atomic(), search.deferred():
            if object_id is not None:
                self.prepare_saving(request, object_id)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def prepare_saving(self, request, object_id):
        """What comes before a form is read, inside its transaction."""

    def delete_view(self, request, object_id, extra_context=None):
        with transaction.atomic(), search.deferred():
            return super().delete_view(request, object_id, extra_context)


class RecordAdmin(
    PublicationActions,
    MovableAdmin,
    SharedAdmin,
    OvertakenAdmin,
    TwinAdmin,
    CarefulAdmin,
    GuardedAdmin,
    TrackedAdmin,
    ExportMixin,
    RegistryModelAdmin,
):
    """Administration of a public record.

    A subclass says in ``sections`` what the record is; publication and trail follow by themselves.
    """

    sections: tuple = ()
    search_fields = ("search_text",)
    # The status changes by the buttons that move a record.
    readonly_fields = ("status", *TRAIL)
    # What was changed last comes first: an index has it, however many there are.
    ordering = ("-updated_at",)
    list_filter = ("status",)

    def get_fieldsets(self, request, obj=None):
        publication = (
            _("Publication"),
            {
                "fields": (("status", "checked_on"), ("authority", "reference"), "internal_notes"),
                "classes": AFTER_ROWS,
            },
        )
        trail = (_("Trail"), {"fields": TRAIL, "classes": ("collapse", *AFTER_ROWS)})
        if obj is None:
            return (*self.sections, publication)
        sections = (*self.sections, publication, *self.reason_section(request, obj), trail)
        return self.without_private(request, obj, sections)

    @admin.display(description=_("publication"), ordering="status")
    def status_mark(self, record):
        return format_html(
            '<span class="status status-{}">{}</span>', record.status, record.get_status_display()
        )

    def get_changeform_initial_data(self, request):
        initial = super().get_changeform_initial_data(request)
        authority = request.user.authorities.order_by("pk").first()
        return ({"authority": authority.pk} if authority else {}) | initial

    def get_search_results(self, request, queryset, search_term):
        own = sizes.referred(self.model, search_term, rights.of(request.user).own_authorities())
        part = part_asked_for(request)
        return sizes.matching(queryset, search_term, part, also=own), False

    def view_on_site(self, obj):
        return obj.get_absolute_url() if obj.is_published else None

    def choice_label(self, obj) -> str:
        """How the record reads among the choices of a field: what the public cannot see says so."""
        if not rights.current().sees(obj):
            return str(rights.HIDDEN)
        label = self.distinctive_name(obj)
        return label if obj.is_published else f"{label} · {obj.get_status_display()}"

    def distinctive_name(self, obj) -> str:
        return str(obj)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.created_by = request.user
        obj.updated_by = request.user
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if form.instance.is_published:
            warn_of_hidden_neighbours(request, self, [form.instance.pk])
