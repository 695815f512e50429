"""Administration of users, their groups and the authorities for which they contribute."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from registry.admin.base import FieldsMixin, RegistryModelAdmin, SelectingMixin
from registry.admin.inlines import Rows
from registry.admin.reminders import ReminderInline
from registry.admin.site import site
from registry.admin.widgets import PasswordHash
from registry.choices import Role
from registry.models import Authority, GroupSecurity, User
from registry.text import fold


@admin.register(Authority, site=site)
class AuthorityAdmin(RegistryModelAdmin):
    list_display = ("name", "code", "organisation", "member_count")
    list_select_related = ("organisation",)
    search_fields = ("name", "code")
    ordering = ("name",)  # counting takes that of the model away
    autocomplete_fields = ("organisation",)
    prepopulated_fields = {"code": ("name",)}
    fieldsets = ((None, {"fields": ("name", "code", "organisation")}),)

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(members_number=Count("members"))

    @admin.display(description=_("members"), ordering="members_number")
    def member_count(self, authority):
        return authority.members_number


class UserForm(UserChangeForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if password := self.fields.get("password"):
            password.widget = PasswordHash()


@admin.register(User, site=site)
class UserAdmin(FieldsMixin, SelectingMixin, DjangoUserAdmin):
    form = UserForm
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

    # An administrator who is no superuser makes none, and leaves them alone.

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and _is_theirs(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and _is_theirs(request, obj)

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else (*fields, "is_superuser")

    @admin.display(description=_("name"), ordering=("last_name"))
    def full_name(self, user):
        return user.get_full_name()


class GroupSecurityInline(Rows):
    model = GroupSecurity
    fields = ("requires_second_factor",)
    max_num = 1
    can_delete = False

    def get_extra(self, request, obj=None, **kwargs):
        return 1  # there to be ticked, without a row to be added


def _is_theirs(request, user) -> bool:
    return user is None or request.user.is_superuser or not user.is_superuser


def role_name(group: Group) -> str:
    """What a group is called: a role by its translated name."""
    return str(Role(group.name).label) if group.name in Role.values else group.name


@admin.register(Group, site=site)
class GroupAdmin(FieldsMixin, SelectingMixin, DjangoGroupAdmin):
    """The roles, made by the registry itself and edited by nobody, and the groups of an office."""

    save_on_top = True
    list_display = ("role", "requires_second_factor")
    list_select_related = ("security",)
    inlines = (GroupSecurityInline,)

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        is_role = obj is not None and obj.name in Role.values
        return (*fields, "name", "permissions") if is_role else fields

    def has_delete_permission(self, request, obj=None):
        is_role = obj is not None and obj.name in Role.values
        return super().has_delete_permission(request, obj) and not is_role

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context |= {"title": role_name(obj)} if obj else {}
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def get_search_results(self, request, queryset, search_term):
        """By the names that people read."""
        words = fold(search_term).split()
        found = [one.pk for one in queryset if all(w in fold(role_name(one)) for w in words)]
        return queryset.filter(pk__in=found), False

    @admin.display(description=_("name"), ordering="name")
    def role(self, group):
        return role_name(group)

    @staticmethod
    def choice_label(group) -> str:
        return role_name(group)

    @admin.display(description=_("requires a second factor"), boolean=True)
    def requires_second_factor(self, group):
        security = getattr(group, "security", None)
        return bool(security and security.requires_second_factor)
