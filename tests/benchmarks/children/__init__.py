"""What the measurements start, a fresh process each; imports nothing from here, so that nothing is added."""
