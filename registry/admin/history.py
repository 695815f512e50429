"""The history of all records, to be read: who changed what, when and why."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from registry import rights
from registry.admin.base import RegistryModelAdmin
from registry.admin.filters import StrictFilter
from registry.admin.site import site
from registry.admin.sizes import has_many, walked
from registry.history.reading import Reader
from registry.history.shapes import is_tracked, key_of, tracked_model
from registry.models import Revision


class KindFilter(StrictFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        models = [model for model in model_admin.opts.app_config.get_models() if is_tracked(model)]
        return [(model._meta.model_name, capfirst(model._meta.verbose_name)) for model in models]

    def chosen(self, queryset, value):
        return walked(queryset.filter(model_name=value))


@admin.register(Revision, site=site)
class RevisionAdmin(RegistryModelAdmin):
    """Nobody edits the history."""

    list_display = ("label", "kind", "action", "at", "by", "reason", "job")
    list_filter = ("action", KindFilter)
    list_select_related = ("by", "job")
    search_fields = ("label", "public_id")
    sortable_by = ()
    actions = None
    revision_template = "admin/registry/one_revision.html"

    def get_queryset(self, request):
        return rights.of(request.user).visible(super().get_queryset(request))

    def get_search_results(self, request, queryset, search_term):
        """The identifier of a record leads to its changes; words are looked for in their labels."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if not search_term or not has_many(Revision):
            return found, may_repeat
        for model in filter(is_tracked, self.opts.app_config.get_models()):
            known = model._base_manager.filter(**{key_of(model): search_term.strip()})
            if pk := known.values_list("pk", flat=True).first():
                return queryset.filter(model_name=model._meta.model_name, record_id=pk), False
        return walked(found), may_repeat

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("kind"))
    def kind(self, revision):
        return capfirst(tracked_model(revision.model_name)._meta.verbose_name)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """One change, as it reads in the history of its record."""
        revision = self.get_object(request, object_id)
        if revision is None:
            raise Http404
        model = tracked_model(revision.model_name)
        record_admin = self.admin_site.get_model_admin(model)
        record = model._base_manager.filter(pk=revision.record_id).first()
        if not (
            self.has_view_permission(request, revision)
            and record_admin.has_view_or_change_permission(request, record)
        ):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "object": None,
            "name": revision.label,
            "title": revision.label,
            "subtitle": None,
            "kind": self.kind(revision),
            "revision": revision,
            "differences": Reader([revision]).differences(revision),
            "history_url": reverse(
                f"admin:registry_{revision.model_name}_history", args=[revision.record_id]
            ),
        }
        return TemplateResponse(request, self.revision_template, context)
