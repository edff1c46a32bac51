"""The instrument: measures how responsive a GUI thread is. The core is stdlib-only and Qt-free."""
