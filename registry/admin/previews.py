"""The button that makes a link to a draft, and the one that withdraws it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from registry import previews, rights


class SharedAdmin:
    """A draft may be shown to somebody without an account by those whose record it is."""

    def get_urls(self):
        address = path(
            "<int:object_id>/link/",
            self.admin_site.admin_view(require_POST(self.link_view)),
            name=f"registry_{self.opts.model_name}_link",
        )
        return [address, *super().get_urls()]

    def link_view(self, request, object_id):
        record = self.model.objects.filter(pk=object_id).first()
        if record is None or not rights.of(request.user).sees(record):
            raise Http404
        if not self._may_share(request, record):
            raise PermissionDenied(_("This record cannot be shown by a link of yours."))
        if request.POST.get("withdraw"):
            previews.withdraw(record)
            messages.success(request, _("The link is withdrawn: it shows nothing any more."))
        else:
            previews.make(record)
            messages.success(request, _("The link is made."))
        address = f"admin:registry_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(address, args=[record.pk]))

    def _may_share(self, request, record) -> bool:
        has_right = request.user.has_perm(f"registry.change_{self.opts.model_name}")
        return (
            has_right and rights.of(request.user).owns(record) and record.status in previews.SHARED
        )

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is not None and self._may_share(request, obj):
            token = previews.token_of(obj)
            address = f"admin:registry_{self.opts.model_name}_link"
            context["link_url"] = reverse(address, args=[obj.pk])
            context["preview_url"] = token and request.build_absolute_uri(
                reverse("registry:preview", args=[token])
            )
            context["preview_until"] = token and previews.expiry(obj.preview_key)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)
