"""Links and pictures in the pages and notebooks: files and headings exist, addresses are sound."""

import re

import pytest
from exercises import BOOKS

import utils

LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
TAG = re.compile(r"<(?:img|a)\b[^>]*?\b(?:src|href)=[\"']?([^\"'\s>]+)")


PATHS = [*utils.HERE.glob("*.md"), *utils.HERE.glob("docs/*.md")]
PAGES = {path: path.read_text(encoding="utf-8") for path in PATHS}
for name, book in BOOKS.items():
    prose = [cell.source for cell in book.cells if cell.cell_type == "markdown"]
    PAGES[utils.HERE / name] = "\n".join(prose)


def anchors(text):
    """Return the anchors of the headings, made as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"(?ms)^```.*?^```", "", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def problems(path, text):
    """Yield a sentence for each link that leads nowhere, and each picture without words."""
    for target in [target for *_, target in LINK.findall(text)] + TAG.findall(text):
        file, _, anchor = target.partition("#")
        other = (path.parent / file).resolve() if file else path
        if re.match(r"\w+:", target):
            if not re.fullmatch(r"https://[\w.-]+\.\w+(?:[/?#]\S*)?", target):
                yield f"{target} is no https address"
        elif not other.exists():
            yield f"{target} does not exist"
        elif anchor and anchor not in anchors(PAGES[other]):
            yield f"{other.name} has no heading #{anchor}"
    yield from (f"{target} has no text" for _, words, target in LINK.findall(text) if not words)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_and_picture_leads_somewhere(path):
    assert list(problems(path, PAGES[path])) == []


def test_a_broken_link_is_found(record_property):
    text = "[a](no.md) ![](README.md) [a](README.md#no) [a](http://example.com) <img src='no.png'>"
    found = list(problems(utils.HERE / "README.md", text))
    record_property("mutant", f"{'broken links':22} links  {'; '.join(found)}")
    assert found == [
        "no.md does not exist",
        "README.md has no heading #no",
        "http://example.com is no https address",
        "no.png does not exist",
        "README.md has no text",
    ]
