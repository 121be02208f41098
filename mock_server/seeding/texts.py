"""What people write into the fields of a form: by the name of the field, its format and its pattern."""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from mock_server.seeding.pattern_texts import draw_text

if TYPE_CHECKING:
    from faker import Faker

_PURPOSES = ("api", "web", "service", "worker", "portal", "gateway", "sync", "reports", "tools", "docs")
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_PADDING = "x"
_LONGEST = 2_000


def draw_subject(faker: "Faker") -> str:
    """What a task is about, in two words and a dash, such as `invoice-gateway`."""
    return f"{faker.word(part_of_speech='noun')}-{faker.random_element(_PURPOSES)}"


_BY_FORMAT: Final[Mapping[str, Callable[["Faker"], str]]] = {
    "email": lambda faker: faker.safe_email(),
    "idn-email": lambda faker: faker.safe_email(),
    "uri": lambda faker: f"https://{faker.domain_word()}.example/{faker.word()}",
    "iri": lambda faker: f"https://{faker.domain_word()}.example/{faker.word()}",
    "uri-reference": lambda faker: f"/{faker.word()}/{faker.word()}",
    "hostname": lambda faker: f"{faker.word()}.{faker.domain_word()}.example",
    "host-name": lambda faker: f"{faker.word()}.{faker.domain_word()}.example",
    "ipv4": lambda faker: faker.ipv4_private(),
    "ip-address": lambda faker: faker.ipv4_private(),
    "ipv6": lambda faker: faker.ipv6(),
    "uuid": lambda faker: str(faker.uuid4()),
    "color": lambda faker: faker.hex_color(),
    "phone": lambda faker: f"+49 30 {faker.numerify('#######')}",
    "regex": lambda faker: f"^{faker.word()}-.*$",
    "json-pointer": lambda faker: f"/{faker.word()}",
    "duration": lambda faker: f"P{faker.random_int(1, 20)}D",
    "time": lambda faker: f"{faker.random_int(10, 20)}:30:00Z",
    "date": lambda faker: _date(faker),
    "date-time": lambda faker: f"{_date(faker)}T{faker.random_int(10, 20)}:30:00Z",
}
_BY_WORD: Final[Mapping[str, Callable[["Faker"], str]]] = {
    "email": lambda faker: faker.safe_email(),
    "mail": lambda faker: faker.safe_email(),
    "url": lambda faker: f"https://{faker.domain_word()}.example/{faker.word()}",
    "host": lambda faker: f"{faker.word()}.{faker.domain_word()}.example",
    "hostname": lambda faker: f"{faker.word()}.{faker.domain_word()}.example",
    "description": lambda faker: faker.sentence(),
    "summary": lambda faker: faker.sentence(),
    "reason": lambda faker: faker.sentence(),
    "comment": lambda faker: faker.sentence(),
    "message": lambda faker: faker.sentence(),
    "version": lambda faker: faker.numerify("#.##.#"),
    "region": lambda faker: faker.random_element(("eu-central-1", "eu-north-1", "us-east-1")),
    "branch": lambda faker: faker.random_element(("main", "develop", "release")),
    "phone": lambda faker: f"+49 30 {faker.numerify('#######')}",
    "date": lambda faker: _date(faker),
    "topic": lambda faker: faker.word(),
    "topics": lambda faker: faker.word(),
    "tag": lambda faker: faker.word(),
    "tags": lambda faker: faker.word(),
    "path": lambda faker: f"{faker.word()}/{faker.word()}",
    "city": lambda faker: faker.city(),
    "company": lambda faker: faker.company(),
    "person": lambda faker: faker.name(),
}


def draw_texts(
    draw: random.Random, faker: "Faker", name: str, schema: Mapping[str, Any], subject: str
) -> Iterator[str]:
    """Texts for a field, the likeliest first; the schema may refuse any of them."""
    for text in _candidates(draw, faker, name, schema, subject):
        yield from _fitted(text, schema)


def _candidates(
    draw: random.Random, faker: "Faker", name: str, schema: Mapping[str, Any], subject: str
) -> Iterator[str]:
    by_format = _BY_FORMAT.get(str(schema.get("format")))
    if by_format is not None:
        yield by_format(faker)
    words = [word.lower() for word in _WORDS.findall(name)]
    known = next((_BY_WORD[word] for word in reversed(words) if word in _BY_WORD), None)
    if known is not None:
        yield known(faker)
    if "title" in {*words[-1:], str(schema.get("title")).lower()}:
        yield subject.replace("-", " ").title()
    yield subject
    yield subject.replace("-", "_")
    yield subject.replace("-", "_").upper()
    yield subject.partition("-")[0]
    if isinstance(schema.get("pattern"), str):
        for _ in range(3):
            text = draw_text(draw, schema["pattern"])
            if text is not None:
                yield text
    yield subject.replace("-", " ").title()
    yield faker.sentence()
    yield faker.paragraph()


def _fitted(text: str, schema: Mapping[str, Any]) -> Iterator[str]:
    """The text, in the length that is asked for."""
    least, most = schema.get("minLength", 0), schema.get("maxLength", _LONGEST)
    if not (isinstance(least, int) and isinstance(most, int)) or least > _LONGEST:
        yield text
    elif len(text) < least:
        yield text.ljust(least, _PADDING)
    elif len(text) > most:
        yield text[: max(0, most)].rstrip("-_. ")
    else:
        yield text


def _date(faker: "Faker") -> str:
    return f"20{faker.random_int(24, 29)}-{faker.random_int(10, 12)}-{faker.random_int(10, 28)}"
