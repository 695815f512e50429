"""Digests by e-mail: to whom, of what, how often; through a mail server that keeps the messages."""

import datetime
import email
import socket
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.urls import reverse

from registry.choices import Frequency, ReminderSubject, Role, Status
from registry.models import Reminder
from registry.reminders import digests, stopping
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 3, 2)


class Mailbox(Message):
    """What a mail server has taken in; it refuses what is for ``refused``."""

    def __init__(self):
        super().__init__()
        self.messages = []
        self.refused = set()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refused:
            return "550 No such person here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def prepare_message(self, session, envelope):
        return email.message_from_bytes(envelope.content, policy=default)

    def handle_message(self, message):
        self.messages.append(message)


@pytest.fixture
def mailbox(settings):
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.SITE_ADDRESS = "https://registry.example.org"
    yield box
    controller.stop()


@pytest.fixture
def officer():
    authority = factories.AuthorityFactory()
    user = factories.UserFactory(
        email="officer@example.org", is_superuser=False, language="en", first_name="Ana"
    )
    user.authorities.add(authority)
    return user


def run(on=TODAY):
    call_command("send_reminders", date=on)


def ending(user, ends_on, **values):
    values = {"starts_on": "2020", "authority": user.authorities.get()} | values
    return factories.AgreementFactory(ends_on=ends_on, **values)


def told(user, subject, on=TODAY, sent_on=None):
    """The names of what a digest tells, by the title of the group."""
    reminder = Reminder(user=user, subject=subject, sent_on=sent_on)
    return {
        group.title: [str(one) for one in group.records] for group in digests.groups(reminder, on)
    }


def test_digest_comes_by_mail_with_its_links(mailbox, officer):
    agreement = ending(officer, "2026-05-01", title="Entente <A> & B")
    run()

    [message] = mailbox.messages
    text = message.get_content()
    assert message["To"] == "officer@example.org"
    assert "Hello Ana" in text
    assert "Entente <A> & B (1 May 2026)" in text
    assert f"https://registry.example.org/en/admin/registry/agreement/{agreement.pk}/change" in text
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_digest_is_written_in_the_language_of_its_reader(mailbox, officer):
    officer.language = "fr"
    officer.save()
    ending(officer, "2026-05-02")
    run()

    assert "2 mai 2026" in mailbox.messages[0].get_content()


def test_second_run_of_the_day_sends_nothing(mailbox, officer):
    ending(officer, "2026-05-01")
    run()
    run()

    assert len(mailbox.messages) == 1


@pytest.mark.parametrize(
    ("frequency", "days", "count"),
    [("daily", 1, 2), ("weekly", 6, 1), ("weekly", 7, 2), ("monthly", 29, 1), ("never", 40, 0)],
)
def test_digest_comes_as_often_as_chosen(mailbox, officer, frequency, days, count):
    officer.reminders.create(subject=ReminderSubject.EXPIRING, frequency=frequency)
    ending(officer, "2026-05-01")
    run()
    run(TODAY + datetime.timedelta(days=days))

    assert len(mailbox.messages) == count


def test_nothing_to_tell_sends_nothing(mailbox, officer):
    run()

    assert mailbox.messages == []
    assert not officer.reminders.exists()


def test_message_that_is_refused_keeps_no_other_back_and_is_tried_again(mailbox, officer):
    factories.UserFactory(email="other@example.org")
    ending(officer, "2026-05-01")
    mailbox.refused = {"officer@example.org"}
    with pytest.raises(CommandError):
        run()
    mailbox.refused = set()
    run()

    assert [message["To"] for message in mailbox.messages] == [
        "other@example.org",
        "officer@example.org",
    ]


def test_missing_mail_server_is_said(settings):
    settings.SITE_ADDRESS, settings.EMAIL_HOST = "https://registry.example.org", ""
    with pytest.raises(CommandError, match="EMAIL_HOST"):
        run()


def test_agreement_is_told_of_at_each_mark_and_all_along_the_last(officer):
    for months, end in ((11, "2027-02-01"), (5, "2026-08-01"), (2, "2026-05-01")):
        ending(officer, end, title=f"{months} months")
    ending(officer, "2028", title="far")
    yesterday = TODAY - datetime.timedelta(days=1)

    assert list(told(officer, "expiring").values()) == [["2 months"], ["5 months"], ["11 months"]]
    assert list(told(officer, "expiring", sent_on=yesterday).values()) == [["2 months"]]
    assert ["5 months"] in told(officer, "expiring", sent_on=datetime.date(2026, 1, 1)).values()


def test_agreement_that_ended_is_told_of_unless_renewed(officer):
    ending(officer, "2026-02-20", title="ended")
    renewed = ending(officer, "2026-02-20", title="renewed")
    factories.AgreementFactory(renews=renewed, starts_on="2026-02-21")

    [(_title, names), *_more] = told(officer, "expiring").items()
    assert names == ["ended"]
    assert told(officer, "expiring", sent_on=datetime.date(2026, 2, 25)) == {}


def test_agreements_of_others_and_drafts_are_not_told_of(officer):
    ending(officer, "2026-05-01", authority=factories.AuthorityFactory())
    ending(officer, "2026-05-01", status=Status.DRAFT)

    assert told(officer, "expiring") == {}


def test_reviews_wait_for_those_who_publish(officer):
    ending(officer, "2030", title="Mine", status=Status.IN_REVIEW)
    factories.AgreementFactory(status=Status.IN_REVIEW, authority=factories.AuthorityFactory())
    assert told(officer, "reviews") == {}
    officer.groups.add(Group.objects.get(name=Role.EDITOR))
    officer = type(officer).objects.get(pk=officer.pk)

    assert list(told(officer, "reviews").values()) == [["Mine"]]


def test_call_that_closes_within_a_month_is_told_of(officer):
    factories.CallFactory(edition="soon", closes_on="2026-03-20")
    factories.CallFactory(edition="later", closes_on="2026-06-20")
    factories.CallFactory(edition="closed", closes_on="2026-02-20")

    [names] = told(officer, "closing").values()
    assert len(names) == 1
    assert "soon" in names[0]


def test_link_asks_then_stops_one_subject(client, officer):
    address = stopping.path(officer, ReminderSubject.EXPIRING)
    client.get(address)
    assert not officer.reminders.exists()
    client.post(address)

    assert [one.frequency for one in officer.reminders.all()] == [Frequency.NEVER]


def test_link_of_the_mail_program_stops_all(client, officer):
    client.post(stopping.path(officer), {"List-Unsubscribe": "One-Click"})

    assert officer.reminders.filter(frequency=Frequency.NEVER).count() == len(ReminderSubject)


def test_forged_link_is_unknown(client, officer):
    address = stopping.path(officer)
    assert client.post(address.replace(":", ":x", 1)).status_code == 404


def test_everybody_chooses_on_their_own_page(client, officer):
    client.force_login(officer)
    address = reverse("admin:reminders")
    assert client.get(address).status_code == 200
    choice = {"expiring": "daily", "closing": "never", "reviews": "monthly", "language": "fr"}
    client.post(address, choice)

    officer.refresh_from_db()
    assert dict(officer.reminders.values_list("subject", "frequency")) == {
        name: choice[name] for name in ReminderSubject
    }
    assert officer.language == "fr"
