"""What every detector keeps to."""
