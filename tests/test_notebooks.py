"""Rules for the stored notebooks: what nbval passes in silence, and what the labs promise.

Links in pages and notebooks lead somewhere, and the plans in docs/teaching.md follow the labs.
"""

import ast
import re
from contextlib import suppress

import nbformat
import pytest
from exercises import BOOKS, LABS, find_exercises
from notebook_code import IGNORE, numbers_of, picture_sizes, tags_of, texts_of, tolerance_of, where

import utils

SMALLEST_PICTURE = 100  # pixels
SECRET = re.compile(
    r"(?<![\w.-])/(?:home|Users|root|tmp)/|[A-Z]:\\+Users|site-packages|BEGIN [A-Z ]*PRIVATE KEY|"
    r"\b(?:sk-|gh[opsu]_|github_pat_|glpat-|hf_|AKIA|AIza|xox[abp]-)[\w-]{16}|"
    + re.escape(f"{utils.HERE.parent}/")
)
UNWANTED = re.compile(
    r"os\.chdir|pip install|get_ipython|(?:NBVAL|PYTEST_VALIDATE)_\w+|plt\.show\(\)"
)
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
TAG = re.compile(r"<(?:img|a)\b[^>]*?\b(?:src|href)=[\"']?([^\"'\s>]+)")
PATHS = [*utils.HERE.glob("*.md"), *utils.HERE.glob("docs/*.md")]


def prose_of(book):
    return "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")


PAGES = {path: path.read_text(encoding="utf-8") for path in PATHS}
PAGES |= {utils.HERE / name: prose_of(book) for name, book in BOOKS.items()}
PLANS = PAGES[utils.HERE / "docs" / "teaching.md"]


def problems(name, book):
    """Yield a sentence for everything that is wrong with a notebook as it is stored."""
    first, kernel = where(name, book.cells[0]), book.metadata.get("kernelspec", {}).get("name")
    if kernel != "python3":
        yield f"{first}: its kernel is named {kernel!r}, not 'python3': run 'make refresh'"
    listed = re.findall(r"^\d+\. \[?(.*?)(?:\]\(.*\))?$", book.cells[0].source, re.MULTILINE)
    headings = re.findall(r"^## (?:\d+\. )?(.*)$", prose_of(book), re.MULTILINE)
    if listed != headings:
        yield f"{first}: its introduction lists the parts {listed}, the headings are {headings}"
    for cell in book.cells:
        texts = [cell.source, *texts_of(cell.get("outputs", []))]
        if found := SECRET.search("\n".join(texts)):
            yield f"{where(name, cell)}: a machine path or a key: {found[0]}"
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        if cell.execution_count != number:
            yield f"{where(name, cell)}: is code cell {number}; run the notebook: 'make refresh'"
            break
    for cell in code:
        rules = (of_source(cell), of_tags(cell, cell is code[-1]), of_outputs(cell))
        yield from (f"{where(name, cell)}: {text}" for rule in rules for text in rule)


def of_source(cell):
    """Plain Python, no warnings silenced at large, no range so wide that anything is in it."""
    if not cell.source.strip():
        yield "is empty"
    if found := UNWANTED.search(cell.source):
        yield f"no {found[0]} in a lab"
    try:
        tree = ast.parse(cell.source)
    except SyntaxError:
        yield "is not plain Python; no magics and no shell lines in a lab"
        return
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = ast.unparse(call.func).split(".")[-1]
        if name in ("filterwarnings", "simplefilter", "catch_warnings"):
            given = {word.arg for word in call.keywords} & {"message", "category", "module"}
            if "'ignore'" in ast.unparse(call) and len(call.args) < 2 and not given:
                yield "silences all warnings; name the one that is meant"
        with suppress(ValueError):  # bounds that are no plain numbers
            low, high = map(ast.literal_eval, call.args[2:4] if name == "check_range" else [0, 0])
            if high - low > 0.3 * (1 if abs(high) <= 1 else max(100, abs(high))):
                yield f"the range {low} to {high} is too wide to notice anything"


def of_tags(cell, is_last):
    """No tag that hides a fault; numbers that may move are stored, and have a tolerance."""
    tags = set(tags_of(cell))
    if wrong := tags - {IGNORE, "headline", "picture"}:
        yield f"has the tag {', '.join(wrong)}, which is not allowed"
    if is_last != ("headline" in tags):
        yield "only the last code cell has the tag headline, and it has to"
    numbers = numbers_of(texts_of(cell.outputs))
    if IGNORE in tags and not cell.outputs:
        yield "its output was stripped; run the notebook: 'make refresh'"
    if IGNORE in tags and numbers:
        tolerance = tolerance_of(cell)
        if tolerance is None:
            yield "states no tolerance, such as '# tolerance: 2'"
        elif tolerance > max(map(abs, numbers)) / 2:
            yield f"the tolerance {tolerance:g} is too wide for its numbers"


def of_outputs(cell):
    """No stored errors or warnings; each picture is there, worded, and described."""
    for out in cell.outputs:
        if out.output_type == "error":
            yield "a stored error"
        if out.get("name") == "stderr":
            yield "a stored warning, log line or progress bar"
    pictures = [out for out in cell.outputs if "image/png" in out.get("data", {})]
    if "utils.show(" in cell.source and "def " not in cell.source and not pictures:
        yield "its picture was stripped; run the notebook: 'make refresh'"
    if pictures and not ("xlabel" in cell.source and "ylabel" in cell.source):
        yield "name both axes of its picture"
    if pictures and any(out.output_type == "execute_result" for out in cell.outputs):
        yield "a value beside its picture; end the cell with utils.show(fig, ...)"
    for out, size in zip(pictures, picture_sizes(cell.outputs), strict=True):
        alt = out.metadata.get("image/png", {}).get("alt", "")
        if min(size) < SMALLEST_PICTURE:
            yield f"a picture of {size[0]} by {size[1]} pixels"
        if len(alt.split()) < 4:
            yield f"a picture whose alternative text is {alt!r}: utils.show(fig, ...) sets it"


@pytest.mark.parametrize("name", BOOKS)
def test_a_lab_is_a_valid_notebook_that_keeps_the_rules(name):
    nbformat.validate(BOOKS[name])
    found = list(problems(name, BOOKS[name]))
    assert not found, "\n".join(found)


def anchors(text):
    """Return the anchors of the headings, made as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"(?ms)^```.*?^```", "", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(path, text):
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
    assert list(dead_links(path, PAGES[path])) == []


@pytest.mark.parametrize("lab", LABS)
def test_the_plan_has_the_parts_exercises_and_minutes_of_the_lab(lab):
    section = re.search(rf"(?ms)^## Lab {int(lab[:2])}:.*?(?=^## )", PLANS)[0]
    plan = re.findall(r"(?m)^\| *(\d.*?) *\| *(.*?) *\| *(.*?) *\|$", section)
    parts = {}
    for part in re.split(r"(?m)^## ", prose_of(BOOKS[lab]))[1:]:
        exercises = re.findall(r"(?m)^> \*\*Exercise (\d\.\d)\.", part)
        parts[part.split("\n")[0]] = ", ".join(exercises)
    assert {part: exercises for part, _, exercises in plan} == parts
    stated = int(re.search(r"\*\*Time:\*\* (\d+) minutes", BOOKS[lab].cells[0].source)[1])
    assert sum(int(minutes) for _, minutes, _ in plan if minutes != "further") == stated


def test_the_points_are_those_of_the_labs():
    counts = [len(find_exercises(lab)) for lab in LABS]
    assert "{} points in lab 1, {} in lab 2, {} in lab 3".format(*counts) in PLANS
