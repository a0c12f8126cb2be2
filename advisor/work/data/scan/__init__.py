"""The pass over every row of a data set: many processes, bounded memory, one account at the end."""
