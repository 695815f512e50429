"""Funds, calls, projects, sources, domains and titled records that cells name."""

import re

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from registry.dates import PartialDate
from registry.models import Agreement, Call, Delegation, Domain, Fund, Project, Source
from registry.spreadsheets import vocabulary
from registry.spreadsheets.directory.base import Lookups, all_of, may_be_same_date
from registry.spreadsheets.directory.kept import FEW, Kept
from registry.spreadsheets.names import Names
from registry.spreadsheets.plans import identity
from registry.spreadsheets.problems import CellError
from registry.spreadsheets.values import WITH_PARENTHESES
from registry.text import name_key

# «Numérique > Cybersécurité»
BELOW = re.compile(r"\s*[>›»→]\s*|\s+[-–:/]\s+")


def call_of(call: Call, fund: Fund) -> bool:
    return identity(call.fund) == identity(fund)


class RecordLookups(Lookups):
    @cached_property
    def funds(self) -> Names:
        names = Names()
        for fund in all_of(Fund):
            names.add(fund, self.said(fund, [fund.name, fund.acronym]))
        return names

    @cached_property
    def calls(self) -> Names:
        names = Names()
        for call in all_of(Call, ["fund"]):
            names.add(call, self.said(call, self.names_of_call(call)))
        return names

    @staticmethod
    def names_of_call(call):
        yield from (call.edition, call.title)
        for fund in (call.fund.name, call.fund.acronym):
            if fund:
                yield f"{fund} {call.edition}"

    @cached_property
    def sources(self) -> Names:
        kept = self.kept(Source)
        names = Names(kept=kept)
        names.fill(
            (pk, [title, *map(str.strip, others.splitlines()), url])
            for pk, (title, others, url) in kept.names("title", "other_titles", "url")
        )
        return names

    @cached_property
    def agreements(self) -> Names:
        return self._titles(Agreement, "signed_on")

    @cached_property
    def delegations(self) -> Names:
        return self._titles(Delegation, "starts_on")

    @cached_property
    def projects(self) -> Names:
        return self._titles(Project, "starts_on", "fund", "call")

    def _titles(self, model, *fields) -> Names:
        """The titles of all; of the records that cells mean, what tells them apart."""
        told = {"id", "title", "public_id", "reference", "authority", "status", *fields}
        untold = [one.attname for one in model._meta.concrete_fields if one.name not in told]
        kept = Kept(model, self.rights, unused=untold)
        names = Names(kept=kept)
        names.fill(kept.names("title"))
        return names

    @cached_property
    def domains(self) -> Names:
        names = Names()
        for domain in Domain.objects.all():
            names.add(domain, [domain.name_fr, domain.name_en, domain.code])
        return names

    def fund(self, name: str) -> Fund:
        if known := self.funds.remembered.get(name):
            return known
        found = self.funds.find(name)
        if not found and (match := WITH_PARENTHESES.fullmatch(name)):
            found = self.funds.find(match[1]) or self.funds.find(match[2])
        if len(found) > 1:
            raise CellError(_("Several funds are called “%(name)s”.") % {"name": name})
        if found:
            self.funds.remembered[name] = found[0]
            return found[0]
        if known := self.settle(self.funds, Fund, name):
            return known
        full, acronym = name, ""
        match = WITH_PARENTHESES.fullmatch(name)
        if match and match[2].isupper() and len(match[2]) <= 30:
            full, acronym = match.groups()
        record = self.new(Fund, name=full, acronym=acronym)
        return self.mention(record, self.funds, [full, acronym])

    def call(self, name: str, fund: Fund | None) -> Call | None:
        """The call of this edition or title.

        Without its fund an edition says nothing, for every fund has one of 2021-2022: only a title
        then tells which call is meant, and an unknown one is ``None``.
        """
        remembered = self.calls.remembered
        if fund is not None and (known := remembered.get((name, identity(fund)))):
            return known
        found = [
            call
            for call in self.calls.find(name)
            if (name_key(call.edition) != name_key(name) if fund is None else call_of(call, fund))
        ]
        if len(found) > 1:
            raise CellError(
                _("Several funds have a call “%(name)s”.") % {"name": name},
                _("Name the fund too, in its own column."),
            )
        if found and fund is not None:
            # Every fund has one of each year.
            remembered[name, identity(fund)] = found[0]
        if found or fund is None:
            return found[0] if found else None
        record = self.new(Call, fund=fund, edition=name)
        return self.mention(record, self.calls, self.names_of_call(record))

    def project(self, title: str, call: Call | None = None, fund: Fund | None = None) -> Project:
        found = self.projects.find(title)
        for relation, wanted in (("call", call), ("fund", fund)):
            if len(found) > 1 and wanted:
                found = [
                    project
                    for project in found
                    if getattr(project, relation)
                    and identity(getattr(project, relation)) == identity(wanted)
                ] or found
        if len(found) > 1:
            years = ", ".join(str(project.starts_on or "?") for project in found)
            raise CellError(
                _("Several projects are called “%(title)s”: %(years)s.")
                % {"title": title, "years": years},
                _("Name the call too, in its own column."),
                value=title,
            )
        if found:
            return found[0]
        if known := self.settle(self.projects, Project, title):
            return known
        record = self.new(
            Project, title=title, call=call, fund=fund or (call.fund if call else None)
        )
        return self.mention(record, self.projects, [title])

    def known(self, names: Names, title: str, kind: str) -> models.Model:
        """A record that must be known: a cell alone does not say enough to make one."""
        found = names.find(title)
        if len(found) == 1:
            return found[0]
        if found:
            raise CellError(
                _("Several records are called “%(title)s”.") % {"title": title}, value=title
            )
        near = next((one.name for one in names.near(title, most=1)), None)
        if near is None and len(names) <= FEW:
            near = vocabulary.closest(title, names.spellings())
        raise CellError(
            _("No %(kind)s is called “%(title)s”.") % {"kind": kind, "title": title},
            (_("Did you mean “%(near)s”?") % {"near": near} + " " if near else "")
            + _("Give it a row of its own in this workbook, or add it to the registry first."),
            value=title,
        )

    def source(self, title: str, date: PartialDate | None = None) -> Source:
        found = [
            source
            for source in self.sources.find(title)
            if may_be_same_date(source.published_on, date)
        ]
        if len(found) > 1:
            found = [source for source in found if source.published_on == date] or found
        if len(found) > 1:
            raise CellError(
                _("Several sources are called “%(title)s”.") % {"title": title},
                _("Give the date of the source in its own column."),
                value=title,
            )
        if found:
            source = found[0]
            if source.pk is None and source.published_on is None:
                source.published_on = date
            return source
        if known := self.settle(
            self.sources, Source, title, lambda source: may_be_same_date(source.published_on, date)
        ):
            return known
        address = title if title.startswith(("http://", "https://")) else ""
        record = self.new(Source, title=title, published_on=date, url=address)
        return self.mention(record, self.sources, [title])

    def _domain_below(self, name: str) -> Domain | None:
        """The last domain of a way down to it: *Numérique > Cybersécurité*."""
        above = None
        for part in BELOW.split(name):
            found = next(
                (one for one in self.domains.find(part) if above is None or one.parent == above),
                None,
            )
            if found is None:
                return None
            above = found
        return above

    def domain(self, name: str) -> Domain:
        if known := self.domains.remembered.get(name):
            return known
        found = self.domains.find(name)
        if found:
            self.domains.remembered[name] = found[0]
            return found[0]
        if domain := self._domain_below(name):
            return domain
        near = vocabulary.closest(name, self.domains.spellings())
        near = near and self.domains.find(near)[0]
        raise CellError(
            _("No domain is called “%(name)s”.") % {"name": name},
            _("Did you mean “%(near)s”?") % {"near": near}
            if near
            else _("Write the name of a domain of the registry."),
            value=name,
        )
