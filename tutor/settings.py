"""Everything that can be set. The only reader of environment variables and of the config file.

Each field is TIZA_<NAME> in the environment, or <name> in `config.toml` in the data folder (`tiza models use` writes
it); the environment wins.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from demos.runtime.messages import listed, say
from knowledge.folders import own_folder, restrict
from knowledge.messages import system_says
from knowledge.text import Language
from tutor.errors import InputError, StorageError
from tutor.validation import reason

Draft = Literal["auto", "on", "off"]


def default_home() -> Path:
    """The data folder: TIZA_HOME, or the platform's place for user data."""
    return Path(os.environ.get("TIZA_HOME") or platformdirs.user_data_dir("tiza", appauthor=False)).expanduser()


class Settings(BaseSettings):
    """Settings of one process."""

    model_config = SettingsConfigDict(env_prefix="TIZA_", extra="ignore")

    home: Path = Field(default_factory=default_home)
    """Data folder: indexes, conversations, models, keys."""

    course: str = "ai-introduction"
    """Course to answer from."""

    model: str = ""
    """GGUF file, or a name from `tiza models list`; empty for the starter model."""

    adapter: str = ""
    """Adapter of the starter model: a GGUF file, or `off`; empty for the packaged one where there is one."""

    upstream: str = ""
    """Base URL of an OpenAI-compatible server (llama-server, vLLM, Ollama); empty for the embedded model."""

    upstream_model: str = ""
    """Model name that the upstream expects."""

    upstream_key: SecretStr = SecretStr("")
    """Key for the upstream, when it wants one."""

    embedder: str = ""
    """Another sentence-transformers model: its folder, or its name in the Hugging Face cache; empty for e5."""

    context: int = Field(2048, ge=512, le=131072)
    """Tokens that the model reads at most."""

    threads: int = Field(0, ge=0, le=256)
    """Threads for the model; 0 means one for each physical core."""

    seed: int = Field(0, ge=0, le=2**31 - 1)
    """Seed of answers and of demos that do not name one."""

    language: Literal["", "en", "es"] = ""
    """Language of the screens, and of answers to words that could be either; empty for the machine's."""

    draft: Draft = "auto"
    """Whether the model words answers (`on`) or they quote the course only (`off`); `auto` decides by the model."""

    database: str = ""
    """SQLAlchemy URL for conversations; empty for SQLite in the data folder."""

    host: str = "127.0.0.1"
    """Address that `tiza serve` binds to. Any other than loopback demands keys."""

    port: int = Field(8000, ge=0, le=65535)
    """Port of `tiza serve`."""

    queue: int = Field(64, ge=0, le=10_000)
    """Turns that may wait in `tiza serve`; more get 429."""

    queue_per_key: int = Field(48, ge=0, le=10_000)
    """Turns of one key that may wait; 0 for no bound of its own."""

    queue_per_user: int = Field(8, ge=0, le=10_000)
    """Turns of one named user of a key that may wait; 0 for no bound of its own."""

    patience: int = Field(50, ge=0, le=3600)
    """Seconds that a client waits whose answer is not streamed and who does not say how long: whose turn would come
    later gets 503 at once. 0 for as long as it takes."""

    turn_seconds: int = Field(120, ge=1, le=3600)
    """Seconds that one turn may take over HTTP; then it ends with what was said so far."""

    origins: str = ""
    """Sites whose pages may speak to `tiza serve`, with commas between: https://campus.example; * for all."""

    demand_keys: bool = False
    """Demand keys on loopback too: set it where a reverse proxy passes requests on to `tiza serve`."""

    strict_models: bool = False
    """Answer 404 for unknown `model` names over HTTP."""

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The sites whose pages may speak to the service."""
        return tuple(origin.strip().rstrip("/") for origin in self.origins.split(",") if origin.strip())

    @property
    def database_url(self) -> str:
        """Where conversations are kept."""
        return self.database or f"sqlite:///{self.home / 'conversations.db'}"

    def open_home(self) -> None:
        """Make the data folder where there is none; nobody but its owner may look into it. Raises StorageError."""
        try:
            own_folder(self.home)
        except OSError as error:
            raise StorageError(
                say("The data folder {home} cannot be made ({problem}).", home=self.home, problem=system_says(error)),
                hint=say("Name another one with TIZA_HOME."),
            ) from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, default_home() / "config.toml")


def read_settings(**overrides: Any) -> Settings:
    """Settings from overrides (None means "not given"), environment and config file. Raises InputError."""
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise InputError(
            say("The setting {name} cannot be {value}: {reason}.", name=name, value=repr(first["input"]),
                reason=reason(first)),
            code="invalid_value",
            hint=say("Correct TIZA_{name} or config.toml.", name=name.upper()),
            param=name,
        ) from None  # fmt: skip
    except ValueError as error:
        raise InputError(
            say("config.toml cannot be read: {problem}.", problem=error), code="invalid_value", hint=say("Correct it.")
        ) from None


def misspelt(environment: Iterable[str] = os.environ) -> list[str]:
    """A sentence for each TIZA_ variable, and each line of config.toml, that sets nothing."""
    known = [name.upper() for name in Settings.model_fields]
    found = [
        _unknown(name, name.removeprefix("TIZA_"), known, "TIZA_")
        for name in sorted(environment)
        if name.startswith("TIZA_") and name.removeprefix("TIZA_") not in known
    ]
    own = [name.lower() for name in known]
    lines = [name for name in sorted(_config()) if name not in own]
    return found + [_unknown(say("{name} in config.toml", name=name), name, own, "") for name in lines]


def kept_language() -> str:
    """The language that config.toml sets, for what is said before settings are read; "" where it sets none."""
    kept = _config().get("language", "")
    return kept if kept in get_args(Language) else ""


def _config() -> dict[str, Any]:
    """The lines of config.toml; none where it cannot be read, which `read_settings` tells of."""
    try:
        return tomllib.loads((default_home() / "config.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _unknown(said: str, name: str, known: Sequence[str], prefix: str) -> str:
    meant = {"DATA_DIR": "HOME", "DATA": "HOME", "DIR": "HOME", "BIND": "HOST", "ADDRESS": "HOST", "DB": "DATABASE"}
    near = [meant[name]] if name in meant else difflib.get_close_matches(name, known, 1, 0.6)
    sentence = say("{name} is no setting and changes nothing.", name=said)
    return listed(" ", (sentence, say("Is {names} meant?", names=f"{prefix}{near[0]}"))) if near else sentence


def write_setting(home: Path, name: str, value: str) -> Path:
    """Keep one setting in the config file; the others in it stay. Returns the file's path."""
    path = home / "config.toml"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    kept = [line for line in lines if line.partition("=")[0].strip() != name]
    own_folder(path.parent)
    path.write_text("\n".join([*kept, f'{name} = "{escaped}"']) + "\n", encoding="utf-8")
    restrict(path)  # the upstream's key may stand in it
    return path
