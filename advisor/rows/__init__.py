"""Single rows of data files of any size and kind, by number, for whoever reads them one by one."""
