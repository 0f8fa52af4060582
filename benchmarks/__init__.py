"""What pilot costs, as ratios against bare commands in the same run."""
