"""The four things that can be wrong with a request, and what every door shows of them."""

from __future__ import annotations

from typing import Any


class EntrepotError(Exception):
    """A fact that stands in the way, with its values and the next step.

    Args:
        message: The fact, with its values, as one sentence.
        hint: What the reader can do next.
        details: Machine-readable values behind the sentence; never personal data or secrets.
    """

    status = 500

    def __init__(self, message: str, hint: str = "", **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = details

    @property
    def error(self) -> str:
        """The stable word for this kind of error: its class name."""
        return type(self).__name__

    def said(self, language: str) -> tuple[str, str]:
        """Message and hint in a language: in Chinese as ``details`` have ``message_zh`` and ``hint_zh``, else as the catalogue has them."""
        if language != "zh":
            return self.message, self.hint
        # The catalogue is read when the first error is shown in Chinese, never at the start.
        from entrepot.kit.sentences import in_chinese

        message, hint = self.details.get("message_zh"), self.details.get("hint_zh")
        return str(message) if message else in_chinese(self.message), str(hint) if hint else in_chinese(self.hint)

    def as_dict(self) -> dict[str, Any]:
        """The three fields every door shows, and the details where there are any."""
        shown: dict[str, Any] = {"error": self.error, "message": self.message, "hint": self.hint}
        if self.details:
            shown["details"] = self.details
        return shown


class Invalid(EntrepotError):
    """What was sent cannot be right, whoever sends it."""

    status = 422


class NotFound(EntrepotError):
    """There is no such thing, or it belongs to somebody else: asking reveals nothing."""

    status = 404


class Refused(EntrepotError):
    """It is understood, and it is not allowed."""

    status = 403


class Conflict(EntrepotError):
    """It was allowed a moment ago; something else has happened first."""

    status = 409
