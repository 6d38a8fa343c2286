"""Tell legacy encodings apart by which characters their bytes would mean."""

from __future__ import annotations

import itertools
from collections.abc import Callable

_FREQUENT_LATIN = set("àáâãäåæçèéêëìíîïñòóôõöøùúûüýßÀÁÂÄÅÆÇÈÉÊËÍÎÑÓÔÖØÚÜœŒžŽšŠ€£§°²³µ·«»–—‘’“”…©®™½¼×")


def guess(sample: bytes) -> str:
    """The likeliest of the common legacy encodings, or empty when none makes sense of the bytes."""
    best, best_score = "", 0.6
    for encoding, score in _CANDIDATES:
        points = score(sample, encoding)
        if points > best_score:
            best, best_score = encoding, points
    return best


def _decoded(sample: bytes, encoding: str) -> str:
    for cut in range(4):
        try:
            return sample[: len(sample) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""


def _pairs(sample: bytes) -> list[tuple[int, int]]:
    """The double-byte characters, read from each first byte beyond ASCII."""
    found, at = [], 0
    while at < len(sample) - 1:
        if sample[at] >= 0x81:
            found.append((sample[at], sample[at + 1]))
            at += 1
        at += 1
    return found


def _share(pairs: list[tuple[int, int]], test: Callable[[int, int], bool]) -> float:
    return sum(test(a, b) for a, b in pairs) / max(1, len(pairs))


def _gb18030(sample: bytes, encoding: str) -> float:
    # Everyday Chinese is level 1 of GB 2312 (B0–D7), and its punctuation A1–A3.
    if not _decoded(sample, encoding):
        return 0
    return _share(_pairs(sample), lambda a, b: (0xB0 <= a <= 0xD7 or 0xA1 <= a <= 0xA3) and b >= 0xA1)


def _euc_kr(sample: bytes, encoding: str) -> float:
    # Hangul lies in B0–C8, the first half of where Chinese lies: only texts that never leave it are Korean.
    pairs = _pairs(sample)
    if len(pairs) < 20 or not _decoded(sample, encoding):
        return 0
    share = _share(pairs, lambda a, b: (0xB0 <= a <= 0xC8 or 0xA1 <= a <= 0xA3) and b >= 0xA1)
    return 1.01 if share == 1 else 0


def _big5(sample: bytes, encoding: str) -> float:
    # About 40 % of Big5's second bytes lie below A1, which GB 2312 never uses.
    pairs = _pairs(sample)
    if not _decoded(sample, encoding) or _share(pairs, lambda a, b: b < 0xA1) < 0.15:
        return 0
    return _share(pairs, lambda a, b: 0xA1 <= a <= 0xC6 and (0x40 <= b <= 0x7E or b >= 0xA1))


def _shift_jis(sample: bytes, encoding: str) -> float:
    text = _decoded(sample, encoding)
    foreign = [c for c in text if ord(c) > 127]
    kana = sum("\u3041" <= c <= "\u30ff" for c in foreign)
    return 0.98 if foreign and kana / len(foreign) > 0.25 else 0


def _windows_1251(sample: bytes, encoding: str) -> float:
    text = _decoded(sample, encoding)
    foreign = [c for c in text if ord(c) > 127]
    lower = sum("а" <= c <= "я" for c in foreign)
    # Russian words are all Cyrillic; Western words have single letters beyond ASCII between plain ones.
    runs = sum(1 for a, b in itertools.pairwise(text) if ord(a) > 127 and ord(b) > 127)
    return 0.99 if foreign and lower / len(foreign) > 0.6 and runs / len(foreign) > 0.6 else 0


def _windows_1252(sample: bytes, encoding: str) -> float:
    text = _decoded(sample, encoding)
    foreign = [c for c in text if ord(c) > 127]
    if not foreign or any(ord(c) < 32 and c not in "\t\r\n\f" for c in text):
        return 0
    beside_letter = sum(
        1
        for i, c in enumerate(text)
        if ord(c) > 127 and ((i > 0 and text[i - 1].isascii()) or (i + 1 < len(text) and text[i + 1].isascii()))
    )
    return 0.95 * min(1.0, sum(c in _FREQUENT_LATIN for c in foreign) / len(foreign)) * min(1.0, 0.3 + beside_letter / len(foreign))


_CANDIDATES: tuple[tuple[str, Callable[[bytes, str], float]], ...] = (
    ("shift_jis", _shift_jis),
    ("gb18030", _gb18030),
    ("euc_kr", _euc_kr),
    ("big5", _big5),
    ("windows-1251", _windows_1251),
    ("windows-1252", _windows_1252),
)
