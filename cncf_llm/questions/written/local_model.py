"""A model in a local folder, run by transformers in this process: one request at a time."""

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cncf_llm.questions.written.messages import MAX_TOKENS, Reply, Request, RequestRefusedError
from cncf_llm.store import digest


class LocalModelError(Exception):
    """The folder holds no model that can chat. The message says what is missing."""


@dataclass
class LocalModel:
    """A causal language model with a chat template, in `folder`. `max_tokens` bounds a reply.

    Its name is the folder's with a hash of its configuration and file sizes, so that other weights
    of the same name are another model.
    """

    folder: Path
    max_tokens: int = MAX_TOKENS
    name: str = ""
    _loaded: Any = field(default=None, repr=False)
    _turn: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not (self.folder / "config.json").is_file():
            raise LocalModelError(f"{self.folder} has no config.json: it is no model folder")
        files = sorted(path for path in self.folder.iterdir() if path.is_file())
        facts: dict[str, object] = {path.name: path.stat().st_size for path in files}
        facts["config"] = json.loads((self.folder / "config.json").read_text("utf-8"))
        self.name = f"{self.folder.resolve().name}-{digest(facts)[:8]}"

    async def ask(self, request: Request) -> Reply:
        """Return the reply. Raises `RequestRefusedError` for a request that is too long for it."""
        self._turn = self._turn or asyncio.Lock()
        async with self._turn:
            return await asyncio.to_thread(self._generate, request)

    async def close(self) -> None:
        """Forget the weights."""
        self._loaded = None

    def _generate(self, request: Request) -> Reply:
        import torch

        tokenizer, model = self._load()
        messages = [
            {"role": "system", "content": request.system},
            {"role": "user", "content": request.user},
        ]
        tokens = tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
        ).to(model.device)
        length = tokens["input_ids"].shape[1]
        room = model.config.max_position_embeddings - length
        if room < 1:
            raise RequestRefusedError(f"{self.name}: {length} tokens are too many for it")
        torch.manual_seed(request.seed)
        with torch.inference_mode():
            output = model.generate(
                **tokens,
                do_sample=True,
                temperature=request.temperature,
                max_new_tokens=min(self.max_tokens, room),
                pad_token_id=tokenizer.eos_token_id,
            )[0][length:]
        ended = tokenizer.eos_token_id in output.tolist()
        text = tokenizer.decode(output, skip_special_tokens=True)
        return Reply(text, "stop" if ended else "length", length, len(output))

    def _load(self) -> tuple[Any, Any]:
        if self._loaded is None:
            import torch
            from transformers import AutoModelForCausalLM, AutoTokenizer

            options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
            tokenizer = AutoTokenizer.from_pretrained(self.folder, **options)
            if not tokenizer.chat_template:
                raise LocalModelError(f"{self.folder} has no chat template: name a chat model")
            model: Any = AutoModelForCausalLM.from_pretrained(self.folder, dtype="auto", **options)
            model.to("cuda" if torch.cuda.is_available() else "cpu").eval()
            self._loaded = tokenizer, model
        return self._loaded
