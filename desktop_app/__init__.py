"""Sign in and load preferences, blocking or async: what a wait does to a window, visible and measured."""

__version__ = "0.1.0"
