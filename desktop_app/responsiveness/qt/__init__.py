"""The instrument's Qt part: heartbeat and widgets."""
