"""Load the exchange rates by which figures show amounts of several currencies in one."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from registry.figures import rates


class Command(BaseCommand):
    help = (
        "Makes the annual averages of the European Central Bank's daily reference rates from its "
        "file eurofxref-hist.csv. Run it on each machine of the site, once a year."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="the bank's file eurofxref-hist.csv")
        parser.add_argument("--to", type=Path, help="where to write instead of the data folder")

    def handle(self, *args, file, to, **options):
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                averages = rates.annual_averages(lines)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from None
        except rates.RatesError as error:
            raise CommandError(f"{file} is not the bank's file of daily rates. {error}") from None
        if not averages:
            raise CommandError(f"{file} has no whole year of rates.")
        path = to or rates.loaded_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        rates.write(averages, path)
        years = sorted({year for year, _currency in averages})
        self.stdout.write(f"{len(averages)} rates, from {years[0]} to {years[-1]}: {path}")
