"""Ask the small language model again, and compare its answers with data/answers/: `make answers`.

`--write` (make answers ARGS=--write) records them. It takes one to 30 minutes; LLM_URL is not used.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pandas as pd

import llm
import utils

TOLERANCE = 0.4  # for 99 of 100 answers; found as data/answers/README.md says


def texts_of(name):
    """Return the texts that a prompt is about; the real comments only if they are here."""
    column = {"help_desk": "message", "spam": "CONTENT"}[name]
    folder = {"help_desk": "help_desk", "spam": "sample"}[name]
    paths = sorted((utils.HERE / "data" / folder).glob("*.csv"))
    texts = [text for path in paths for text in pd.read_csv(path)[column]]
    if name == "spam" and utils.find_data().is_real:
        texts += [text for video in utils.load_videos() for text in video.text]
    return texts


def reproduced(new, recorded):
    """Print how far new answers are from the recorded ones; return whether nearly all are near."""
    gap = (new - recorded.reindex(new.index)).abs()
    print(f"{len(gap)} answers: difference at most {gap.max():.3f}, on average {gap.mean():.3f}")
    return (gap <= TOLERANCE).mean() >= 0.99


def main():
    write = "--write" in sys.argv[1:]
    if write and not utils.find_data().is_real:
        sys.exit("Nothing recorded: the real comments are not here. Run 'make data' first.")
    os.environ.pop("LLM_URL", None)
    llm.KEPT = utils.HERE / "build" / "answers.csv"
    llm.KEPT.parent.mkdir(exist_ok=True)
    good = True
    for path in sorted(llm.ANSWERS.glob("*.txt")):
        llm.KEPT.unlink(missing_ok=True)  # every text is asked anew
        texts = dict.fromkeys(llm.normalize(text) for text in texts_of(path.stem))
        table = path.with_suffix(".csv")
        scores = llm.ask_all(texts, path.read_text(encoding="utf-8").strip())
        if len(scores) < len(texts):
            sys.exit(f"{path.stem}: {len(texts) - len(scores)} texts have no answer.")
        new = pd.Series({llm.digest(text): score for text, score in scores.items()}, name="score")
        if write:
            new.sort_index().to_csv(table, index_label="text", lineterminator="\n")
        else:
            good &= reproduced(new, pd.read_csv(table, index_col="text").score)
    sys.exit(0 if good else "The answers differ: another model, prompt or version?")


if __name__ == "__main__":
    main()
