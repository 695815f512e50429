"""Sources, and the citations that tie every fact to one."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from registry import documents
from registry.choices import SourceKind
from registry.fields import PartialDateField
from registry.models.base import PublicRecord


class Source(PublicRecord):
    """A document that says what a record says."""

    title = models.CharField(_("title"), max_length=300)
    other_titles = models.TextField(
        _("also cited as"),
        blank=True,
        help_text=_("Other titles by which workbooks cite it, one on each line."),
    )
    kind = models.CharField(_("kind"), max_length=13, choices=SourceKind, blank=True)
    publisher = models.ForeignKey(
        "registry.Organisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="published_sources",
        verbose_name=_("publisher"),
    )
    published_on = PartialDateField(_("date of the document"), null=True, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)

    class Meta(PublicRecord.Meta):
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = [models.F("published_on").desc(nulls_last=True), "title"]
        indexes = [
            *PublicRecord.Meta.indexes,
            models.Index(fields=["published_on"], name="source_by_date"),
            models.Index(fields=["kind", "updated_at", "id"], name="source_by_kind"),
        ]
        constraints = [
            *PublicRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["title", "authority", "published_on"],
                name="source_unique",
                violation_error_message=_(
                    "Your authority already has a source of this title and date."
                ),
            ),
            models.UniqueConstraint(
                fields=["url"],
                condition=~Q(url=""),
                name="source_url_unique",
                violation_error_message=_("Another source has this address."),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def titles(self) -> list[str]:
        """The title and those by which it is also cited."""
        others = (line.strip() for line in self.other_titles.splitlines())
        return [self.title, *(title for title in others if title)]


def stored_name(row, _filename) -> str:
    """Where a file is kept: by its content, so that no name of an upload reaches the disk.

    It stays there when its row goes: the history can bring the row back.
    """
    name = documents.digest(row.file.file)
    return f"sources/{name[:2]}/{name}.{documents.KINDS[documents.kind_of(row.file.file)]}"


class SourceFile(models.Model):
    """A file of the document itself: what it said on the day it was checked."""

    source = models.ForeignKey(
        Source,
        on_delete=models.CASCADE,
        db_index=False,  # the unique constraint begins with it
        related_name="files",
        verbose_name=_("source"),
    )
    file = models.FileField(
        _("file"), upload_to=stored_name, max_length=120, validators=[documents.check]
    )
    name = models.CharField(
        _("name of the file"),
        max_length=150,
        blank=True,
        help_text=_("Under which visitors save it; without one, that of the upload."),
    )
    size = models.PositiveBigIntegerField(_("size"), default=0, editable=False)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "file"],
                name="sourcefile_unique",
                violation_error_message=_("This file is there already."),
            )
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        if not self.file._committed:
            self.name = documents.safe_name(self.name or self.file.name)
            self.file = documents.cleaned(self.file.file)
            self.size = self.file.size
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        kwargs = {"public_id": self.source.public_id, "pk": self.pk, "name": self.download_name}
        return reverse("registry:source_file", kwargs=kwargs)

    @property
    def kind(self) -> str:
        """The ending that says what it is: pdf, docx…"""
        return self.file.name.rpartition(".")[2]

    @property
    def download_name(self) -> str:
        """The name with the ending of what the file is, whatever its upload was called."""
        _stem, dot, ending = self.name.rpartition(".")
        same = dot and ending.lower().replace("jpeg", "jpg") == self.kind
        return self.name if same else f"{self.name}.{self.kind}"


# A plain key for each kind of record that can be cited, rather than a generic one: the database
# itself then keeps a citation from pointing at nothing.
CITED = (
    "place",
    "organisation",
    "agreement",
    "delegation",
    "fund",
    "call",
    "project",
    "contribution",
)


def _exactly_one_cited() -> Q:
    return models.Q(
        *(Q(**{f"{one}__isnull": one != cited for one in CITED}) for cited in CITED),
        _connector=Q.OR,
    )


def _cited_key(model: str, label) -> models.ForeignKey:
    return models.ForeignKey(
        f"registry.{model.capitalize()}",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="citations",
        verbose_name=label,
    )


class Citation(models.Model):
    """The support that a source gives to a record, with the passage where it does."""

    source = models.ForeignKey(
        Source,
        on_delete=models.PROTECT,
        db_index=False,  # the unique constraint begins with it
        related_name="citations",
        verbose_name=_("source"),
    )
    passage = models.TextField(
        _("passage"),
        blank=True,
        help_text=_("A few words of the document, or the page, where the fact stands."),
    )
    place = _cited_key("place", _("place"))
    organisation = _cited_key("organisation", _("organisation"))
    agreement = _cited_key("agreement", _("agreement"))
    delegation = _cited_key("delegation", _("delegation"))
    fund = _cited_key("fund", _("fund"))
    call = _cited_key("call", _("call for projects"))
    project = _cited_key("project", _("funded project"))
    contribution = _cited_key("contribution", _("contribution"))

    class Meta:
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        ordering = ["source__title", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=_exactly_one_cited(),
                name="citation_of_one_record",
                violation_error_message=_("A citation supports exactly one record."),
            ),
            *(
                models.UniqueConstraint(
                    fields=["source", cited],
                    name=f"citation_{cited}_unique",
                    violation_error_message=_("This source is cited twice."),
                )
                for cited in CITED
            ),
        ]

    def __str__(self):
        return str(self.source)

    @property
    def record(self) -> PublicRecord | None:
        """The record that the citation supports."""
        for cited in CITED:
            if getattr(self, f"{cited}_id"):
                return getattr(self, cited)
        return None
