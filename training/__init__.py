"""How the starter model's adapter is made: data set, training, export, report."""
