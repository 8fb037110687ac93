"""Make the course folder grading/ for nbgrader: settings, and source/ for each lab."""

import os
import shutil
import sys
import warnings
from pathlib import Path

from handout import ROOT, copy_for_notebooks, notebooks

COURSE = ROOT / "grading"
NBGRADER = Path(sys.prefix) / "nbgrader"  # where Jupyter does not find its extensions
sys.path.append(str(NBGRADER))
for name, folder in (("PYTHONPATH", NBGRADER), ("PATH", NBGRADER / "bin")):  # it calls alembic
    os.environ[name] = f"{folder}{os.pathsep}{os.environ.get(name, '')}".rstrip(os.pathsep)


def nbgrader():
    """Return nbgrader's commands as functions, with the settings of the course folder."""
    try:
        from nbgrader.apps import NbGrader, NbGraderAPI
    except ImportError as error:
        install = f'pip install --no-deps --target "{NBGRADER}" -r requirements-grading.txt'
        sys.exit(f"nbgrader is not here ({error}). With internet: make grading, or: {install}")
    if not COURSE.is_dir():
        sys.exit("There is no folder grading/ yet. First: make grading")
    warnings.filterwarnings("ignore", module="nbgrader")  # SQLAlchemy's, about its sessions
    warnings.filterwarnings("ignore", "Cell is missing an id")  # one that nbgrader puts back
    os.chdir(COURSE)  # where nbgrader looks for its settings
    course = NbGrader()
    course.load_config_file()
    return NbGraderAPI(config=course.config)


def must(result):
    if not result["success"]:
        sys.exit(f"nbgrader stopped:\n{result.get('log', '')}\n{result['error']}")


def main():
    paths = notebooks()
    COURSE.mkdir(exist_ok=True)
    if not (COURSE / "nbgrader_config.py").exists():  # it may have been changed for the course
        shutil.copy(Path(__file__).with_name("nbgrader_config.py"), COURSE)
    api = nbgrader()
    for path in paths:
        lab = f"lab{int(path.name[:2])}"
        shutil.rmtree(COURSE / "source" / lab, ignore_errors=True)
        comments = copy_for_notebooks(COURSE / "source" / lab)
        shutil.copy(path, COURSE / "source" / lab)
        must(api.generate_assignment(lab))
    shutil.rmtree(COURSE / "release")  # students get the hand-out
    (COURSE / "submitted").mkdir(exist_ok=True)
    if not comments.is_real:
        print(f"WARNING: all will be graded on the sample comments ({comments.why_sample}).")
    print("grading/ is ready. Put each notebook into grading/submitted/<student>/<lab>/, such as")
    print(f"grading/submitted/kim/{lab}/{path.name}. Then: make grades")


if __name__ == "__main__":
    main()
