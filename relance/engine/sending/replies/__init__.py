"""What people answer from the inbox, on its way out: claimed and given up here, asked and settled as every mail is."""
