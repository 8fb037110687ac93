"""What tests need of notebooks: to name a cell, and to run a part of a lab as plain Python."""

import sys

import nbformat

import utils


def where(name, cell):
    """Name a cell as a person finds it: the notebook, its number In [n], its first line."""
    first_line = cell.source.strip().split("\n")[0]
    return f"{name}, cell In [{cell.execution_count or ' '}] ({first_line!r})"


def fresh_namespace():
    """Return the variables that a notebook starts with: none but its name.

    Snorkel refuses a second spaCy pipeline in one process, and every run of lab 1 makes one, so the last is forgotten.
    """
    snorkel_nlp = sys.modules.get("snorkel.labeling.lf.nlp")
    if snorkel_nlp and hasattr(snorkel_nlp.NLPLabelingFunction, "_nlp_config"):
        del snorkel_nlp.NLPLabelingFunction._nlp_config
    return {"__name__": "__main__"}


def run_cells(name, until):
    """Execute the code cells of a notebook up to and with the first one that defines `until`.

    So tests and the benchmark use the labs' own functions, not copies.

    Parameters
    ----------
    name : str
        File name of the notebook.
    until : str
        Name of a variable.

    Returns
    -------
    dict
        The namespace after the last cell that was run.

    Raises
    ------
    LookupError
        If no cell defines the variable.
    """
    namespace = fresh_namespace()
    for cell in nbformat.read(utils.HERE / name, as_version=4).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, f"{name}, In [{cell.execution_count}]", "exec"), namespace)
            if until in namespace:
                return namespace
    raise LookupError(f"{name}: no cell defines {until}")
