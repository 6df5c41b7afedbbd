"""mailmock in a pytest suite: a server for the session, emptied for each test.

It needs the binary (`cargo install mailmock --features cli`) on the PATH, or MAILMOCK to say where it is, and
nothing but Python's own library. Copy this file into your suite; a test asks for the fixture `mailmock`.
"""

import json
import os
import subprocess
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import pytest


class Mailmock:
    """A running server: `host` and `port` for the application, and its inspector for the test."""

    def __init__(self, smtp, inspector):
        self.host, self.port = urlsplit(smtp).hostname, urlsplit(smtp).port
        self.inspector = inspector

    def request(self, method, path, body=None, **query):
        """One request to the JSON API; its problems are the test's failures."""
        request = Request(
            f"{self.inspector}/api/v1/{path}?{urlencode(query)}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urlopen(request) as answer:
                return json.load(answer)
        except HTTPError as error:
            detail = json.load(error)["detail"]
        pytest.fail(detail, pytrace=False)

    def wait(self, **conditions):
        """The mails like that, as soon as there are `count` of them; fails after `timeout` seconds."""
        return self.request("GET", "wait", **conditions)["mails"]

    def mail(self, id):
        """All that is known of one mail."""
        return self.request("GET", f"mails/{id}")

    def add_rule(self, **rule):
        """Has the server misbehave; gives the number of the rule."""
        return self.request("POST", "rules", body=rule)["id"]

    def hits(self, rule):
        return self.request("GET", f"rules/{rule}")["hits"]


@pytest.fixture(scope="session")
def mailmock_server():
    command = [os.environ.get("MAILMOCK", "mailmock"), "--json", "--smtp", ":0", "--inspector", ":0", "-q"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        listening = process.stdout.readline()
        assert listening, "mailmock did not start"
        listening = json.loads(listening)
        yield Mailmock(listening["smtp"], listening["inspector"])
        process.terminate()


@pytest.fixture
def mailmock(mailmock_server):
    mailmock_server.request("POST", "reset")
    return mailmock_server
