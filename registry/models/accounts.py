"""Who edits: users, and the authorities for which they contribute."""

from django.contrib.auth.models import AbstractUser, Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.choices import Language
from registry.fields import LinksField


class AuthorityQuerySet(models.QuerySet):
    def get_by_natural_key(self, code):
        return self.get(code=code)


class Authority(models.Model):
    """A contributing authority: the city, region or ministry that owns records and edits them."""

    DEFAULT_CODE = "registry"

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=250, unique=True)
    organisation = models.OneToOneField(
        "registry.Organisation",
        on_delete=models.SET_NULL,  # the authority goes on contributing without its public page
        null=True,
        blank=True,
        related_name="contributing_authority",
        verbose_name=_("organisation"),
        help_text=_("Its record among the organisations, if it has one."),
    )

    objects = AuthorityQuerySet.as_manager()

    class Meta:
        verbose_name = _("contributing authority")
        verbose_name_plural = _("contributing authorities")
        ordering = ["name"]
        permissions = [
            ("publish_records", _("Can publish, send back and archive records")),
            ("administer_records", _("Can see and edit the records of every authority")),
        ]

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.code,)


class User(AbstractUser):
    """A member of staff."""

    authorities = LinksField(
        Authority,
        blank=True,
        related_name="members",
        verbose_name=_("contributing authorities"),
        help_text=_("The authorities for which this person contributes."),
    )

    language = models.CharField(
        _("language of messages"),
        max_length=2,
        choices=Language,
        blank=True,
        help_text=_("Without one, messages come in the site's first language."),
    )

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")
        verbose_name_plural = _("users")


class GroupSecurity(models.Model):
    """What a group asks of its members when they sign in."""

    group = models.OneToOneField(
        Group, on_delete=models.CASCADE, related_name="security", verbose_name=_("group")
    )
    requires_second_factor = models.BooleanField(
        _("requires a second factor"),
        default=False,
        help_text=_(
            "Members set up a passkey or an authenticator app before they can do anything else."
        ),
    )

    class Meta:
        verbose_name = _("sign-in rule")
        verbose_name_plural = _("sign-in rules")

    def __str__(self):
        return str(self.group)
