"""Shows: named sets of choices that the jobs of one programme share."""
