"""The forms of signing in, in the words of this site."""

from allauth.account import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class LoginForm(forms.LoginForm):
    """Name or address, and password; what to do without it stands below the form."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["login"].label = _("User name or e-mail address")
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class ResetPasswordForm(forms.ResetPasswordForm):
    """Refused where nothing would ever arrive: the page says so too."""

    def clean(self):
        if not settings.EMAIL_HOST:
            raise ValidationError(_("This site sends no e-mail: ask an administrator."))
        return super().clean()
