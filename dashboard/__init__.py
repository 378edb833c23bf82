"""Pages and API for staff, family, volunteers and residents. Shows and asks; decides nothing about alerts."""
