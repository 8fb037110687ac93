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
    """Count a copied cell once, the last of its kind, and put missing check cells back."""

    def preprocess(self, nb, resources):
        names = resources["nbgrader"]
        path = Path("source", names["assignment"], names["notebook"] + ".ipynb")
        original = nbformat.read(path, as_version=4)
        order = [grade_id(cell) for cell in original.cells if grade_id(cell)]
        last = {grade_id(cell): cell for cell in nb.cells}
        for cell in nb.cells:
            if grade_id(cell) not in order or cell is not last[grade_id(cell)]:
                cell.metadata.pop("nbgrader", None)
        notes = nb.metadata["grading_notes"] = []
        for number, check in checks_in(original).items():
            name = grade_id(check)
            if name not in last:
                notes.append(f"check {number} was deleted and is put back")
                answer = last.get(name.removesuffix("-check"))
                later = [last[x] for x in order[order.index(name) :] if x in last]
                place = nb.cells.index(answer) + 1 if answer else len(nb.cells)
                place = nb.cells.index(later[0]) if later and not answer else place
                back = nbformat.v4.new_code_cell(check.source, metadata=check.metadata)
                if nb.nbformat_minor < 5:
                    del back["id"]
                nb.cells.insert(place, back)
            elif last[name].source.strip() != check.source.strip():
                notes.append(f"check {number} was edited; the original is graded")
        ours = {cell.source for cell in original.cells}
        for cell in nb.cells:
            if found := cell.source not in ours and re.search(SUSPICIOUS, cell.source):
                notes.append(f"a cell contains {found[0]!r}: read it")
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
        stopped, disagree = [], []
        for number, cell in checks_in(nb).items():
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
            values = [output.data.get("text/plain") for output in cell.outputs if "data" in output]
            said = str(int(f"Exercise {number}: solved" in printed(cell)))
            if any(output.output_type == "error" for output in cell.outputs):
                stopped.append(number)
            elif values != [said]:
                disagree.append(number)
                why = "No point: the text of this check and its points disagree.\n"
                cell.outputs.insert(0, nbformat.v4.new_output("stream", name="stderr", text=why))
        if stopped:
            notes.append(f"stopped with an error: check {', '.join(stopped)}")
        if disagree:
            notes.append(f"no point, because text and points disagree: check {', '.join(disagree)}")
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
c.Execute.timeout = SECONDS_PER_CELL
c.Execute.extra_arguments = ["--IPKernelApp.log_level=ERROR"]
