"""The audit's rules as a policy pack: `pulumi preview --policy-pack policy`. Errors stop an update, the rest is advice."""

from pulumi_policy import EnforcementLevel, PolicyPack, ReportViolation, StackValidationArgs, StackValidationPolicy

from realip.audit.policy import violations
from realip.audit.rule import Severity


def _report(args: StackValidationArgs, report: ReportViolation, *, errors: bool) -> None:
    resources = ((each.urn, each.resource_type, dict(each.props)) for each in args.resources)
    for violation in violations(resources):
        if (violation.severity is Severity.ERROR) is errors:
            report(violation.message, violation.urn)


def refuse(args: StackValidationArgs, report: ReportViolation) -> None:
    """Findings that lose an address, let it be forged, or leave nobody in."""
    _report(args, report, errors=True)


def advise(args: StackValidationArgs, report: ReportViolation) -> None:
    """The other findings."""
    _report(args, report, errors=False)


PolicyPack(
    name="realip",
    policies=[
        StackValidationPolicy(
            name="client-addresses",
            description="Apps get their clients' addresses, and clients cannot choose them.",
            enforcement_level=EnforcementLevel.MANDATORY,
            validate=refuse,
        ),
        StackValidationPolicy(
            name="client-addresses-advice",
            description="What may lose clients' addresses, or does not do what it says.",
            enforcement_level=EnforcementLevel.ADVISORY,
            validate=advise,
        ),
    ],
)
