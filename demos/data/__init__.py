"""Data as a machine sees it: tables, images and words."""
