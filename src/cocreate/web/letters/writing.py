"""What letters say: in plain text, in the language in which somebody asked to follow."""

from __future__ import annotations

from collections.abc import Collection, Container, Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final
from urllib.parse import urlsplit

import msgspec

from cocreate.domain.glossary import Language
from cocreate.log.followers import Following
from cocreate.projections.resource import ProjectFile
from cocreate.projections.story import Chapter, day_in_words, latest, told_of
from cocreate.web.addresses import Addresses
from cocreate.web.texts import Texts, texts

MOST: Final = 20
"""How many steps a letter tells of; the page has all."""
LONGEST_REASON: Final = 300


class Postmark(msgspec.Struct, frozen=True, kw_only=True):
    """What every letter to a follower has."""

    following: Following
    code: str
    municipality: str
    """The name of the municipality."""
    public_url: str
    """Where pages are reached."""
    token: str
    """With what its reader answers."""

    @property
    def language(self) -> Language:
        """The language of the letter."""
        return self.following.language

    @property
    def say(self) -> Texts:
        """The texts in that language."""
        return texts(self.language)

    @property
    def at(self) -> Addresses:
        """The addresses of pages in that language."""
        return Addresses(self.language, self.code)

    @property
    def page(self) -> str:
        """Where what is followed can be read."""
        project, subject = self.following.project, self.following.subject
        place = self.at.project(project) if subject is None else self.at.subject(project, subject)
        return f"{self.public_url}{place}"

    @property
    def answer(self) -> str:
        """Where its reader says yes, or leaves."""
        return f"{self.public_url}{self.at.page('following', self.token)}"


class Told(msgspec.Struct, frozen=True):
    """What is told of something: its title, and what happened, the last first."""

    title: str
    chapters: tuple[Chapter, ...] = ()


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What a letter says."""

    subject: str
    text: str


def title_in(file: ProjectFile, subject: str | None) -> str | None:
    """Give the title of what is followed; None where it is not in the file."""
    if subject is None:
        return file.project.title
    account = file.subjects.get(subject)
    return None if account is None else account.title


def chapters_at(
    file: ProjectFile, subject: str | None, positions: Collection[int]
) -> Sequence[Chapter]:
    """Give what happened at positions to what is followed, the last that was recorded first."""
    if subject is None:
        return latest(file, len(positions), positions)
    account = file.subjects.get(subject)
    chapters = () if account is None else told_of(file, account).chapters
    told = [each for each in chapters if each.position in positions]
    return sorted(told, key=lambda each: each.position, reverse=True)


def question(postmark: Postmark, title: str) -> Written:
    """Ask whether the reader of an address wants to follow."""
    say = postmark.say
    return Written(
        subject=say("letter-question", title=_in_line(title)),
        text=say(
            "letter-question-text",
            title=_in_line(title),
            municipality=postmark.municipality,
            page=postmark.page,
            answer=postmark.answer,
        ),
    )


def news(postmark: Postmark, told: Told, count: int, pages: Container[str]) -> Written:
    """Tell what happened: some of it, of ``count`` steps in all.

    ``pages`` are the subjects that have a page.
    """
    say, title = postmark.say, _in_line(told.title)
    chapters = "\n\n".join(_chapter(postmark, each, pages) for each in told.chapters)
    left = count - len(told.chapters)
    more = f"\n\n{say('letter-more', count=left)}" if left else ""
    return Written(
        subject=say("letter-news", title=title, count=count),
        text=say(
            "letter-news-text",
            title=title,
            municipality=postmark.municipality,
            told=chapters + more,
            page=postmark.page,
            answer=postmark.answer,
        ),
    )


def letter(
    postmark: Postmark, written: Written, sender: str, address: str, *, name: str, of: str
) -> EmailMessage:
    """Give a letter as it goes. ``of`` tells it from others: sent twice, it is the same letter.

    Whoever sorts mail finds the list (RFC 2919), a way to leave with one click (RFC 8058), and that
    no answer is read (RFC 3834).
    """
    host = urlsplit(postmark.public_url).hostname or "localhost"
    made = EmailMessage(policy=SMTP)
    made["From"] = Address(display_name=_in_line(name), addr_spec=sender)
    made["To"] = Address(addr_spec=address)
    made["Subject"] = _in_line(written.subject)
    made["Message-ID"] = f"<{postmark.following.follower}.{of}@{host}>"
    made["List-Id"] = f"<{postmark.following.project}.{postmark.code.lower()}.{host}>"
    made["List-Unsubscribe"] = f"<{postmark.answer}>"
    made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(written.text.rstrip() + "\n")
    made["Content-Language"] = postmark.language  # after the content, which clears such headers
    return made


def _chapter(postmark: Postmark, chapter: Chapter, pages: Container[str]) -> str:
    told = chapter.told.nl if postmark.language == "nl" else chapter.told.en
    lines = [f"{day_in_words(chapter.on, postmark.language)}. {told}"]
    if chapter.why:
        why = " ".join(chapter.why.split())
        if len(why) > LONGEST_REASON:
            why = f"{why[:LONGEST_REASON].rsplit(' ', 1)[0]} ..."
        lines.append(f"  {postmark.say('letter-why', why=why)}")
    about = chapter.id if chapter.id is not None and chapter.id in pages else chapter.about.id
    page = postmark.at.subject(postmark.following.project, about)
    lines.append(f"  {postmark.public_url}{page}")
    return "\n".join(lines)


def _in_line(text: str) -> str:
    """Give a text on one line: what people wrote may have more, and headers may not."""
    return " ".join(text.split())
