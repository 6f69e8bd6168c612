"""Which simulated instances are in the state that an alert is about."""

import dataclasses
import time

# The cause that `explain` names, of the alerts about instances.
CAUSES = {
    "SsmCompliancePatchesMissing": "patches_missing",
    "SsmCompliancePatchesFailed": "patches_failed",
    "SsmComplianceRebootPending": "reboot_pending",
    "SsmCompliancePatchesRejected": "patches_rejected",
    "SsmComplianceSecurityUpdatesAvailable": "security_updates_available",
    "SsmComplianceInventoryFailed": "inventory_failed",
    "SsmCompliancePatchAssociationNoncompliant": "patch_association_noncompliant",
    "SsmComplianceAssociationFailed": "association_failed",
    "SsmComplianceCustomItems": "custom_items",
    "SsmComplianceUnexplained": "unexplained",
    "SsmComplianceNeverScanned": "never_scanned",
    "SsmComplianceScanOld": "scan_stale",
    "SsmComplianceInstanceSilent": "agent_offline",
    "SsmCompliancePatchOverdue": "patches_missing",
    "SsmComplianceAssociationUnreported": None,
}
PACKAGES_BY_YUM = ("Amazon Linux", "Red Hat", "CentOS", "Oracle", "Rocky", "Alma")
STALE_SECONDS = 30 * 86400


@dataclasses.dataclass
class Patient:
    """An instance in trouble, and what conditions of blocks it meets."""

    id: str
    traits: frozenset
    causes: set
    finding: dict


class Clinic:
    """The simulated fleet, and who in it has which trouble."""

    def __init__(self, simulation, explainer):
        self.simulation, self.explainer = simulation, explainer
        listed = simulation.rows("DescribeInstanceInformation", "InstanceInformationList")
        self.rows = {row["InstanceId"]: row for row in listed}
        _, report, _ = explainer.run("--all-noncompliant")
        self.reports = {it["resource_id"]: it for it in report["explanations"]}
        self.taken = set()

    def patients(self, name):
        """Those with the trouble of an alert, those with nothing else first."""
        cause = CAUSES[name]
        if name in SPECIAL:
            ids = SPECIAL[name](self)
            _, report, _ = self.explainer.run(*ids)
            reports = report["explanations"]
        else:
            reports = [it for it in self.reports.values() if cause in causes(it)]
        found = [self.patient(report, cause) for report in reports if not cause or cause in causes(report)]
        return sorted((it for it in found if it.id not in self.taken), key=lambda it: len(it.causes))

    def patient(self, report, cause):
        row = self.rows[report["resource_id"]]
        finding = next((it for it in report["findings"] if it["cause"] == cause), {})
        return Patient(row["InstanceId"], traits(row), causes(report), finding)

    def chosen(self, page):
        """One patient for each condition that a block has, as few as possible."""
        chosen, waiting = [], self.patients(page.name)
        for block in page.blocks:
            wanted = block.conditions - {"fails"}
            if block.language != "sh" or any(wanted <= it.traits for it in chosen):
                continue
            patient = next((it for it in waiting if wanted <= it.traits), None)
            if not patient:
                raise AssertionError(f"line {block.line}: no instance to run it on, {sorted(wanted)}")
            waiting.remove(patient)
            chosen.append(patient)
        self.taken |= {it.id for it in chosen}
        return chosen

    def online(self):
        return [id for id, row in self.rows.items() if row["PingStatus"] == "Online"]

    def never_scanned(self):
        scanned = self.summarised("Patch")
        rows = {id: self.rows[id] for id in self.online() if id not in scanned}
        return [id for id, row in rows.items() if row["PlatformName"] not in ("Bottlerocket", "macOS")][:10]

    def unreported(self):
        reported = self.summarised("Association")
        return [id for id in self.online() if id not in reported][:3]

    def stale(self):
        """Those whose patches are well, so that a scan succeeds."""
        states, ids = [], [id for id in self.online() if id not in self.reports]
        for start in range(0, len(ids), 50):
            batch = {"InstanceIds": ids[start : start + 50]}
            states += self.simulation.rows("DescribeInstancePatchStates", "InstancePatchStates", **batch)
        return [it["InstanceId"] for it in states if time.time() - it["OperationEndTime"] > STALE_SECONDS][:3]

    def silent(self):
        silent = [id for id, row in self.rows.items() if row["PingStatus"] == "ConnectionLost"]
        return [id for id in silent if id not in self.reports][:25]

    def summarised(self, compliance_type):
        filters = [{"Key": "ComplianceType", "Values": [compliance_type]}]
        rows = self.simulation.rows(
            "ListResourceComplianceSummaries", "ResourceComplianceSummaryItems", Filters=filters
        )
        return {row["ResourceId"] for row in rows}


# Troubles that do not make an instance non-compliant.
SPECIAL = {
    "SsmComplianceScanOld": Clinic.stale,
    "SsmComplianceNeverScanned": Clinic.never_scanned,
    "SsmComplianceAssociationUnreported": Clinic.unreported,
    "SsmComplianceInstanceSilent": Clinic.silent,
}


def causes(report):
    return {finding["cause"] for finding in report["findings"]}


def traits(row):
    words = {row["PlatformType"].lower(), "hybrid" if row["ResourceType"] == "ManagedInstance" else "ec2"}
    if row["PlatformName"].startswith(PACKAGES_BY_YUM):
        words.add("yum")
    return frozenset(words)
