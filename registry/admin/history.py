"""The history of all records, to be read: who changed what, when and why."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from registry.admin.base import RegistryModelAdmin
from registry.admin.site import site
from registry.models import Revision


@admin.register(Revision, site=site)
class RevisionAdmin(RegistryModelAdmin):
    """Nobody edits the history."""

    list_display = ("at", "label", "action", "by", "reason")
    list_filter = ("action",)
    list_select_related = ("by", "job")
    search_fields = ("label", "public_id")
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("label", "model_name", "public_id", "action")}),
        (_("Trail"), {"fields": ("at", "by", "reason", "job", "authority")}),
        (_("What changed"), {"fields": ("before", "after")}),
    )

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
