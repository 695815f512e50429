"""The administration: one site of our own, in sections that follow the work of editors."""

from functools import update_wrapper

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import path, translate_url
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from registry import rights, search
from registry.admin import desk, sizes
from registry.admin.exports import template_view
from registry.admin.reminders import reminders_view
from registry.models.base import PublicRecord
from registry.prose import to_html

# The front page and the side bar, in the order in which a registry is filled.
SECTIONS = [
    (_("Cooperation"), ["Agreement", "Delegation", "Project"]),
    (_("Money"), ["Fund", "Call", "Contribution"]),
    (_("Who and where"), ["Organisation", "Place", "Domain", "Duplicate", "Merge"]),
    (
        _("Sources and imports"),
        ["Source", "ImportJob", "ImportProfile", "NameDecision", "Revision", "ErrorReport"],
    ),
    (_("Access"), ["Authority", "User", "Group"]),
]


class RecordAutocompleteView(AutocompleteJsonView):
    """Suggestions that tell records of one name apart, by the label of their own admin."""

    def process_request(self, request):
        term, *rest = super().process_request(request)
        return term.replace("\0", ""), *rest  # which PostgreSQL takes in no text

    def get_queryset(self):
        queryset = super().get_queryset()
        if sizes.is_walked(queryset):
            with search.steady():
                records = self.model_admin.get_queryset(self.request)
                keys, _look = sizes.looking(queryset, records, 0, sizes.MOST_SUGGESTED)
            queryset = sizes.ordered_as(queryset, records.filter(pk__in=keys))
        joined = self.model_admin.get_list_select_related(self.request)
        return queryset.select_related(*joined) if isinstance(joined, list | tuple) else queryset

    def serialize_result(self, obj, to_field_name):
        label = self.admin_site.choice_label(obj)
        return super().serialize_result(obj, to_field_name) | {"text": label}


class RegistryAdminSite(AdminSite):
    site_title = settings.SITE_NAME
    site_header = settings.SITE_NAME
    index_title = _("What would you like to edit?")
    empty_value_display = "–"

    # The page of allauth signs in, with passkeys, codes and limits on attempts.
    login = method_decorator(secure_admin_login)(AdminSite.login)

    def each_context(self, request):
        return super().each_context(request) | {"language_links": self.language_links(request)}

    def admin_view(self, view, cacheable=False):
        """Every page is made with the eyes of the person who asked for it, to its last name."""
        inner = super().admin_view(view, cacheable)

        def seen_by_its_reader(request, *args, **kwargs):
            with rights.seen_by(request.user):
                try:
                    response = inner(request, *args, **kwargs)
                except PermissionDenied as error:
                    if not error.args and (why := getattr(request, "refusal", "")):
                        raise PermissionDenied(why) from None
                    raise
                return response if getattr(response, "is_rendered", True) else response.render()

        return update_wrapper(seen_by_its_reader, inner)

    def get_urls(self):
        wrap = self.admin_view
        return [
            path("template/", wrap(template_view), name="template"),
            path("prose/", wrap(self.prose), name="prose"),
            path("reminders/", wrap(self.reminders), name="reminders"),
            path(
                "r/<path:content_type_id>/<path:object_id>/",
                wrap(self.view_on_site),
                name="view_on_site",
            ),
            *super().get_urls(),
        ]

    def prose(self, request):
        """How a text of a record will read."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return HttpResponse(to_html(request.POST.get("text", "")))

    def reminders(self, request):
        return reminders_view(request, self)

    def view_on_site(self, request, content_type_id, object_id):
        """To the public page of a record, if it has one: its address tells a title."""
        try:
            model = ContentType.objects.get_for_id(content_type_id).model_class()
            record = self.get_model_admin(model).get_object(request, object_id)
        except (ContentType.DoesNotExist, NotRegistered, ValueError, OverflowError):
            raise Http404 from None
        if not isinstance(record, PublicRecord) or not record.is_published:
            raise Http404
        return HttpResponseRedirect(record.get_absolute_url())

    def index(self, request, extra_context=None):
        """The desk, above the list of all that can be edited."""
        context = {"title": _("Your desk"), "blocks": desk.blocks(request, self)}
        return super().index(request, context | (extra_context or {}))

    def get_app_list(self, request, app_label=None):
        """All models by section; for one application alone, the usual list."""
        apps = super().get_app_list(request, app_label)
        if app_label:
            return apps
        models = {model["object_name"]: (app, model) for app in apps for model in app["models"]}
        sections = []
        for number, (name, members) in enumerate(SECTIONS):
            found = [models.pop(member) for member in members if member in models]
            if found:
                app, _model = found[0]
                sections.append(
                    app
                    | {
                        "name": name,
                        "app_label": f"section-{number}",
                        "models": [model for _app, model in found],
                    }
                )
        # What another application may register stays reachable, under that application's name.
        rest = ((app, [m for owner, m in models.values() if owner is app]) for app in apps)
        return sections + [app | {"models": members} for app, members in rest if members]

    def autocomplete_view(self, request):
        return RecordAutocompleteView.as_view(admin_site=self)(request)

    def choice_label(self, record) -> str:
        """How a record reads among the choices of a field."""
        admin = self._registry.get(type(record))
        rights.current().mask(record)
        label = getattr(admin, "choice_label", None)
        return label(record) if label else str(record)

    @staticmethod
    def language_links(request) -> list[dict]:
        """The same page in the other languages, each named in its own."""
        return [
            {
                "code": code,
                "name": get_language_info(code)["name_local"].capitalize(),
                "url": translate_url(request.get_full_path(), code),
            }
            for code, _name in settings.LANGUAGES
            if code != get_language()
        ]


site = RegistryAdminSite(name="admin")
