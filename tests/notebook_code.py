"""What conftest, the tests and the benchmark need of notebooks."""

import base64
import re
import struct

import nbformat

import utils

IGNORE = "nbval-ignore-output"  # nbval's tag: `fault` compares such a cell, within its tolerance
NUMBER = re.compile(r"[-+]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?")
NOISE = re.compile(r"UsageError|Warning:|Traceback|ERROR|Exception ignored|it/s")
SIZE = 0.05  # share by which the width or height of a picture may differ between systems


def where(name, cell):
    """Name a cell as a person finds it: the notebook, its number In [n], its first line."""
    first_line = cell.source.strip().split("\n")[0]
    return f"{name}, cell In [{cell.get('execution_count') or ' '}] ({first_line!r})"


def tags_of(cell):
    return cell.metadata.get("tags", [])


def texts_of(outputs):
    """Return what outputs say in words and numbers; stderr and pictures are left out."""
    texts = [out.text for out in outputs if out.get("name") == "stdout"]
    shown = [out.get("data", {}) for out in outputs]
    shown = [data for data in shown if "image/png" not in data]
    return texts + [
        text for data in shown for kind, text in sorted(data.items()) if "text/" in kind
    ]


def numbers_of(texts):
    return [float(found.replace(",", "")) for found in NUMBER.findall("\n".join(texts))]


def words_of(texts):
    return NUMBER.sub("0", "\n".join(texts)).split()


def tolerance_of(cell):
    """Return the number in the comment `# tolerance: 2` of a cell, or None."""
    found = re.search(r"^# tolerance: (\d+(?:\.\d+)?)\b", cell.source, re.MULTILINE)
    return float(found[1]) if found else None


def picture_sizes(outputs):
    """Return width and height of each PNG, in pixels."""
    pictures = [out.data["image/png"] for out in outputs if "image/png" in out.get("data", {})]
    return [struct.unpack(">II", base64.b64decode(text)[16:24]) for text in pictures]


def fault(cell, fresh, written, is_compared):
    """Say what is wrong with a cell that nbval lets pass; or None.

    `fresh` are its new outputs, `written` what `files_below` found anew. Pictures are compared in
    number and size. In a cell tagged `nbval-ignore-output` the words must be the same, and each
    number may differ by the tolerance that the cell states.
    """
    errors = "\n".join(out.text for out in fresh if out.get("name") == "stderr").splitlines()
    if noise := [line for line in errors if NOISE.search(line)]:
        return f"printed a warning, an error or a progress bar: {noise[0]}"
    if written:
        return f"wrote into the folder of the labs: {', '.join(path.name for path, _ in written)}"
    if not is_compared:
        return None
    old, new = picture_sizes(cell.outputs), picture_sizes(fresh)
    sides = zip(sum(old, ()), sum(new, ()), strict=False)
    if len(old) != len(new) or any(abs(a - b) > SIZE * a for a, b in sides):
        return f"draws pictures of {new} pixels, stored are {old}"
    if IGNORE not in tags_of(cell):
        return None
    stored, now = texts_of(cell.outputs), texts_of(fresh)
    if words_of(stored) != words_of(now):
        return "the words of its output differ from the stored ones"
    allowed = tolerance_of(cell) or 0
    for a, b in zip(numbers_of(stored), numbers_of(now), strict=True):
        if abs(a - b) > allowed * (1 + 1e-9):
            return f"gives {b:g}, stored is {a:g}, and the tolerance is {allowed:g}"
    return None


def reason(outputs, error):
    """Say on one line why a cell failed; a KeyboardInterrupt is nbval's own, at the time-out."""
    errors = [out for out in outputs if out.output_type == "error"]
    errors = [f"{out.ename}: {out.evalue}" for out in errors if out.ename != "KeyboardInterrupt"]
    return [*errors, str(error).strip()][0].split("\n")[0]


def files_below(folder):
    """Return (path, time of change) of what lies in a folder and its data; no hidden files.

    Notebooks are left out: JupyterLab may save one that is open.
    """
    paths = [*folder.glob("[!._]*"), *folder.glob("data/**/*")]
    paths = [path for path in paths if path.suffix != ".ipynb" and path.name != "build"]
    return {(path, path.is_file() and path.stat().st_mtime_ns) for path in paths}


def run_cells(name, until):
    """Execute the code cells of a lab until a variable exists; return the namespace.

    So tests and the benchmark use the labs' own functions, not copies.
    """
    namespace = {"__name__": "__main__"}
    for cell in nbformat.read(utils.HERE / name, as_version=4).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, f"{name}, In [{cell.execution_count}]", "exec"), namespace)
            if until in namespace:
                return namespace
    raise LookupError(f"{name}: no cell defines {until}")
