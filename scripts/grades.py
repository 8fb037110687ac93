"""Grade what was handed in, and write one table, grading/grades.csv.

python scripts/grades.py               what is new since the last time
python scripts/grades.py --again       everything
python scripts/grades.py --feedback    also a page for each student, in grading/feedback/

A row has the points for each exercise. Without points it was not graded; the remark says why.
"""

import re
import shutil
import sys
import time

import nbformat
import pandas as pd
from grading import COURSE, must, nbgrader

REASONS = {
    "DeadKernelError": "the kernel died: exit() in a cell, or too little memory",
    "CellTimeoutError": "a cell that does not end, even after an interrupt",
    "KeyError": "an answer cell and its check were deleted",
    "NotJSONError": "the file is no notebook",
}


def find_notebook(folder):
    """Return the notebook of a lab that was handed in; one under another name is renamed."""
    (original,) = (COURSE / "source" / folder.name).glob("*.ipynb")
    path = folder / original.name
    found = [p for p in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts]
    if path not in found and len(found) != 1:
        raise ValueError(f"{len(found)} notebooks of this lab; leave one, called {path.name}")
    if path not in found:
        print(f"{found[0]} is renamed to {path.name}")
        found[0].rename(path)
    return path


def grade(api, student, lab):
    """Let nbgrader grade one notebook; what stopped it is kept in a file not-graded.txt."""
    start = time.monotonic()
    result = api.autograde(lab, student)
    errors = re.findall(r"(?m)^ *[\w.]*?(\w+Error): (.*)", result.get("log", ""))
    if not result["success"]:
        name, text = errors[-1] if errors else ("", result["error"].strip().splitlines()[-1])
        target = COURSE / "autograded" / student / lab / "not-graded.txt"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(REASONS.get(name, f"{name} {text}".strip()), encoding="utf-8")
    print(f"{student} {lab}: {time.monotonic() - start:.0f} s", flush=True)


def row(api, student, lab, path):
    """Return the points of one notebook from the gradebook, and the remarks."""
    with api.gradebook as book:
        grades = book.find_submission_notebook(path.stem, lab, student).grades
        points = {int(re.findall(r"\d+", g.name)[-1]): g.score for g in grades}
        by_hand = [g.name for g in grades if g.needs_manual_grade]
    graded = nbformat.read(COURSE / "autograded" / student / lab / path.name, as_version=4)
    remarks = graded.metadata["grading_notes"] + [f"grade by hand: {name}" for name in by_hand]
    return {**dict(sorted(points.items())), "points": sum(points.values())}, remarks


def main(again=False, feedback=False):
    api, rows = nbgrader(), []
    for folder in sorted(COURSE.glob("submitted/*/*/")):
        student, lab = folder.parts[-2:]
        entry, remarks = {}, []
        try:
            if not (COURSE / "source" / lab).is_dir():
                raise ValueError(f"there is no {lab}: rename the folder")
            path = find_notebook(folder)
            done = COURSE / "autograded" / student / lab
            results = [p for p in (done / path.name, done / "not-graded.txt") if p.exists()]
            if again or not results or results[0].stat().st_mtime < path.stat().st_mtime:
                grade(api, student, lab)
            if (done / "not-graded.txt").exists():
                raise ValueError((done / "not-graded.txt").read_text(encoding="utf-8"))
            entry, remarks = row(api, student, lab, path)
        except ValueError as error:
            remarks = [f"not graded: {error}"]
        rows.append({"student": student, "lab": lab, **entry, "remark": "; ".join(remarks)})
    if not rows:
        sys.exit("Nothing was handed in: put notebooks into grading/submitted/<student>/<lab>/")
    table = pd.DataFrame(rows).convert_dtypes()
    exercises = sorted(column for column in table if isinstance(column, int))
    table = table.reindex(columns=["student", "lab", *exercises, "points", "remark"])
    table.to_csv(COURSE / "grades.csv", index=False, encoding="utf-8-sig")
    print(table.to_string(index=False, na_rep="-"))
    for lab in sorted({row["lab"] for row in rows if "points" in row and feedback}):
        must(api.generate_feedback(lab))
    for extra in COURSE.glob("feedback/*/*/*"):  # nbgrader copies data and modules, too
        if extra.is_dir():
            shutil.rmtree(extra)
        elif extra.suffix != ".html":
            extra.unlink()


if __name__ == "__main__":
    main("--again" in sys.argv, "--feedback" in sys.argv)
