"""How any step between a file and its records says that one line cannot be taken."""

from uxpipeline.ingest.records import Rejected


class LineRefused(Exception):  # noqa: N818 - a verdict on one line, not an error of the program
    """Ends the handling of one line; the transformer turns it into `Rejected`.

    Attributes:
        rejected: the outcome of the line.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.rejected = Rejected(reason, detail)
