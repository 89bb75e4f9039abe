"""What is known without the database: lines on this host's disk, and marks in our own mails."""
