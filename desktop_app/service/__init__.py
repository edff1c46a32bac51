"""The service: a process of its own. HTTP API, stores, passwords, accounts. Qt-free."""
