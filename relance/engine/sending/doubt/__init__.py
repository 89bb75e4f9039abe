"""Mail that may have been delivered: what proves it, how it is settled, what a restored database forgot."""
