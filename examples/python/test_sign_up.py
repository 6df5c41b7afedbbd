"""What an application's tests look like with the fixture of conftest.py: `pytest examples/python`."""

import smtplib
import threading
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

import pytest


def sign_up(server, address, attempts=1):
    """The application under test: welcomes a user, and tries again what is refused for now."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "app@example.org", address, "Welcome"
    mail["Date"], mail["Message-ID"] = formatdate(), make_msgid()
    mail.set_content("Your code is 471147.")
    for attempt in range(1, attempts + 1):
        try:
            with smtplib.SMTP(server.host, server.port) as client:
                return client.send_message(mail)
        except smtplib.SMTPRecipientsRefused as refused:
            [(code, _)] = refused.recipients.values()
            if code >= 500 or attempt == attempts:
                raise


def test_a_user_is_welcomed(mailmock):
    sign_up(mailmock, "ada@example.org")

    [found] = mailmock.wait(sent_to="ada@example.org", subject_contains="Welcome")
    mail = mailmock.mail(found["id"])
    assert mail["envelope"]["forward_paths"] == ["ada@example.org"]
    assert mail["codes"] == ["471147"]
    assert mail["lint"] == []


def test_mail_of_the_background_is_waited_for(mailmock):
    thread = threading.Thread(target=sign_up, args=(mailmock, "bob@example.org"))
    thread.start()
    [found] = mailmock.wait(sent_to="bob@example.org", timeout=10)
    assert found["header_from"] == ["app@example.org"]
    thread.join()


def test_a_greylisted_mail_gets_through(mailmock):
    busy = mailmock.add_rule(trigger="rcpt", frequency={"first": 1}, action={"reply": "greylisted"})
    sign_up(mailmock, "ada@example.org", attempts=2)
    assert mailmock.hits(busy) == 1
    assert len(mailmock.wait(sent_to="ada@example.org")) == 1


def test_an_unknown_user_is_given_up(mailmock):
    mailmock.add_rule(trigger={"rcpt_to": "gone@example.org"}, action={"reply": "550 5.1.1 No such user"})
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        sign_up(mailmock, "gone@example.org", attempts=3)
    assert mailmock.request("GET", "mails")["mails"] == []
