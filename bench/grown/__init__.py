"""Two web processes, two workers and two Rasas on PostgreSQL and Valkey, under load and checked."""
