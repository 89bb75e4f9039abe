"""Mail in: folders, what is new in them, and nothing marked as read."""
