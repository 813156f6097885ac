"""Writing pages: who reads, in which language, and what stands around each page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import MediaType
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.response.base import ASGIResponse
from litestar.template import TemplateConfig
from markupsafe import Markup, escape

from cocreate.api.answers import Answer
from cocreate.api.knowing import AnyRequest, Knowing, Known, known_to, tag_of, unchanged, validators
from cocreate.api.parts import parts_of
from cocreate.api.principal import Principal
from cocreate.api.problems import Problem
from cocreate.api.roles import STEPS_OF, takes
from cocreate.domain.calendar import AMSTERDAM
from cocreate.domain.glossary import Language, definition, label, vocabularies
from cocreate.domain.vocabulary import Role, Vocabulary
from cocreate.projections.answers import Models
from cocreate.projections.story import day_in_words
from cocreate.web.addresses import Addresses
from cocreate.web.pictures.bars import segments
from cocreate.web.places import places_for
from cocreate.web.session import fingerprint, signed_in
from cocreate.web.texts import LANGUAGES, texts
from cocreate.web.tones import tone

HTML: Final = b"text/html; charset=utf-8"
VARY: Final = b"Cookie, Accept-Encoding"
POLICY: Final = (
    b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a page may do: use what this server serves, and nothing else. No style or script stands in
a page itself."""

EMBEDDED: Final = POLICY.replace(b"frame-ancestors 'none'", b"frame-ancestors *")
"""The same for what may be shown within a page of another site."""

_HERE: Final = Path(__file__).parent


class NavigationItem(NamedTuple):
    """A place in the navigation of a page."""

    name: str
    href: str
    here: bool


class Reader(msgspec.Struct, frozen=True):
    """Who reads a page of a municipality, and where it stands."""

    language: Language
    code: str
    municipality: str
    """The name of the municipality."""
    languages: Sequence[Language]
    """Those it speaks to residents, its own first."""
    themed: bool
    """Whether it has a theme of its own."""
    logo: bool
    """Whether it has a logo."""
    principal: Principal
    roles: frozenset[Role]
    """The roles it has in all of the municipality, or in any of its projects."""
    session: str
    """Tells one who is signed in from others; empty for anyone."""
    path: str
    """The address of the page, as the request has it."""
    query: str
    as_of: str | None
    """As known at what the page is shown, where that is not now."""

    @property
    def at(self) -> Addresses:
        """The addresses of the municipality's pages, in the language of this one."""
        return Addresses(self.language, self.code)

    @property
    def records(self) -> bool:
        """Whether this reader may take any step here."""
        roles = self.principal.roles
        return Role.AUDITOR not in roles and not roles.isdisjoint(STEPS_OF)

    def may_take(self, noun: str) -> bool:
        """Tell whether this reader may take a step here."""
        return self.records and not self.principal.roles.isdisjoint(takes(noun))

    def in_language(self, language: Language) -> str:
        """Give the address of this page in a language."""
        path = f"/{language}{self.path[3:]}"
        return f"{path}?{self.query}" if self.query else path

    def path_with(self, **changed: object) -> str:
        """Give the address of this page with some of its query changed; None takes one out."""
        kept = [(name, value) for name, value in parse_qsl(self.query) if name not in changed]
        query = urlencode([*kept, *((n, v) for n, v in changed.items() if v is not None)])
        return f"{self.path}?{query}" if query else self.path

    @property
    def places(self) -> Sequence[NavigationItem]:
        """The main places that this reader finds something at, and whether it is there."""
        return [
            NavigationItem(each.name, href, here=self.path == href)
            for each in places_for(self.roles)
            for href in (self.at.page(each.path) if each.path else self.at.home,)
        ]


def language_of(request: AnyRequest) -> Language:
    """Give the language of a page, which its address begins with."""
    first = request.scope["path"].split("/", 2)[1]
    return "en" if first == "en" else "nl"


async def reader_of(request: AnyRequest, code: str, as_of: str | None = None) -> Reader:
    """Tell who reads. Raises what :meth:`Access.reading` raises."""
    access = parts_of(request).access
    principal = await access.reading(request)
    # Before a page, a role in other projects counts for nothing; it does where that page leads.
    everywhere = await access.principal(request.scope, code)
    roles = everywhere.roles.union(*everywhere.in_projects.values())
    return await reader_as(request, code, principal, as_of, roles=roles)


async def reader_as(
    request: AnyRequest,
    code: str,
    principal: Principal,
    as_of: str | None = None,
    *,
    roles: frozenset[Role] = frozenset(),
) -> Reader:
    """Tell who reads where it is known who that is.

    Raises :class:`~cocreate.log.errors.UnknownMunicipality`.
    """
    municipality = await parts_of(request).service.live.municipality(code)
    settings = municipality.settings
    return Reader(
        language=language_of(request),
        code=code,
        municipality=municipality.name,
        languages=settings.languages,
        themed=any((settings.theme.primary_colour, settings.theme.accent_colour)),
        logo=settings.theme.logo is not None,
        principal=principal,
        roles=roles,
        session=fingerprint(signed_in(request)),
        path=request.scope["path"],
        query=request.scope["query_string"].decode("latin-1"),
        as_of=as_of,
    )


async def page_known(
    request: AnyRequest, code: str, models: Models, knowing: Knowing
) -> tuple[Reader, Known]:
    """Tell who reads a page, and as known at what it is written."""
    reader = await reader_of(request, code, knowing.as_of)
    return reader, await known_to(request, code, models, knowing)


Write = Callable[[], Awaitable[str | None]]


async def shown(
    request: AnyRequest,
    reader: Reader,
    known: Known,
    write: Write,
    *question: object,
    policy: bytes = POLICY,
) -> ASGIResponse:
    """Answer a page that follows from what is known; raises :class:`Problem` where there is none.

    What anyone is shown is kept, and told apart by an ETag, as answers of the API are. What is
    shown to those who are signed in is kept nowhere: it names them.
    """
    if reader.session:
        body = await write()
        if body is None:
            raise Problem("not-found")
        data = body.encode()
        length = (b"content-length", b"%d" % len(data))
        return Answer(200, data, [*_of_page(policy), length, (b"cache-control", b"no-store")])

    async def ask() -> bytes | None:
        written = await write()
        return None if written is None else written.encode()

    return await kept(request, known, ask, _of_page(policy), *question)


async def kept(
    request: AnyRequest,
    known: Known,
    ask: Callable[[], Awaitable[bytes | None]],
    headers: Sequence[tuple[bytes, bytes]],
    *question: object,
) -> ASGIResponse:
    """Answer what follows from what is known, kept while it holds, or 304 to who has it already.

    Raises :class:`Problem` where there is none.
    """
    mark = known.mark(release(), *question)
    tag = tag_of(request, mark)
    told = validators(tag, VARY)
    if unchanged(request, tag) is not None:
        # Browsers take over the headers of this answer (RFC 9111, 3.2): where it has no policy, the
        # page that they have is shown under that of answers without any, by which no style is read.
        return Answer(304, b"", [*(each for each in headers if each[0] != b"content-type"), *told])
    body = await known.give(mark, ask)
    if body is None:
        raise Problem("not-found")
    length = (b"content-length", b"%d" % len(body))
    return Answer(200, body, [*headers, length, *told])


def _of_page(policy: bytes) -> Sequence[tuple[bytes, bytes]]:
    """Give the headers of every page."""
    return (
        (b"content-type", HTML),
        (b"content-security-policy", policy),
        (b"cross-origin-resource-policy", b"same-origin"),
    )


_HEADERS: Final = {
    name.decode(): value.decode() for name, value in _of_page(POLICY) if name != b"content-type"
}


def written(
    template: str, language: Language, reader: Reader | None = None, /, **context: object
) -> str:
    """Give a page from its template."""
    return engine().get_template(_file(template)).render(**_said(language, reader, context))


def page(
    template: str,
    language: Language,
    reader: Reader | None = None,
    /,
    *,
    status: int = 200,
    cache: str = "no-store",
    **context: object,
) -> Template:
    """Answer a page from its template that no process keeps: as it is sent, it is written."""
    return Template(
        _file(template),
        context=_said(language, reader, context),
        status_code=status,
        media_type=MediaType.HTML,
        headers={**_HEADERS, "Cache-Control": cache},
    )


def _file(template: str) -> str:
    return f"{template}.html.jinja"


def _said(
    language: Language, reader: Reader | None, context: Mapping[str, object]
) -> dict[str, Any]:
    """Give what a template says, and what it says it with."""
    return {**words(language), "reader": reader, "at": reader.at if reader else None, **context}


@cache
def words(language: Language) -> Mapping[str, object]:
    """Give what templates say things with, in a language."""
    return {
        "language": language,
        "languages": LANGUAGES,
        "t": texts(language),
        "word": partial(_word, language),
        "coded": partial(_coded, language),
        "defined": partial(_defined, language),
        "day": partial(_day, language),
        "moment": partial(_moment, language),
        "asset": asset,
        "mailto": mailto,
    }


@cache
def engine() -> JinjaTemplateEngine:
    """Give what writes templates; what people wrote is escaped wherever it stands.

    It is that of the application: what is written to be kept and what is answered at once are
    written alike.
    """
    made = Environment(
        loader=PackageLoader("cocreate.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {"tone": tone, "segments": segments}
    made.filters["kind"] = lambda value: type(value).__name__
    made.tests["vocabulary"] = lambda value: isinstance(value, Vocabulary)
    return JinjaTemplateEngine.from_environment(made)


def templates() -> TemplateConfig[JinjaTemplateEngine]:
    """Give the templates to the application."""
    return TemplateConfig(instance=engine())


@cache
def release() -> str:
    """Give what is another whenever pages of the same may be others: all they are made of."""
    digest = sha256()
    for each in sorted(_HERE.rglob("*")):
        if each.is_file() and each.suffix != ".pyc":
            digest.update(each.read_bytes())
    return digest.hexdigest()[:16]


@cache
def asset(name: str) -> str:
    """Give the address of a file that pages use: another whenever the file is."""
    return f"/static/{release()}/{name}"


def mailto(subject: str, text: str) -> str:
    """Give the address that has a mail program begin a mail (RFC 6068)."""
    return f"mailto:?{urlencode({'subject': subject, 'body': text}, quote_via=quote)}"


# -- what templates say ---------------------------------------------------------------------------


def _word(language: Language, member: Vocabulary) -> str:
    return label(member, language)


def _defined(language: Language, member: Vocabulary) -> str:
    return definition(member, language)


def _coded(language: Language, vocabulary: str, code: str) -> str:
    """Give the word for a code of a vocabulary, such as ``deviation-ground``."""
    return label(vocabularies()[vocabulary](code), language)


def _day(language: Language, day: date | None) -> Markup:
    """Give a day in words, and for programs."""
    if day is None:
        return Markup("")
    said = escape(day_in_words(day, language))
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), said)


def _moment(language: Language, moment: datetime) -> Markup:
    """Give a moment as clocks in the Netherlands had it."""
    local = moment.astimezone(AMSTERDAM)
    said = texts(language)(
        "moment", day=day_in_words(local.date(), language), time=f"{local:%H:%M}"
    )
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), said)
