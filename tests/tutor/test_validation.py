"""Pydantic's reasons in both languages; in English they are its own words."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from demos.runtime.messages import say
from tutor.i18n import tell
from tutor.validation import LONGEST, reason


class Sample(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    count: int = Field(ge=1, le=5)
    share: float = Field(0, gt=-1, lt=2.5)
    name: str = Field("ab", min_length=1, max_length=2)
    role: Literal["system", "user", "tool"] = "user"
    things: list[int] = Field([1, 2], min_length=2, max_length=3)
    sure: bool = False
    words: dict[str, Any] = Field(default_factory=dict)
    text: str = ""

    @field_validator("text")
    @classmethod
    def _shallow(cls, text: str) -> str:
        if text == "deep":
            raise ValueError(say("it is nested more than {count} deep", count=64))
        if text:
            raise ValueError("it " + "is long " * 100)
        return text


@pytest.mark.parametrize(
    ("given", "spanish"),
    [
        ({"count": None}, "debe ser un número entero"),
        ({"count": "x"}, "debe ser un número entero, y ese texto no lo es"),
        ({"count": 1.5}, "debe ser un número entero, sin decimales"),
        ({"count": 0}, "debe ser mayor o igual que 1"),
        ({"count": 6}, "debe ser menor o igual que 5"),
        ({}, "es obligatorio"),
        ({"count": 1, "share": 2.5}, "debe ser menor que 2.5"),
        ({"count": 1, "share": -1}, "debe ser mayor que -1"),
        ({"count": 1, "share": "x"}, "debe ser un número, y ese texto no lo es"),
        ({"count": 1, "share": float("nan")}, "debe ser un número finito"),
        ({"count": 1, "name": ""}, "es demasiado corto: el mínimo de caracteres es 1"),
        ({"count": 1, "name": "abc"}, "es demasiado largo: el máximo de caracteres es 2"),
        ({"count": 1, "name": 3}, "debe ser un texto"),
        ({"count": 1, "role": "king"}, "debe ser 'system', 'user' o 'tool'"),
        ({"count": 1, "things": [1]}, "le faltan elementos: el mínimo es 2 y tiene 1"),
        ({"count": 1, "things": [1, 2, 3, 4]}, "le sobran elementos: el máximo es 3 y tiene 4"),
        ({"count": 1, "things": 3}, "debe ser una lista"),
        ({"count": 1, "sure": "perhaps"}, "debe ser true o false"),
        ({"count": 1, "words": 3}, "debe ser un objeto"),
        ({"count": 1, "other": 3}, "no se aceptan campos de más"),
        ({"count": 1, "text": "deep"}, "tiene más de 64 niveles anidados"),
    ],
)
def test_a_reason_in_both_languages(given: dict[str, Any], spanish: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Sample.model_validate(given)
    first = refused.value.errors()[0]
    found = reason(first)
    assert found == first["msg"][0].lower() + first["msg"][1:]
    assert tell(found, "es") == spanish


def test_other_words_of_pydantic_stay_as_they_are() -> None:
    assert tell(reason({"type": "uuid_type", "msg": "UUID input should be a string"}), "es").startswith("uUID input")
    assert len(reason({"type": "url_type", "msg": "x" * 500})) == LONGEST
