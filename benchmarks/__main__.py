"""`make bench`: the tables of truth and speed."""

from benchmarks import rate_coverage

if __name__ == "__main__":
    rate_coverage.main()
