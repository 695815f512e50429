"""The form by which visitors say that something on a page is wrong."""

import datetime

from django import forms
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.generic import CreateView

from registry.models import Call, ErrorReport
from registry.models.sources import CITED, Source

KINDS = {
    **{kind: ErrorReport._meta.apps.get_model("registry", kind) for kind in CITED},
    "source": Source,
}
# More than this in a day, and still not settled, is nobody's honest work.
MOST_A_DAY = 200


class ReportForm(forms.ModelForm):
    """Two fields for people, and one that only programs fill in."""

    required_css_class = "is-required"
    website = forms.CharField(required=False, label=_("Leave this field empty"))

    class Meta:
        model = ErrorReport
        fields = ("message", "email")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["message"].widget.attrs |= {"rows": 8}
        self.fields["email"].widget.attrs |= {"autocomplete": "email"}
        self.fields["website"].widget.attrs |= {"tabindex": "-1", "autocomplete": "off"}

    def clean(self):
        since = timezone.now() - datetime.timedelta(days=1)
        waiting = ErrorReport.objects.filter(is_settled=False, created_at__gte=since)
        if waiting.count() >= MOST_A_DAY:
            raise forms.ValidationError(
                _("Too many reports have come in today. Please try again tomorrow.")
            )
        return super().clean()


@method_decorator(never_cache, name="dispatch")
class Report(CreateView):
    """About one published record; once sent, the same page says so."""

    form_class = ReportForm
    template_name = "registry/report.html"

    @cached_property
    def record(self):
        model = KINDS.get(self.kwargs["kind"])
        if model is None:
            raise Http404
        records = model.objects.published()
        if model is Call:
            records = records.select_related("fund")
        record = records.filter(public_id=self.kwargs["public_id"]).first()
        if record is None:
            raise Http404
        return record

    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs) if self.record else None

    def form_valid(self, form):
        if not form.cleaned_data["website"]:
            form.instance.title = str(self.record)
            form.instance.page = reverse(
                f"registry:{self.kwargs['kind']}_detail",
                kwargs={"public_id": self.record.public_id},
            )
            form.save()
        return HttpResponseRedirect(f"{self.request.path}?sent")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("Report an error"),
            "about": self.record,
            "kind": self.kwargs["kind"],
            "is_sent": "sent" in self.request.GET,
        }
