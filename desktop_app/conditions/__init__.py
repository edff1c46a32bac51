"""Network and database conditions, made real: the toxics proxy, presets, database load. Qt-free."""
