"""``desktop-app compare``: both ways of waiting, side by side."""
