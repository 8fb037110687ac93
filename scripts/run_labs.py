"""Execute the labs headlessly.

`make run` leaves the notebooks alone and writes executed copies and static HTML to build/.
`make refresh` stores the fresh outputs in the notebooks themselves.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert import HTMLExporter

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
CELL_SECONDS = 300
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def execute(path):
    """Run one notebook in a fresh kernel; return it and its number of seconds."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=CELL_SECONDS,
        record_timing=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(ROOT)}},
    )
    start = time.perf_counter()
    client.execute()
    return notebook, time.perf_counter() - start


def without_noise(notebook):
    """Drop what must not be stored: progress bars and logs (stderr), and what the kernel adds to the metadata."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [out for out in cell.outputs if out.get("name") != "stderr"]
    return notebook


def headline(notebook):
    """Return what the cell tagged `headline` printed, on one line."""
    for cell in notebook.cells:
        if "headline" in cell.metadata.get("tags", []):
            lines = "".join(
                out.get("text", "") for out in cell.outputs if out.get("name") == "stdout"
            ).splitlines()
            return "; ".join(" ".join(line.split()) for line in lines)
    return "no headline cell"


def write(path, text):
    """Write `text` to `path`, complete or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8", newline="\n")
    os.replace(part, path)


def run(path, refresh):
    """Run one lab, store the result, print its line; return whether it ran to the end."""
    try:
        notebook, seconds = execute(path)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        # nbclient's message shows the cell and the traceback, ending in the error itself
        print(f"{path.name:42} FAILED\n{str(error).strip()}", flush=True)
        return False
    target = path if refresh else BUILD / path.name
    write(target, nbformat.writes(without_noise(notebook)) + "\n")
    if not refresh:
        html, _ = HTMLExporter().from_notebook_node(notebook)
        write(target.with_suffix(".html"), html)
    print(f"{path.name:42} {seconds:5.1f} s  {headline(notebook)}", flush=True)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--refresh", action="store_true", help="store the outputs in the notebooks themselves"
    )
    parser.add_argument("notebooks", nargs="*", type=Path, help="the three labs by default")
    options = parser.parse_args()
    BUILD.mkdir(exist_ok=True)
    paths = options.notebooks or sorted(ROOT.glob("0*.ipynb"))
    done = [run(path.resolve(), options.refresh) for path in paths]
    if not options.refresh:
        print(f"Executed copies and HTML pages are in {BUILD.relative_to(ROOT)}/")
    sys.exit(0 if all(done) else 1)


if __name__ == "__main__":
    main()
