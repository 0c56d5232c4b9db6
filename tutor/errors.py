"""What can go wrong, as types. Each error has a stable `code`, a sentence for people, and a `hint` they can act on.

    TizaError
    |- InputError            the request is at fault: empty, too long, unknown name          (422, 404, 413)
    |- ModelError            the language model is missing, damaged, or failed in mid-answer  (503)
    |- AccessError           no key, wrong key; a key without the right                      (401, 403)
    |- BusyError             the queue is full; `retry_after` in seconds                      (429)
    |  `- WaitError          the wait would be longer than the client waits                    (503)
    `- StorageError          the data folder cannot be written                                (507, 503)

`knowledge.errors.KnowledgeError` and `demos.runtime.contract.DemoError` carry the same `code` and `hint`, so
`Problem.of` describes any of them to a front end. Sentence and hint are messages (`say`): English, which `Problem` says
in the language of whoever reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from demos.runtime.contract import DemoError
from demos.runtime.messages import say
from knowledge.errors import KnowledgeError
from knowledge.text import Language
from tutor.i18n import tell

__all__ = [
    "AccessError",
    "BusyError",
    "InputError",
    "ModelError",
    "Problem",
    "StorageError",
    "TizaError",
    "WaitError",
]


class TizaError(Exception):
    """Base of the tutor's own errors."""

    code = "internal_error"

    def __init__(self, message: str, *, code: str = "", hint: str = "", param: str | None = None) -> None:
        super().__init__(message)
        self.code = code or type(self).code
        self.hint, self.param = hint, param


class InputError(TizaError):
    """The request itself is at fault (code `empty_question`, `question_too_long`, `not_found`, `invalid_value`)."""

    code = "invalid_request"


class ModelError(TizaError):
    """The language model cannot answer (code `model_missing`, `model_damaged`, `model_failed`)."""

    code = "model_failed"


class AccessError(TizaError):
    """The caller did not show a valid key, or one without the right (code `course_forbidden`, `teacher_only`)."""

    code = "invalid_api_key"


class BusyError(TizaError):
    """All places in the queue are taken; come back in `retry_after` seconds."""

    code = "busy"

    def __init__(self, message: str, *, retry_after: int = 1, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class WaitError(BusyError):
    """There is a place, but its turn would come later than the client waits for an answer."""

    code = "long_wait"


class StorageError(TizaError):
    """The data folder cannot be used (code `read_only`, `disk_full`)."""

    code = "read_only"


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as a front end shows it: one sentence, what to do, and a code for programs."""

    code: str
    message: str
    hint: str = ""
    param: str | None = None
    retry_after: int | None = None

    @classmethod
    def of(cls, error: BaseException, language: Language | None = None) -> Problem:
        """Describe `error` in a language; anything unknown becomes `internal_error` without its internals. Without a
        language the texts are English messages, which `told` can still say in another."""
        if isinstance(error, TizaError | KnowledgeError | DemoError):
            wait = getattr(error, "retry_after", None)
            problem = cls(error.code, str(error), error.hint, error.param, wait)
        else:
            hint = say("Run `tiza doctor`; the log has the details.")
            problem = cls("internal_error", say("Something went wrong inside Tiza."), hint)
        return problem.told(language) if language else problem

    def told(self, language: Language) -> Problem:
        """The same in a language; what has been said in one already stays as it is."""
        return replace(self, message=tell(self.message, language), hint=tell(self.hint, language))

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()
