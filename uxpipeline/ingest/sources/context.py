"""What every adapter is told besides the lines."""

from dataclasses import dataclass, field

from uxpipeline.ingest.funnels import FunnelRules

DEFAULT_COMPONENT_ATTRIBUTE = "data-component"


@dataclass(frozen=True)
class Context:
    """Configuration of adapters.

    Attributes:
        rules: what counts as a step of a funnel.
        component_attribute: HTML attribute that names a component.
    """

    rules: FunnelRules = field(default_factory=FunnelRules)
    component_attribute: str = DEFAULT_COMPONENT_ATTRIBUTE
