//! The row of `DescribeInstanceInformation`.

use super::catalogue::{AGENT_VERSIONS, COMPUTER_ROLES};
use super::quirk::Quirk;
use super::snapshot::NodeSnapshot;
use crate::random;
use crate::rows::{AssociationOverview, Instance};
use crate::time;

/// How often the agent of a connected node pings.
pub(crate) const PING_PERIOD_SECONDS: u32 = 300;
const SECONDS_PER_DAY: u32 = 86_400;

impl NodeSnapshot<'_> {
    /// The row of a listed instance.
    pub(crate) fn instance(&self) -> Option<Instance> {
        if self.node.ghost {
            return None;
        }
        let mut row = self.ec2_instance();
        if self.node.is_hybrid() {
            self.turn_hybrid(&mut row);
        }
        self.add_associations(&mut row, self.association_overview());
        Some(row)
    }

    /// The row of an EC2 instance without what follows from its associations.
    fn ec2_instance(&self) -> Instance {
        let platform = self.node.platform();
        Instance {
            instance_id: self.node.id(),
            ping_status: self.ping_status().to_owned(),
            last_ping_date_time: self.last_ping(),
            agent_version: self.agent_version().to_owned(),
            is_latest_version: self.is_latest_version(),
            platform_type: platform.kind.to_owned(),
            platform_name: platform.name.to_owned(),
            platform_version: platform.version.to_owned(),
            resource_type: "EC2Instance".to_owned(),
            ip_address: self.address(),
            computer_name: self.computer_name(),
            source_id: self.node.id(),
            source_type: "AWS::EC2::Instance".to_owned(),
            ..Instance::default()
        }
    }

    /// Hybrid nodes say how they were registered, and only they have a name in the row.
    fn turn_hybrid(&self, row: &mut Instance) {
        let activation = u64::from(self.node.roll("act", 3));
        let age_days = 30 + self.node.roll("age", 900);
        row.activation_id = Some(random::uuid(random::join(self.names.seed, activation)));
        row.iam_role = Some("service-role/AmazonEC2RunCommandRoleForManagedInstances".to_owned());
        row.registration_date = Some(self.start - f64::from(SECONDS_PER_DAY * age_days));
        row.name = Some(format!("plant-{:02}", self.node.roll("plant", 40)));
        "ManagedInstance".clone_into(&mut row.resource_type);
        "AWS::SSM::ManagedInstance".clone_into(&mut row.source_type);
    }

    fn add_associations(&self, row: &mut Instance, overview: AssociationOverview) {
        // An instance whose associations never ran has no dates.
        if self.node.has_associations() {
            let success_age = if overview.detailed_status == "Success" {
                0.0
            } else {
                f64::from(SECONDS_PER_DAY)
            };
            row.last_association_execution_date = Some(self.uploaded());
            row.last_successful_association_execution_date = Some(self.uploaded() - success_age);
        }
        row.association_status = Some(overview.detailed_status.clone());
        row.association_overview = Some(overview);
    }

    /// The index of the agent's version. Half of the fleet falls beyond the table, which stands for
    /// the latest version.
    fn agent_index(&self) -> usize {
        let index = self.node.roll("agent", 8) as usize;
        if index < AGENT_VERSIONS.len() {
            index
        } else {
            0
        }
    }

    fn agent_version(&self) -> &'static str {
        AGENT_VERSIONS[self.agent_index()]
    }

    fn is_latest_version(&self) -> Option<bool> {
        match self.node.quirk {
            Quirk::UnknownLatestVersion => None,
            _ => Some(self.agent_index() == 0),
        }
    }

    fn ping_status(&self) -> &'static str {
        match self.node.quirk {
            Quirk::ConnectionLost => "ConnectionLost",
            Quirk::Inactive => "Inactive",
            // Clients must expect values that are newer than their service model.
            Quirk::UnknownPingStatus => "Hibernated",
            _ => "Online",
        }
    }

    /// The last ping is hours or days ago where the connection is lost.
    fn last_ping(&self) -> f64 {
        match self.node.quirk {
            Quirk::ConnectionLost => self.start - f64::from(3600 + self.node.roll("lost", 200_000)),
            Quirk::Inactive => {
                self.start - f64::from(SECONDS_PER_DAY * (3 + self.node.roll("lost", 20)))
            }
            _ => time::latest(
                self.clock,
                PING_PERIOD_SECONDS,
                self.node.roll("ping", PING_PERIOD_SECONDS),
            ),
        }
    }

    fn address(&self) -> String {
        let net = 1 + self.node.roll("net", 254);
        let subnet = 1 + self.node.roll("subnet", 254);
        let host = 1 + self.node.roll("host", 254);
        format!("10.{net}.{subnet}.{host}")
    }

    fn computer_name(&self) -> String {
        let role = self.node.choose("role", &COMPUTER_ROLES);
        let number = self.node.index;
        if self.node.is_windows() {
            return format!("WIN-{}-{number:05}", role.to_uppercase());
        }
        format!("{role}-{number:05}.{}.compute.internal", self.names.region)
    }
}
