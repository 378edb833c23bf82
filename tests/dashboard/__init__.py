"""The pages and the API over real stores and a real desk."""
