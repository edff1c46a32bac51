"""What must not type-check, and what must."""
