"""Suspected duplicates, the page that merges two records, and the merges to be undone."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from registry import rights, tasks
from registry.admin.base import RegistryModelAdmin
from registry.admin.filters import StrictFilter
from registry.admin.publication import PublicationActions
from registry.admin.site import site
from registry.admin.tracking import reason_field
from registry.duplicates import finding, merging
from registry.history.reading import Reader
from registry.history.shapes import tracked_model
from registry.models import Duplicate, Merge, Revision

KINDS = {model._meta.model_name: model for model in finding.MODELS}


class MergeForm(forms.Form):
    """The confirmation of a merge."""

    reason = reason_field()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["reason"].widget.attrs["aria-describedby"] = "id_reason_helptext"


class MergeableAdmin:
    """Administration of records that may be in the registry twice."""

    merge_template = "admin/registry/merge.html"
    actions = (*PublicationActions.actions, "merge")

    def get_urls(self):
        address = path(
            "merge/<int:kept_id>/<int:gone_id>/",
            self.admin_site.admin_view(self.merge_view),
            name=f"registry_{self.opts.model_name}_merge",
        )
        return [address, *super().get_urls()]

    @admin.action(description=_("Merge two records"), permissions=["change"])
    def merge(self, request, queryset):
        pks = list(queryset.order_by("pk").values_list("pk", flat=True)[:3])
        if len(pks) != 2:
            self.message_user(request, _("Choose exactly two records to merge."), messages.ERROR)
            return None
        return HttpResponseRedirect(merge_url(self.opts.model_name, *pks))

    def merge_view(self, request, kept_id, gone_id):
        """What merging would change; the merge itself once it is confirmed."""
        kept, gone = (self.get_object(request, str(pk)) for pk in (kept_id, gone_id))
        if (kept is None or gone is None) and (found := self._merged(request, kept_id, gone_id)):
            return found
        if kept is None or gone is None or kept_id == gone_id:
            raise Http404
        if not (
            self.has_change_permission(request, kept) and self.has_delete_permission(request, gone)
        ):
            raise PermissionDenied
        _refuse_for_others(request, self.model, gone)
        form = MergeForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                tasks.merge_records(kept, gone, request.user, form.cleaned_data["reason"])
            except merging.CannotMergeError as error:
                form.add_error(None, str(error))
            else:
                self.message_user(
                    request,
                    _("“%(gone)s” is merged into “%(kept)s”. It can be undone.")
                    % {"gone": gone, "kept": kept},
                    messages.SUCCESS,
                )
                return HttpResponseRedirect(
                    reverse(f"admin:registry_{self.opts.model_name}_change", args=[kept_id])
                )
        before, after, others = merging.preview(kept, gone)
        change = Revision(model_name=self.opts.model_name, before=before, after=after)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": _("Merge two records"),
            "subtitle": None,
            "kept": kept,
            "gone": gone,
            "differences": Reader([change]).differences(change),
            "others": ngettext(
                "%d other record that refers to it will refer to the one that stays.",
                "%d other records that refer to it will refer to the one that stays.",
                others,
            )
            % others
            if others
            else _("No other record refers to it."),
            "form": form,
            "other_way": merge_url(self.opts.model_name, gone_id, kept_id),
        }
        return TemplateResponse(request, self.merge_template, context)

    def _merged(self, request, *pks):
        """To the record that stayed of two that were merged: Back leads to the page before."""
        merges = Merge.objects.filter(
            model_name=self.opts.model_name, gone_id__in=pks, kept_id__in=pks, undone_at=None
        )
        merge = merges.first()
        if merge is None or self.get_object(request, str(merge.kept_id)) is None:
            return None
        self.message_user(
            request,
            _("“%(gone)s” was merged into “%(kept)s” before: this is the one that stays.")
            % {"gone": merge.gone_name, "kept": merge.kept_name},
            messages.WARNING,
        )
        address = reverse(f"admin:registry_{self.opts.model_name}_change", args=[merge.kept_id])
        return HttpResponseRedirect(address)


def _refuse_for_others(request, model, gone) -> None:
    """What refers to a merged record is changed: that of other authorities by administrators."""
    may = rights.of(request.user)
    if may.is_administrator:
        return
    keys, _kept = merging.concerned_by(model, gone)
    for name, pk in keys:
        record = tracked_model(name)._base_manager.get(pk=pk)
        if not may.owns(record):
            raise PermissionDenied(
                _("Records of another authority refer to it: ask an administrator to merge it.")
            )


def merge_url(model_name: str, kept_id: int, gone_id: int) -> str:
    return reverse(f"admin:registry_{model_name}_merge", args=[kept_id, gone_id])


class OnKnownRecords:
    """Rows about two records of a kind: shown to those who may see both."""

    keys: tuple[str, str]

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        if rights.of(request.user).is_administrator:
            return queryset
        visible = Q(pk__in=[])
        for name, model in KINDS.items():
            # Asked of each pair: there are more records than pairs.
            records = rights.of(request.user).visible(model.objects.order_by())
            seen = [Exists(records.filter(pk=OuterRef(key))) for key in self.keys]
            visible |= Q(*seen, model_name=name)
        return queryset.filter(visible)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return any(
            self.admin_site.get_model_admin(model).has_change_permission(request)
            for model in KINDS.values()
        )

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    @admin.display(description=_("kind"), ordering="model_name")
    def kind(self, row):
        return capfirst(tracked_model(row.model_name)._meta.verbose_name)


class DecidedFilter(StrictFilter):
    """The pairs that nobody decided about come first: a list of what is to be done."""

    title = _("decision")
    parameter_name = "decided"

    def lookups(self, request, model_admin):
        return [("yes", _("Said to be two"))]

    def choices(self, changelist):
        first, *rest = super().choices(changelist)
        yield first | {"display": _("To be decided")}
        yield from rest

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset.filter(is_dismissed=False)
        return super().queryset(request, queryset)

    def chosen(self, queryset, value):
        return queryset.filter(is_dismissed=True)


class KindFilter(StrictFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return [(name, capfirst(model._meta.verbose_name)) for name, model in KINDS.items()]

    def chosen(self, queryset, value):
        return queryset.filter(model_name=value)


@admin.register(Duplicate, site=site)
class DuplicateAdmin(OnKnownRecords, RegistryModelAdmin):
    """Pairs to look at: each is merged on a page of its own, or said to be two."""

    keys = ("first_id", "second_id")
    list_display = ("first_name", "second_name", "likeness", "kind", "ways")
    list_display_links = None
    list_filter = (DecidedFilter, KindFilter, "likeness")
    search_fields = ("first_name", "second_name")
    actions = ("dismiss", "ask_again")
    change_list_template = "admin/registry/duplicate/change_list.html"

    def get_urls(self):
        view = self.admin_site.admin_view(self.search_view)
        return [path("search/", view, name="registry_duplicate_search"), *super().get_urls()]

    @admin.display(description=_("what you can do"))
    def ways(self, row):
        return format_html(
            '<a href="{}">{}</a>',
            merge_url(row.model_name, row.first_id, row.second_id),
            _("Compare and merge"),
        )

    @admin.action(description=_("These are not the same"))
    def dismiss(self, request, queryset):
        count = self._decided(request, queryset, is_dismissed=True, dismissed_by=request.user)
        text = ngettext("%d pair is kept apart.", "%d pairs are kept apart.", count)
        self.message_user(request, text % count, messages.SUCCESS)

    @admin.action(description=_("Decide again"))
    def ask_again(self, request, queryset):
        count = self._decided(request, queryset, is_dismissed=False, dismissed_by=None)
        text = ngettext("%d pair is to be decided.", "%d pairs are to be decided.", count)
        self.message_user(request, text % count, messages.SUCCESS)

    def _decided(self, request, queryset, **decision) -> int:
        """Decide about the pairs of which one's own authority has a record, at least one."""
        may, own = rights.of(request.user), Q(pk__in=[])
        for name, model in KINDS.items():
            pks = may.own(model.objects.order_by()).values("pk")
            for key in self.keys:
                own |= Q(model_name=name, **{f"{key}__in": pks})
        pks = list(queryset.values_list("pk", flat=True))
        found = Duplicate.objects.filter(pk__in=pks)
        decided = (found if may.is_administrator else found.filter(own)).update(**decision)
        if rest := len(pks) - decided:
            text = ngettext(
                "%d pair is of records of other authorities: they decide.",
                "%d pairs are of records of other authorities: they decide.",
                rest,
            )
            self.message_user(request, text % rest, messages.WARNING)
        return decided

    def search_view(self, request):
        """Look for pairs now, in the background."""
        if request.method != "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        tasks.find_duplicates.enqueue()
        self.message_user(
            request, _("The registry is being searched: look at this list again in a minute.")
        )
        return HttpResponseRedirect(reverse("admin:registry_duplicate_changelist"))


@admin.register(Merge, site=site)
class MergeAdmin(OnKnownRecords, RegistryModelAdmin):
    """What was merged, by whom; each can be undone."""

    keys = ("kept_id",)
    list_display = ("gone_name", "kept", "kind", "at", "by", "undoing")
    list_display_links = None
    list_filter = (KindFilter,)
    list_select_related = ("by", "undone_by")
    search_fields = ("gone_name", "kept_name")
    actions = None
    undo_template = "admin/registry/merge_undo.html"

    def get_urls(self):
        view = self.admin_site.admin_view(self.undo_view)
        return [path("<int:pk>/undo/", view, name="registry_merge_undo"), *super().get_urls()]

    @admin.display(description=_("merged into"), ordering="kept_name")
    def kept(self, merge):
        address = reverse(f"admin:registry_{merge.model_name}_change", args=[merge.kept_id])
        return format_html('<a href="{}">{}</a>', address, merge.kept_name)

    @admin.display(description=_("undone"))
    def undoing(self, merge):
        if merge.undone_at:
            return _("undone")
        address = reverse("admin:registry_merge_undo", args=[merge.pk])
        return format_html('<a href="{}">{}</a>', address, _("Undo"))

    def undo_view(self, request, pk):
        merge = self.get_queryset(request).filter(pk=pk).first()
        if merge is None:
            raise Http404
        records = self.admin_site.get_model_admin(KINDS[merge.model_name])
        kept = records.get_object(request, str(merge.kept_id))
        if not records.has_change_permission(request, kept) or merge.undone_at:
            raise PermissionDenied
        if not (rights.of(request.user).is_administrator or merge.by_id == request.user.pk):
            raise PermissionDenied(_("Who merged them undoes it, or an administrator."))
        if request.method == "POST":
            try:
                missing = tasks.undo_merge(merge, request.user)
            except merging.CannotUndoError as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                self.message_user(request, _("The merge is undone."), messages.SUCCESS)
                if missing:
                    text = _("No longer there, and so left out: %(names)s")
                    self.message_user(
                        request, text % {"names": ", ".join(missing)}, messages.WARNING
                    )
            return HttpResponseRedirect(reverse("admin:registry_merge_changelist"))
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": _("Undo a merge"),
            "subtitle": None,
            "merge": merge,
        }
        return TemplateResponse(request, self.undo_template, context)
