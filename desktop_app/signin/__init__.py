"""The window of the program: state, presenter and views."""
