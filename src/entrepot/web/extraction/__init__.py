"""Reads out of the source what errors say, so that it can be translated."""
