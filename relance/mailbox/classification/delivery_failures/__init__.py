"""Mail of ours that came back: whose address failed, why, and which server says so."""
