"""What is done beside requests: by the process that answers them, or by others."""

from __future__ import annotations

from collections.abc import Sequence

from cocreate.jobs import MakeWork, deliveries
from cocreate.mail import Mailer
from cocreate.settings import Settings
from cocreate.web.letters.letters import letters
from cocreate.webhooks.sending import Sender


def kinds_of_work(settings: Settings, sender: Sender, mailer: Mailer | None) -> Sequence[MakeWork]:
    """Give the kinds of jobs: sending to webhooks, and writing to those who follow."""
    kinds = [deliveries(sender, settings.public_url)]
    if mailer is not None:
        kinds.append(letters(mailer, settings.public_url))
    return kinds
