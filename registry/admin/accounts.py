"""Administration of users, their groups and the authorities for which they contribute."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from registry.admin.base import FieldsMixin, RegistryModelAdmin
from registry.admin.inlines import Rows
from registry.admin.reminders import ReminderInline
from registry.admin.site import site
from registry.models import Authority, GroupSecurity, User


@admin.register(Authority, site=site)
class AuthorityAdmin(RegistryModelAdmin):
    list_display = ("name", "code", "organisation", "member_count")
    list_select_related = ("organisation",)
    search_fields = ("name", "code")
    autocomplete_fields = ("organisation",)
    prepopulated_fields = {"code": ("name",)}
    fieldsets = ((None, {"fields": ("name", "code", "organisation")}),)

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(members_number=Count("members"))

    @admin.display(description=_("members"), ordering="members_number")
    def member_count(self, authority):
        return authority.members_number


@admin.register(User, site=site)
class UserAdmin(FieldsMixin, DjangoUserAdmin):
    save_on_top = True
    list_display = ("username", "full_name", "email", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser", "authorities", "groups")
    autocomplete_fields = ("authorities", "groups")
    filter_horizontal = ()
    inlines = (ReminderInline,)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Who it is"), {"fields": ("first_name", "last_name", "email", "language")}),
        (_("Contributes for"), {"fields": ("authorities",)}),
        (
            _("What they may do"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups")},
        ),
        (_("Trail"), {"fields": ("last_login", "date_joined"), "classes": ("collapse",)}),
    )
    readonly_fields = ("last_login", "date_joined")

    def get_inlines(self, request, user):
        """A new account begins with a name and a password alone."""
        return self.inlines if user else ()

    @admin.display(description=_("name"), ordering=("last_name"))
    def full_name(self, user):
        return user.get_full_name()


class GroupSecurityInline(Rows):
    model = GroupSecurity
    fields = ("requires_second_factor",)
    max_num = 1
    can_delete = False


@admin.register(Group, site=site)
class GroupAdmin(FieldsMixin, DjangoGroupAdmin):
    save_on_top = True
    list_display = ("name", "requires_second_factor")
    list_select_related = ("security",)
    inlines = (GroupSecurityInline,)

    @admin.display(description=_("requires a second factor"), boolean=True)
    def requires_second_factor(self, group):
        security = getattr(group, "security", None)
        return bool(security and security.requires_second_factor)
