"""What every public record has: identifier, owner, publication status, trail, search text."""

from functools import lru_cache

from django.conf import settings
from django.db import models
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from registry.choices import IdentifierScheme, NameKind, Status
from registry.fields import PublicIdField
from registry.querysets import RecordQuerySet
from registry.text import LIGATURES

SLUG_LENGTH = 80


def default_authority():
    """The registry's own editorial team, made with the reference rows."""
    from registry.models.accounts import Authority

    return Authority.objects.get_or_create(
        code=Authority.DEFAULT_CODE, defaults={"name": settings.SITE_EDITOR or settings.SITE_NAME}
    )[0].pk


# A list has a hundred links: what they have in common is worked out once.
@lru_cache(maxsize=8192)
def slug_of(name: str, kind: str) -> str:
    """The words of an address, from the name of a record; those of its kind where none is left."""
    words = name if name.isascii() else name.translate(LIGATURES)
    return slugify(words)[:SLUG_LENGTH].strip("-") or kind


@lru_cache(maxsize=256)
def _address(name: str, _language: str, _prefix: str) -> str:
    """The address of any record of a kind in a language, with two places to fill."""
    address = reverse(name, kwargs={"public_id": "0", "slug": "0"})
    return address.removesuffix("0/0/") + "%s/%s/"


class PublicRecord(models.Model):
    """A record that the public may see once it is published.

    ``public_id`` is its permanent address and the key that exports and fixtures carry;
    ``reference`` is the owner's own number for it, which a spreadsheet may carry instead.
    """

    public_id = PublicIdField()
    reference = models.CharField(
        _("own reference"),
        max_length=100,
        blank=True,
        help_text=_("The number or code by which your authority files it, if it has one."),
    )
    authority = models.ForeignKey(
        "registry.Authority",
        on_delete=models.PROTECT,
        default=default_authority,
        db_index=False,  # the index of lists below begins with it
        related_name="+",
        verbose_name=_("contributing authority"),
        help_text=_("Who contributes this record and keeps it up to date."),
    )
    status = models.CharField(
        _("publication status"),
        max_length=10,
        choices=Status,
        default=Status.DRAFT,
        help_text=_("Only published records show outside this administration."),
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    checked_on = models.DateField(
        _("last checked on"),
        null=True,
        blank=True,
        help_text=_("The day on which somebody last compared the record with its sources."),
    )
    internal_notes = models.TextField(
        _("internal notes"), blank=True, help_text=_("Never shown to the public.")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,  # an account may be removed; the record stays
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,  # as created_by
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("updated by"),
    )
    # By which somebody without an account reads the draft: see ``registry.previews``.
    preview_key = models.CharField(max_length=40, blank=True, default="", editable=False)
    search_text = models.TextField(editable=False, blank=True, default="")

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True
        # What lists show first: of all records, of those of a status or of an authority.
        indexes = [
            models.Index(fields=["updated_at", "id"], name="%(class)s_by_change"),
            models.Index(fields=["status", "updated_at", "id"], name="%(class)s_by_status"),
            models.Index(fields=["authority", "updated_at", "id"], name="%(class)s_by_owner"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "reference"],
                condition=~models.Q(reference=""),
                name="%(class)s_reference_unique",
                violation_error_message=_(
                    "Your authority already has a record of this kind with this reference."
                ),
            )
        ]

    def natural_key(self):
        return (self.public_id,)

    def save(self, *args, **kwargs):
        if self.is_published and self.published_at is None:
            self.published_at = timezone.now()
            if (fields := kwargs.get("update_fields")) is not None:
                kwargs["update_fields"] = {*fields, "published_at"}
        if self.preview_key and self.status in (Status.PUBLISHED, Status.ARCHIVED):
            self.preview_key = ""  # a link to the draft does not come back with it
            if (fields := kwargs.get("update_fields")) is not None:
                kwargs["update_fields"] = {*fields, "preview_key"}
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        """The permanent address: the identifier decides, the words of the title only help."""
        return self.address_in(get_language(), get_script_prefix())

    def address_in(self, language: str, prefix: str) -> str:
        """The same for who knows the language already: to look it up is half of the work."""
        name = f"registry:{self._meta.model_name}_detail"
        return _address(name, language, prefix) % (self.public_id, self.slug)

    @property
    def slug(self) -> str:
        return slug_of(str(self), self._meta.model_name)

    @property
    def is_published(self) -> bool:
        return self.status == Status.PUBLISHED


class BilingualName(models.Model):
    """A reference label in both languages of the interface; the French one is required."""

    name_fr = models.CharField(_("name in French"), max_length=200)
    name_en = models.CharField(
        _("name in English"),
        max_length=200,
        blank=True,
        help_text=_("Leave empty where it is the same as in French."),
    )

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        return (get_language() == "en" and self.name_en) or self.name_fr


class OtherName(models.Model):
    """Another name of a record: what it is also called, written or abbreviated."""

    name = models.CharField(_("name"), max_length=250)
    kind = models.CharField(_("kind"), max_length=12, choices=NameKind, default=NameKind.ALIAS)

    class Meta:
        abstract = True
        verbose_name = _("other name")
        verbose_name_plural = _("other names")

    def __str__(self):
        return self.name


class Identifier(models.Model):
    """The value by which a public register knows the record."""

    scheme = models.CharField(_("scheme"), max_length=10, choices=IdentifierScheme)
    value = models.CharField(_("value"), max_length=100)

    class Meta:
        abstract = True
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")

    def __str__(self):
        return f"{self.get_scheme_display()} {self.value}"


class Ordered(models.Model):
    """A row of a record that keeps the place it was given among its like."""

    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]
