"""`make bench`: the tables of truth and speed."""

from benchmarks import friction_scale, friction_truth, rate_coverage

if __name__ == "__main__":
    rate_coverage.main()
    friction_scale.main()
    friction_truth.main()
