"""Execute the labs headlessly, each in a fresh kernel.

`make run` writes executed copies and HTML pages to build/; `make refresh` stores the outputs in the
notebooks themselves.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError
from nbconvert import HTMLExporter
from reset import write

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
CELL_SECONDS = 300
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def execute(notebook):
    """Run a notebook as if nobody watched; drop stderr and details of the machine."""
    for variable in ("JPY_SESSION_NAME", "VSCODE_PID"):
        os.environ.pop(variable, None)  # where one is set, utils.progress draws a bar
    NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=CELL_SECONDS,
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(ROOT)}},
    ).execute()
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
        cell.outputs = [out for out in cell.outputs if out.get("name") != "stderr"]


def headline(notebook):
    """Return on one line what the cell tagged `headline` printed."""
    (cell,) = (cell for cell in notebook.cells if "headline" in cell.metadata.get("tags", []))
    text = "".join(out.text for out in cell.outputs if out.get("name") == "stdout")
    return "; ".join(" ".join(line.split()) for line in text.splitlines())


def run(path, refresh):
    """Run one lab, store the result, print its line; return whether it ran to the end."""
    notebook, start = nbformat.read(path, as_version=4), time.perf_counter()
    try:
        execute(notebook)
    except (CellControlSignal, DeadKernelError) as error:  # its text has the cell and the traceback
        print(f"{path.name:42} FAILED\n{str(error).strip()}", flush=True)
        return False
    target = path if refresh else BUILD / path.name
    write(target, (nbformat.writes(notebook) + "\n").encode())
    if not refresh:
        where = {"metadata": {"path": str(ROOT)}}
        page, _ = HTMLExporter(embed_images=True).from_notebook_node(notebook, where)
        write(target.with_suffix(".html"), page.encode())
    seconds = time.perf_counter() - start
    print(f"{path.name:42} {seconds:5.1f} s  {headline(notebook)}", flush=True)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--refresh", action="store_true", help="store the outputs in the notebooks")
    parser.add_argument("notebooks", nargs="*", type=Path, help="the three labs by default")
    options = parser.parse_args()
    BUILD.mkdir(exist_ok=True)
    paths = options.notebooks or sorted(ROOT.glob("0*.ipynb"))
    sys.exit(not all([run(path.resolve(), options.refresh) for path in paths]))


if __name__ == "__main__":
    main()
