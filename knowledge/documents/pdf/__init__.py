"""PDF pages as paragraphs, headings and tables: by where the text stands, not by what its lines begin with."""
