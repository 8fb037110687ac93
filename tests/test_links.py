"""Links in the README, the other pages and the notebooks: files and headings exist, addresses are well formed."""

import os
import re
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import nbformat
import pytest

import utils

ROOT = utils.HERE
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


def pages():
    """Return the Markdown text of every page and notebook, by path."""
    found = {
        path: path.read_text(encoding="utf-8")
        for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    }
    for path in ROOT.glob("0*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        found[path] = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return found


PAGES = pages()
LINKS = [(path, *found) for path, text in PAGES.items() for found in LINK.findall(text)]


def anchors(text):
    """Return the anchors of the headings, made as GitHub makes them."""
    headings = re.findall(
        r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def is_address(target):
    return urlsplit(target).scheme != ""


def test_there_are_links_to_check():
    assert len(LINKS) > 20 and any(is_address(target) for *_, target in LINKS)


@pytest.mark.parametrize(
    ("path", "picture", "text", "target"), [link for link in LINKS if not is_address(link[3])]
)
def test_a_link_within_the_project_leads_somewhere(path, picture, text, target):
    file, _, anchor = target.partition("#")
    other = (path.parent / file).resolve() if file else path
    assert other.exists(), f"{path.name}: {target} does not exist"
    if anchor:
        assert anchor in anchors(PAGES[other]), (
            f"{path.name}: no heading {anchor!r} in {other.name}"
        )
    assert text.strip(), f"{path.name}: {target} has no text" + (
        " for those who cannot see it" if picture else ""
    )


@pytest.mark.parametrize("target", sorted({target for *_, target in LINKS if is_address(target)}))
def test_an_address_is_well_formed_and_answers_where_asked(target):
    parts = urlsplit(target)
    assert (
        parts.scheme == "https"
        and re.fullmatch(r"[\w.-]+\.\w+", parts.netloc)
        and " " not in target
    )
    if os.environ.get(
        "CHECK_LINKS"
    ):  # with a network: CHECK_LINKS=1 make test ARGS=tests/test_links.py
        request = urllib.request.Request(target, headers={"User-Agent": "Mozilla/5.0"})
        try:
            status = urllib.request.urlopen(request, timeout=20).status
        except urllib.error.HTTPError as error:
            status = error.code
        assert status in (200, 403, 429), (
            f"{target} answers {status}"
        )  # some sites turn programs away
