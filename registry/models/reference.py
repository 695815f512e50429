"""Places and domains: what the other records refer to."""

from decimal import Decimal
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from registry.choices import PlaceKind
from registry.models.base import BilingualName, Identifier, OtherName, PublicRecord
from registry.querysets import PlaceQuerySet


class Place(BilingualName, PublicRecord):
    """A city, metropolis, department, region or country.

    Coordinates are WGS 84 decimal degrees of its centre.
    """

    kind = models.CharField(_("kind"), max_length=16, choices=PlaceKind, default=PlaceKind.CITY)
    country = CountryField(_("country"))
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("lies in"),
        help_text=_("The metropolis, region or country that contains it."),
    )
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(-90)), MaxValueValidator(Decimal(90))],
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(-180)), MaxValueValidator(Decimal(180))],
    )
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta(PublicRecord.Meta):
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["name_fr", "country"]
        indexes = [
            *PublicRecord.Meta.indexes,
            models.Index(fields=["country"], name="place_by_country"),
            models.Index(fields=["kind", "updated_at", "id"], name="place_by_kind"),
            # Which are on the map, and which are not.
            models.Index(
                fields=["updated_at", "id"],
                condition=models.Q(latitude__isnull=False),
                name="place_located",
            ),
            models.Index(
                fields=["updated_at", "id"],
                condition=models.Q(latitude__isnull=True),
                name="place_not_located",
            ),
        ]
        constraints = [
            *PublicRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["name_fr", "country", "kind", "parent"],
                name="place_unique",
                violation_error_message=_("This place is in the registry already."),
            ),
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(
                    # Said, since a check passes where one side of a comparison is null.
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="place_coordinates_complete",
                violation_error_message=_(
                    "Give both latitude (-90 to 90) and longitude (-180 to 180), or neither."
                ),
            ),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("pk")),
                name="place_not_in_itself",
                violation_error_message=_("A place cannot lie in itself."),
            ),
        ]

    def clean(self):
        refuse_loop(self, "parent", _("A place cannot lie in a place that lies in it."))

    @property
    def country_name(self) -> str:
        return self.country.name

    @property
    def has_coordinates(self) -> bool:
        return self.latitude is not None


class PlaceName(OtherName):
    place = models.ForeignKey(
        Place,
        on_delete=models.CASCADE,
        db_index=False,  # the unique constraint begins with it
        related_name="other_names",
        verbose_name=_("place"),
    )

    class Meta(OtherName.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["place", "name"],
                name="placename_unique",
                violation_error_message=_("This name is given twice."),
            )
        ]


class PlaceIdentifier(Identifier):
    place = models.ForeignKey(
        Place, on_delete=models.CASCADE, related_name="identifiers", verbose_name=_("place")
    )

    class Meta(Identifier.Meta):
        ordering = ["scheme", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "value"],
                name="placeidentifier_unique",
                violation_error_message=_("Another place has this identifier."),
            )
        ]


class DomainQuerySet(models.QuerySet):
    def get_by_natural_key(self, code):
        return self.get(code=code)


# A list has dozens of links to a few domains.
@lru_cache(maxsize=1024)
def domain_address(code: str, _language: str, _prefix: str) -> str:
    return reverse("registry:domain_detail", kwargs={"code": code})


class Domain(BilingualName):
    """A theme of cooperation, of one of two levels.

    ``dac_code`` is the sector of the OECD DAC list (three digits) or the purpose of its CRS list
    (five) that is nearest to it; a theme without one takes that of the theme above it.
    """

    code = models.SlugField(_("code"), unique=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("domain above"),
    )
    dac_code = models.CharField(
        _("DAC sector code"),
        max_length=5,
        blank=True,
        validators=[RegexValidator(r"^(\d{3}|\d{5})$", _("A DAC code has three or five digits."))],
    )

    objects = DomainQuerySet.as_manager()

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")
        ordering = ["name_fr"]
        constraints = [
            models.UniqueConstraint(
                fields=["name_fr"],
                name="domain_name_unique",
                violation_error_message=_("This domain is in the registry already."),
            )
        ]

    def natural_key(self):
        return (self.code,)

    def get_absolute_url(self):
        return self.address_in(get_language(), get_script_prefix())

    def address_in(self, language: str, prefix: str) -> str:
        return domain_address(self.code, language, prefix)

    def clean(self):
        if self.parent and (self.parent.parent_id or self.parent_id == self.pk):
            raise ValidationError(
                {"parent": _("Domains have two levels: choose one that has none above it.")}
            )
        if self.parent and self.pk and self.children.exists():
            raise ValidationError(
                {"parent": _("This domain has others under it: it must stay on the first level.")}
            )


def refuse_loop(record, field: str, message) -> None:
    """Raise ``ValidationError`` on ``field`` where following it from the record comes back to it.

    Also raised for a chain that already loops elsewhere, which would otherwise never end.
    """
    seen = {record.pk} if record.pk else set()
    ancestor = getattr(record, field)
    while ancestor is not None:
        if ancestor.pk in seen or ancestor is record:
            raise ValidationError({field: message})
        seen.add(ancestor.pk)
        ancestor = getattr(ancestor, field)
