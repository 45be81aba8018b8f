"""The models of bodies and answers that contracts have in common."""

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """A request's body: strict types; unknown keys are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")


class Shown(BaseModel):
    """The form of an answer, for the OpenAPI document. Keys may be added to it later."""

    model_config = ConfigDict(extra="allow")


def not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("It must not be blank.")
    return text
