"""What a client says it can read, in the header ``delta-sharing-capabilities``, and what we answer."""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.kit import Invalid

HEADER = "delta-sharing-capabilities"
_FORMATS = ("parquet", "delta")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """The format to answer in, the reader's features, and whether the last line shall say that it is the last."""

    format: str = "parquet"
    features: frozenset[str] = frozenset()
    end_stream_action: bool = False
    given: bool = False

    @property
    def answer(self) -> str:
        """The header of the response."""
        return f"responseformat={self.format}" + (";includeendstreamaction=true" if self.end_stream_action else "")


def parse(text: str | None) -> Capabilities:
    """What the header says; without one, what clients could read before there was one.

    A client that reads both formats gets the simpler one.

    Raises:
        Invalid: It reads neither format.
    """
    if not text:
        return Capabilities()
    said = {key.strip().lower(): value.strip().lower() for key, _, value in (part.partition("=") for part in text.split(";"))}
    formats = [name.strip() for name in said.get("responseformat", "parquet").split(",")]
    chosen = next((name for name in _FORMATS if name in formats), None)
    if chosen is None:
        raise Invalid(f"The client reads {', '.join(formats)[:80]} only.", "This server answers in parquet and delta.")
    features = frozenset(name.strip() for name in said.get("readerfeatures", "").split(",") if name.strip())
    return Capabilities(format=chosen, features=features, end_stream_action=said.get("includeendstreamaction") == "true", given=True)
