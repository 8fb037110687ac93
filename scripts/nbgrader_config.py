"""nbgrader's settings for these labs. "make grading" copies this file into the course folder."""

import re
from pathlib import Path

import nbformat
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.preprocessors import ClearSolutions, DeduplicateIds, LimitOutput
from nbgrader.preprocessors import NbGraderPreprocessor as Preprocessor

SECONDS_PER_CELL = 120  # the slowest cell of the labs takes 30
SUSPICIOUS = r"SPAM_DATA|ast_node_interactivity|core\.SOLVED|checks\.[\w.]+ *=(?!=)|setattr\(checks"


def grade_id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def checks_in(nb):
    """Return the check cells of a notebook: number of the exercise -> cell."""
    graded = [cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return {".".join(re.findall(r"\d+", grade_id(cell))): cell for cell in graded}


class Repair(Preprocessor):
    """Count a copied cell once, the last of its kind, and note what may change the checks."""

    def preprocess(self, nb, resources):
        names = resources["nbgrader"]
        path = Path("source", names["assignment"], names["notebook"] + ".ipynb")
        original = nbformat.read(path, as_version=4)
        known = {grade_id(cell) for cell in original.cells}
        last = {grade_id(cell): cell for cell in nb.cells}
        for cell in nb.cells:
            if grade_id(cell) not in known or cell is not last[grade_id(cell)]:
                cell.metadata.pop("nbgrader", None)
        notes, ours = [], {cell.source for cell in original.cells}
        for cell in nb.cells:
            if found := cell.source not in ours and re.search(SUSPICIOUS, cell.source):
                notes.append(f"a cell contains {found[0]!r}: read it")
        nb.metadata["grading_notes"] = notes
        return nb, resources


class Judge(Preprocessor):
    """Grade what the check said to the student; where text and points disagree, give no point."""

    def preprocess(self, nb, resources):
        notes = nb.metadata["grading_notes"]
        for count, cell in enumerate((c for c in nb.cells if c.cell_type == "code"), start=1):
            errors = [output.ename for output in cell.outputs if output.output_type == "error"]
            if "CellTimeoutError" in errors:
                notes.append(f"time-out in code cell {count}")
            if "these are the sample comments" in printed(cell):
                notes.append("graded on the sample comments")
        for number, cell in checks_in(nb).items():
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
            values = [output.data.get("text/plain") for output in cell.outputs if "data" in output]
            said = str(int(f"Exercise {number}: solved" in printed(cell)))
            if any(output.output_type == "error" for output in cell.outputs):
                notes.append(f"check {number} stopped with an error")
            elif values != [said]:
                notes.append(f"check {number}: no point, because its text and its points disagree")
                said = nbformat.v4.new_output("stream", name="stderr", text=notes[-1])
                cell.outputs.insert(0, said)
        return nb, resources


def printed(cell):
    return "".join(out.text for out in cell.outputs if out.get("name") == "stdout")


c = get_config()  # noqa: F821 (nbgrader provides it)
steps = GenerateAssignment.preprocessors.default()
# ClearSolutions would empty the answer cells; ours reach the students as they are.
c.GenerateAssignment.preprocessors = [step for step in steps if step is not ClearSolutions]
steps = Autograde.sanitize_preprocessors.default()
c.Autograde.sanitize_preprocessors = [Repair if s is DeduplicateIds else s for s in steps]
steps = Autograde.autograde_preprocessors.default()
steps.insert(steps.index(LimitOutput), Judge)  # before long output is cut
c.Autograde.autograde_preprocessors = steps
c.OverwriteCells.add_missing_cells = True
c.Execute.timeout = SECONDS_PER_CELL
c.Execute.extra_arguments = ["--IPKernelApp.log_level=ERROR"]
