"""Opens the terminal app: what must be said before a screen is drawn is said here."""

from __future__ import annotations

from tutor.settings import Settings


def open_terminal(settings: Settings) -> None:
    """Run the app until the student leaves. The index is made first where there is none yet, with a progress bar."""
    from demos.runtime import catalogue
    from tutor.conversations.store import Conversations
    from tutor.dialogue.turn import LONGEST_QUESTION
    from tutor.service.build import build_tutor
    from tutor.tui.app import TizaApp

    settings.open_home()
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
