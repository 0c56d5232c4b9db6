"""Opens the terminal app: what must be said before a screen is drawn is said here."""

from __future__ import annotations

from tutor.errors import StorageError
from tutor.settings import Settings


def open_terminal(settings: Settings) -> None:
    """Run the app until the student leaves. The index is made first where there is none yet, with a progress bar."""
    from demos.runtime import catalogue
    from tutor.conversations.store import Conversations
    from tutor.dialogue.turn import LONGEST_QUESTION
    from tutor.service.build import build_tutor
    from tutor.tui.app import TizaApp

    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"The data folder {settings.home} cannot be made ({error.strerror}).",
            hint="Name another one with TIZA_HOME.",
        ) from None
    tutor = build_tutor(settings)
    if not tutor.indexed:
        _index(settings)
    conversations = Conversations(settings.database_url)
    try:
        TizaApp(
            tutor,
            conversations,
            catalogue,
            tutor.run_demo,
            seed=settings.seed,
            question_limit=LONGEST_QUESTION,
            preferences=settings.home / "preferences.json",
        ).run()
    finally:
        conversations.close()


def _index(settings: Settings) -> None:
    from tutor.cli.console import IndexProgress
    from tutor.service.build import open_retriever

    with IndexProgress() as progress:
        open_retriever(settings, progress)
