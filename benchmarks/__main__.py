"""`make bench`: the tables of truth and speed."""

import sys

from benchmarks import experiment_scale, experiment_truth, friction_scale, friction_truth, load, rate_coverage, refresh

if __name__ == "__main__":
    rate_coverage.main()
    friction_scale.main()
    friction_truth.main()
    experiment_scale.main()
    experiment_truth.main()
    load.main(["--rows", "50000", "--peer-rows", "10000"])
    sys.exit(refresh.main([]))
