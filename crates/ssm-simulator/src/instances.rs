//! The row of `DescribeInstanceInformation`, and the tags of an instance.

use super::catalogue::{AGENTS, ROLES};
use super::node::{NodeSnapshot, Quirk};
use super::random;
use super::rows::Instance;
use super::time;

impl NodeSnapshot<'_> {
    /// The row of a listed instance.
    pub(super) fn instance(&self) -> Option<Instance> {
        let node = self.node;
        if node.ghost {
            return None;
        }
        let (id, hybrid, platform) = (node.id(), node.is_hybrid(), node.platform());
        let agent = node.roll("agent", 8) as usize;
        let overview = self.association_overview();
        let failed = !matches!(overview.detailed_status.as_str(), "Success");
        let ran = node.has_associations();
        Some(Instance {
            ping_status: self.ping_status().to_owned(),
            last_ping_date_time: self.pinged(),
            agent_version: AGENTS.get(agent).unwrap_or(&AGENTS[0]).to_string(),
            is_latest_version: (node.quirk != Quirk::NoLatest)
                .then_some(agent == 0 || agent >= AGENTS.len()),
            platform_type: platform.kind.to_owned(),
            platform_name: platform.name.to_owned(),
            platform_version: platform.version.to_owned(),
            activation_id: hybrid.then(|| {
                random::uuid(random::join(
                    self.names.seed,
                    u64::from(node.roll("act", 3)),
                ))
            }),
            iam_role: hybrid
                .then(|| "service-role/AmazonEC2RunCommandRoleForManagedInstances".to_owned()),
            registration_date: hybrid
                .then(|| self.start - f64::from(86_400 * (30 + node.roll("age", 900)))),
            resource_type: if hybrid {
                "ManagedInstance"
            } else {
                "EC2Instance"
            }
            .to_owned(),
            name: hybrid.then(|| format!("plant-{:02}", node.roll("plant", 40))),
            ip_address: self.address(),
            computer_name: self.computer_name(),
            association_status: Some(overview.detailed_status.clone()),
            last_association_execution_date: ran.then(|| self.uploaded()),
            last_successful_association_execution_date: ran
                .then(|| self.uploaded() - if failed { 86_400.0 } else { 0.0 }),
            association_overview: Some(overview),
            source_type: if hybrid {
                "AWS::SSM::ManagedInstance"
            } else {
                "AWS::EC2::Instance"
            }
            .to_owned(),
            source_id: id.clone(),
            instance_id: id,
        })
    }

    fn ping_status(&self) -> &'static str {
        match self.node.quirk {
            Quirk::ConnectionLost => "ConnectionLost",
            Quirk::Inactive => "Inactive",
            Quirk::UnknownPing => "Hibernated",
            _ => "Online",
        }
    }

    /// Every five minutes; hours or days ago where the connection is lost.
    fn pinged(&self) -> f64 {
        match self.node.quirk {
            Quirk::ConnectionLost => self.start - f64::from(3600 + self.node.roll("lost", 200_000)),
            Quirk::Inactive => self.start - f64::from(86_400 * (3 + self.node.roll("lost", 20))),
            _ => time::latest(self.clock, 300, self.node.roll("ping", 300)),
        }
    }

    fn address(&self) -> String {
        let roll = |salt| self.node.roll(salt, 254) + 1;
        format!("10.{}.{}.{}", roll("net"), roll("subnet"), roll("host"))
    }

    pub(super) fn computer_name(&self) -> String {
        let role = ROLES
            .get(self.node.roll("role", 6) as usize)
            .copied()
            .unwrap_or_default();
        if self.node.is_windows() {
            return format!("WIN-{}-{:05}", role.to_uppercase(), self.node.index);
        }
        format!(
            "{role}-{:05}.{}.compute.internal",
            self.node.index, self.names.region
        )
    }
}
