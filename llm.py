"""Ask a language model a yes-or-no question about texts: the answers in data/answers/, or a live
model. That is a small one on this computer (requirements-llm.txt), or the OpenAI-compatible server
that LLM_URL, LLM_MODEL and LLM_KEY in the environment name."""

import hashlib
import html
import json
import math
import os
import re
import sys
from contextlib import ExitStack
from subprocess import DEVNULL, PIPE, Popen
from urllib import error, parse, request

import numpy as np

from utils import HERE, progress

ANSWERS, KEPT = HERE / "data" / "answers", HERE / "data" / "answers" / "live.csv"
MODEL = "SmolLM2-135M-Instruct.Q4_1"
SECONDS, ROW = 60, r"(\w{16}),(\S+)"  # to wait for an answer; a kept one
CHANCES = {"max_tokens": 1, "temperature": 0, "logprobs": True, "top_logprobs": 20}


def score(texts, prompt, live=False):
    """Return how much a language model prefers yes to no: log-odds, an array of shape (texts,).

    `prompt`: a question with examples, and {text} (else ValueError) where each text (str) goes.
    `live`: ask a model, and keep its answers; else use recorded ones. No answer: nan, and a note.
    """
    if "{text}" not in prompt:
        raise ValueError("The prompt lacks {text}, the place where each text goes.")
    prompt, texts = prompt.strip(), [normalize(text) for text in texts]
    answers = {} if live and os.environ.get("LLM_URL") else recorded(texts, prompt)
    if live:
        answers |= ask_all(dict.fromkeys(texts), prompt)
    scores = np.array([answers.get(text, math.nan) for text in texts])
    if n := np.isnan(scores).sum():
        print(f"{n} of {len(texts)} texts: no {'' if live else 'recorded '}answer to the prompt.")
    return scores


def normalize(text):
    """Return `text` as the model reads it: one line, no HTML, at most 300 characters."""
    return " ".join(html.unescape(re.sub(r"</?[A-Za-z][^>]*>|\ufeff", " ", text)).split())[:300]


def digest(*parts):
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


def recorded(texts, prompt):
    """Return the recorded answers, a dict of log-odds by text; none if the prompt was changed."""
    for path in ANSWERS.glob("*.txt"):
        if path.read_text(encoding="utf-8").strip() == prompt:
            known = dict(re.findall(ROW, path.with_suffix(".csv").read_text()))
            return {text: float(known[digest(text)]) for text in texts if digest(text) in known}
    return {}


def ask_all(texts, prompt):
    """Return a dict of log-odds by text: answers kept from an earlier run, and new ones."""
    url, key = os.environ.get("LLM_URL", "").rstrip("/"), os.environ.get("LLM_KEY", "").strip()
    model, failures = os.environ.get("LLM_MODEL", "") if url else MODEL, []
    names = {text: digest(url, model, prompt, text) for text in texts}
    with open(KEPT, "a+", buffering=1) as file, ExitStack() as stack:
        file.seek(0)
        kept = dict(re.findall(ROW, file.read()))
        for text in progress([text for text in texts if names[text] not in kept], "asking"):
            try:
                url, key = (url, key) if url else start_small_model(stack)
                kept[names[text]] = ask(url, key, model, prompt.replace("{text}", text))
                file.write(f"{names[text]},{kept[names[text]]:.3f}\n")
                failures.clear()
            except Exception as fault:  # whatever a server does, the lab goes on
                failures.append(fault if isinstance(fault, OSError) else "no OpenAI-like server")
                if len(failures) == 3:
                    break
    if failures:
        reason = str(failures[-1]).replace(key or "\n", "***")
        print(f"No answer: {reason}.{' Recorded answers are used.' * (model == MODEL)}")
    return {text: float(kept[name]) for text, name in names.items() if name in kept}


def ask(url, key, model, prompt):
    """Return the log-odds of yes; nan for an answer that is neither yes nor no."""
    near = parse.urlsplit(url).hostname in {"127.0.0.1", "localhost"}  # no proxy in between
    opener = request.build_opener(request.ProxyHandler({} if near else None))
    post = request.Request(f"{url}/chat/completions", headers={"Content-Type": "application/json"})
    post.add_unredirected_header("Authorization", f"Bearer {key}")
    body = {"model": model, "messages": [{"role": "user", "content": prompt}]}
    for more in CHANCES, {}:
        try:
            with opener.open(post, json.dumps(body | more).encode(), SECONDS) as reply:
                return log_odds(json.load(reply)["choices"][0])
        except error.HTTPError as fault:
            if fault.code not in (400, 422) or not more:  # it may not offer log-probabilities
                raise


def log_odds(choice):
    """Return the log-odds of yes: from the chances of the first word, else from the reply."""
    first = ((choice.get("logprobs") or {}).get("content") or [{}])[0]
    words = [(word["token"], math.exp(word["logprob"])) for word in first.get("top_logprobs", [])]
    p = {"yes": 1e-4, "no": 1e-4}  # so that a plain yes scores 9.2
    for word, probability in words or [(choice["message"]["content"] or "", 1)]:
        if found := re.match(r"\W*(yes|no)\b", word.lower()):
            p[found[1]] += probability
    return math.nan if p["yes"] == p["no"] else round(math.log(p["yes"] / p["no"]), 3)


def start_small_model(stack):
    """Serve the small model from a child process until `stack` ends; return address and key."""
    command = [sys.executable, HERE / "scripts" / "small_model.py"]
    child = stack.enter_context(Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, text=True))
    line = child.stdout.readline().strip()
    if not line.startswith("http"):
        raise OSError(line or f"its process ended with code {child.wait()}")
    return line.split()
