"""`make bench`: the tables of truth and speed."""

import sys

from benchmarks import rate_coverage, refresh

if __name__ == "__main__":
    rate_coverage.main()
    sys.exit(refresh.main([]))
