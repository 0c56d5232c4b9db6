"""How good the answers are: the exam, its report, and the check measured by itself."""
