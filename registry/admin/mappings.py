"""Administration of what was settled about workbooks: profiles and decisions on names."""

from django.contrib import admin

from registry import rights
from registry.admin.base import RegistryModelAdmin
from registry.admin.site import site
from registry.models import ImportProfile, NameDecision


class SettledAdmin(RegistryModelAdmin):
    """What an import's page settled: it is made there, and looked at or forgotten here.

    Those who import for an authority see what is settled for it.
    """

    list_filter = ("authority",)
    list_select_related = ("authority",)
    search_fields = ("name",)

    def get_queryset(self, request):
        return rights.of(request.user).visible(super().get_queryset(request))

    def has_add_permission(self, request):
        return False

    def has_view_permission(self, request, obj=None):
        return super().has_view_permission(request, obj) or self._imports(request)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) or self._imports(request)

    @staticmethod
    def _imports(request) -> bool:
        return request.user.has_perm("registry.add_importjob")


@admin.register(ImportProfile, site=site)
class ImportProfileAdmin(SettledAdmin):
    list_display = ("name", "authority", "created_by", "updated_at")
    list_select_related = ("authority", "created_by")
    fieldsets = ((None, {"fields": ("name", "authority", "created_by", "updated_at")}),)
    readonly_fields = ("created_by", "updated_at")

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) or self._imports(request)


@admin.register(NameDecision, site=site)
class NameDecisionAdmin(SettledAdmin):
    list_display = ("name", "model_name", "answer", "record", "authority", "decided_by")
    list_filter = ("answer", "model_name", "authority")
    list_select_related = ("authority", "decided_by")
    fieldsets = (
        (None, {"fields": ("name", "model_name", "answer", "record")}),
        (None, {"fields": ("authority", "decided_by", "decided_at")}),
    )

    def has_change_permission(self, request, obj=None):
        return False
