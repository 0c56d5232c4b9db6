"""Text that has a place on a page, as paragraphs, headings and tables: of PDF pages, pictures and typed text."""
