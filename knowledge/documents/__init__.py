"""Files of many formats as passages, read in a process with limits."""
