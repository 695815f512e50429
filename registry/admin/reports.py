"""What visitors say is wrong: read here, put right in the record, and marked as settled."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from registry.admin.base import RegistryModelAdmin
from registry.admin.site import site
from registry.models import ErrorReport


@admin.register(ErrorReport, site=site)
class ErrorReportAdmin(RegistryModelAdmin):
    list_display = ("title", "beginning", "created_at", "is_settled")
    list_filter = ("is_settled",)
    search_fields = ("title", "message", "email")
    fields = ("page_link", "message", "email", "created_at", "is_settled")
    readonly_fields = ("page_link", "message", "email", "created_at")

    def has_add_permission(self, request):
        return False

    @admin.display(description=_("what is wrong"))
    def beginning(self, report):
        return Truncator(report.message).chars(120)

    @admin.display(description=_("page"))
    def page_link(self, report):
        return format_html('<a href="{}">{}</a>', report.page, report.title)
