"""From a finding to a person at the door: desk, escalation, sender, one file per channel."""
