"""What tests need of notebooks: to name a cell, and to run a part of a lab as plain Python."""

import nbformat

import utils


def where(name, cell):
    """Name a cell as a person finds it: the notebook, its number In [n], its first line."""
    first_line = cell.source.strip().split("\n")[0]
    return f"{name}, cell In [{cell.execution_count or ' '}] ({first_line!r})"


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
    namespace = {"__name__": "__main__"}
    for cell in nbformat.read(utils.HERE / name, as_version=4).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, f"{name}, In [{cell.execution_count}]", "exec"), namespace)
            if until in namespace:
                return namespace
    raise LookupError(f"{name}: no cell defines {until}")
