"""What single services and programs are known to load of a mail by themselves: a file each, with a date and a source for every fact."""
