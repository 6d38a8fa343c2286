"""What a release is worth as protection: a grade of four, the measured facts behind it, and a report anybody can check."""

from entrepot.privacy.grading.cells import FORM as CELLS_FORM
from entrepot.privacy.grading.cells import cells_report_schema, make_cells_report
from entrepot.privacy.grading.grade import DRAWS, IDENTIFYING, comes_near, grade, grade_cells
from entrepot.privacy.grading.html import report_html
from entrepot.privacy.grading.model import LEAST_CELL, LEAST_K, MOST_FOUND, MOST_TOLD, Check, Grade, Level, grade_of
from entrepot.privacy.grading.report import FORM, LIMITS, Report, make_report, report_schema

__all__ = [
    "CELLS_FORM",
    "DRAWS",
    "FORM",
    "IDENTIFYING",
    "LEAST_CELL",
    "LEAST_K",
    "LIMITS",
    "MOST_FOUND",
    "MOST_TOLD",
    "Check",
    "Grade",
    "Level",
    "Report",
    "cells_report_schema",
    "comes_near",
    "grade",
    "grade_cells",
    "grade_of",
    "make_cells_report",
    "make_report",
    "report_html",
    "report_schema",
]  # fmt: skip
