"""The ruler: everything that is measured of understanding, in one table, beside what was measured last."""
