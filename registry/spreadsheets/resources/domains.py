"""The sheet of domains, which belong to the registry and not to one authority."""

from django.utils.text import slugify

from registry.models import Domain
from registry.spreadsheets.columns import Column, Companion, KeyColumn
from registry.spreadsheets.resources.base import RecordResource
from registry.spreadsheets.resources.common import CommonColumns


class ParentDomainColumn(KeyColumn):
    """The domain above."""

    index = "domains"

    def apply(self, plan, value, row, directory):
        super().apply(plan, directory.domain(value), row, directory)


class DomainResource(RecordResource):
    """Themes of cooperation, found by their code, then by their names."""

    sheet_names = ("Domaines", "Thématiques", "Thèmes", "Domains", "Themes")
    key_columns = ("name_fr",)
    index = "domains"
    prefetched = ()

    public_id = Companion("Code du domaine, Code | Domain code, Code", written_from="code")
    name_fr = Column(
        "name_fr",
        "Nom du domaine, Domaine, Nom en français, Nom, Thème, Thématique"
        "| Domain, Domain name, Name in French, Theme",
    )
    name_en = Column(
        "name_en", "Nom en anglais, Nom EN, Domaine EN | Name in English, Name EN, Domain EN"
    )
    parent = ParentDomainColumn(
        "parent",
        "Sous le domaine, Domaine supérieur, Domaine parent, Thème parent"
        "| Domain above, Parent domain, Parent",
    )
    dac_code = Column("dac_code", "Code CAD, Code OCDE| DAC code, OECD code")

    class Meta:
        model = Domain

    def match(self, row):
        if code := self.read(row, "public_id"):
            found = [one for one in self.directory.domains.find(code) if one.code == code]
            if found:
                return found[0]
        name = self.read(row, "name_fr")
        if not name:
            raise self.empty_cell("name_fr")
        return next((one for one in self.directory.domains.find(name) if one.pk), None)

    def names_of(self, record, row):
        record.code = self.read(row, "public_id") or slugify(record.name_fr)[:50]
        return [record.name_fr, self.read(row, "name_en"), record.code]

    def _load_matched(self, rows):
        """The directory has loaded the domains whole: the plans have them."""

    def _cite(self, row):
        """Nothing supports a domain."""


for name in CommonColumns.fields:
    if name != "public_id":
        del DomainResource.fields[name]
