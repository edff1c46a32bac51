"""What is exchanged with the service, and how: Qt-free."""
