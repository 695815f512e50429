"""What a member of staff is told of by e-mail: their own page, and the rows under their account."""

from django import forms
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from registry.admin.inlines import Rows
from registry.choices import Frequency, Language, ReminderSubject
from registry.models import Reminder
from registry.reminders.digests import chosen


class RemindersForm(forms.Form):
    """One choice a subject, and the language of the messages."""

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.user = user
        for subject, reminder in chosen(user).items():
            self.fields[subject.value] = forms.ChoiceField(
                label=subject.label, choices=Frequency.choices, initial=reminder.frequency
            )
        self.fields["language"] = forms.ChoiceField(
            label=_("Language of messages"),
            choices=[("", _("The site's first language")), *Language.choices],
            initial=user.language,
            required=False,
        )

    def save(self) -> None:
        said = self.cleaned_data
        for subject in ReminderSubject:
            Reminder.objects.update_or_create(
                user=self.user, subject=subject, defaults={"frequency": said[subject.value]}
            )
        self.user.language = said["language"]
        self.user.save(update_fields=["language"])


def reminders_view(request, site):
    """The page on which everybody chooses for themselves."""
    form = RemindersForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your choice is kept."))
        return HttpResponseRedirect(reverse("admin:reminders"))
    context = site.each_context(request) | {"title": _("Reminders by e-mail"), "form": form}
    return TemplateResponse(request, "admin/reminders.html", context)


class ReminderInline(Rows):
    model = Reminder
    fields = ("subject", "frequency", "sent_on")
    readonly_fields = ("sent_on",)
    extra_new = 0
