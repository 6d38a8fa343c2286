"""Invoices as pages that print well and read aloud well, in English and Chinese."""

from __future__ import annotations

from html import escape

from entrepot.kit import Invalid
from entrepot.settlement.invoice import Invoice, Party

_WORDS = {
    "en": {
        "lang": "en", "title": "Invoice", "number": "Number", "issued": "Issued", "agreement": "Agreement", "period": "Period", "seller": "Seller",
        "buyer": "Buyer", "what": "What was sold", "amount": "Amount", "total": "Total paid by the buyer", "fee": "Platform fee, paid by the seller",
        "net": "Credited to the seller", "data": "Data delivered under the agreement", "tax": "Tax is not computed here.", "facts": "Invoice details",
    },
    "zh": {
        "lang": "zh-Hans", "title": "账单", "number": "编号", "issued": "开具时间", "agreement": "协议", "period": "期次", "seller": "卖方",
        "buyer": "买方", "what": "出售内容", "amount": "金额", "total": "买方支付总额", "fee": "平台服务费（由卖方承担）",
        "net": "计入卖方账户", "data": "按协议交付的数据", "tax": "本单据未计算税款。", "facts": "账单信息",
    },
}  # fmt: skip


def invoice_html(invoice: Invoice, *, language: str = "en", stylesheet: str = "") -> str:
    """A whole page; every value is escaped, and nothing in it is a script or an inline style.

    Args:
        language: ``en`` or ``zh``.
        stylesheet: Address of a style sheet of the same site, if the page is to have one.

    Raises:
        Invalid: The language is not one of them.
    """
    if language not in _WORDS:
        raise Invalid(f"Invoices are not written in {language[:20]!r}.", "Use en or zh.")
    words = _WORDS[language]
    style = f'<link rel="stylesheet" href="{escape(stylesheet)}">' if stylesheet else ""
    heading = f"{words['title']} {invoice.number}"
    return (
        f'<!doctype html>\n<html lang="{words["lang"]}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(heading)}</title>{style}</head>\n'
        f"<body>\n<main>\n<h1>{escape(heading)}</h1>\n{_facts(invoice, words)}\n{_amounts(invoice, words)}\n"
        f"<p>{escape(words['tax'])}</p>\n</main>\n</body>\n</html>\n"
    )


def _facts(invoice: Invoice, words: dict[str, str]) -> str:
    issued = invoice.issued_at.strftime("%Y-%m-%d %H:%M UTC")
    facts = [
        (words["number"], escape(invoice.number)),
        (words["issued"], f'<time datetime="{invoice.issued_at.isoformat()}">{issued}</time>'),
        (words["seller"], "<br>".join(_party(seller) for seller in invoice.sellers)),
        (words["buyer"], _party(invoice.buyer)),
        (words["agreement"], escape(invoice.agreement_id)),
        (words["period"], str(invoice.period)),
    ]
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in facts)
    return f'<dl aria-label="{escape(words["facts"])}">{rows}</dl>'


def _amounts(invoice: Invoice, words: dict[str, str]) -> str:
    below = [(words["total"], invoice.total), (words["fee"], invoice.fee), (words["net"], invoice.net)]
    foot = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(str(money))}</td></tr>' for name, money in below if money is not None
    )
    head = f'<tr><th scope="col">{escape(words["what"])}</th><th scope="col">{escape(words["amount"])}</th></tr>'
    what = escape(invoice.description or words["data"])
    return (
        f"<table>\n<caption>{escape(words['title'])} {escape(invoice.number)}</caption>\n<thead>{head}</thead>\n"
        f'<tbody><tr><th scope="row">{what}</th><td>{escape(str(invoice.total))}</td></tr></tbody>\n<tfoot>{foot}</tfoot>\n</table>'
    )


def _party(party: Party) -> str:
    return f"{escape(party.name)} ({escape(party.country)})"
