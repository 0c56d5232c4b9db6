"""From found passages to the sentences of an answer: selection, wording, and the check that each is supported."""
