//! Families about managed instances as such.

use crate::metrics::family::{
    Family,
    Kind::{Gauge, Info},
    Per,
    Stability::Experimental,
};
use crate::model::Collector;

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "aws_ssm_instance_info",
        kind: Info,
        stability: Experimental,
        help: "The managed instance as DescribeInstanceInformation lists it; what AWS does not say is empty. name is the hybrid activation's Name.",
        labels: &[
            "name",
            "computer_name",
            "ip_address",
            "resource_type",
            "platform_type",
            "platform_name",
            "platform_version",
            "agent_version",
        ],
        samples: Per::Instance(|_, instance, out| {
            let Some(listing) = &instance.listing else {
                return;
            };
            let shared = &listing.shared;
            let labels = [
                listing.name(),
                listing.computer_name(),
                listing.ip_address(),
                &shared.resource_type,
                &shared.platform_type,
                &shared.platform_name,
                &shared.platform_version,
                &shared.agent_version,
            ];
            out.sample(&labels, true);
        }),
    },
    Family {
        name: "aws_ssm_instance_online",
        kind: Gauge,
        stability: Experimental,
        help: "Whether DescribeInstanceInformation's PingStatus is Online (1) or anything else (0).",
        labels: &[],
        samples: Per::Instance(|_, instance, out| {
            out.maybe(
                &[],
                instance.listing.as_ref().map(|listing| listing.online()),
            )
        }),
    },
    Family {
        name: "aws_ssm_instance_last_ping_timestamp_seconds",
        kind: Gauge,
        stability: Experimental,
        help: "When the SSM Agent was last heard: DescribeInstanceInformation's LastPingDateTime.",
        labels: &[],
        samples: Per::Instance(|_, instance, out| {
            out.maybe(
                &[],
                instance
                    .listing
                    .as_ref()
                    .and_then(|listing| listing.last_ping),
            )
        }),
    },
    Family {
        name: "aws_ssm_instance_agent_latest",
        kind: Gauge,
        stability: Experimental,
        help: "Whether the SSM Agent is of the latest version (1) or not (0): DescribeInstanceInformation's IsLatestVersion. Absent if AWS does not say.",
        labels: &[],
        samples: Per::Instance(|_, instance, out| {
            out.maybe(
                &[],
                instance
                    .listing
                    .as_ref()
                    .and_then(|listing| listing.shared.agent_latest),
            );
        }),
    },
    Family {
        name: "aws_ssm_managed_instances",
        kind: Gauge,
        stability: Experimental,
        help: "Number of instances that DescribeInstanceInformation lists, by PlatformType, ResourceType and PingStatus.",
        labels: &["platform_type", "resource_type", "ping_status"],
        samples: Per::Target(|view, counts, out| {
            if view.target.has(Collector::Instances) {
                for (labels, count) in counts.managed() {
                    out.sample(&labels, count);
                }
            }
        }),
    },
    Family {
        name: "aws_ssm_unlisted_resources",
        kind: Gauge,
        stability: Experimental,
        help: "Number of resources in ListResourceComplianceSummaries that DescribeInstanceInformation does not list: stopped, terminated or never managed.",
        labels: &[],
        samples: Per::Target(|view, counts, out| {
            if view.has_both_views() {
                out.sample(&[], counts.unlisted);
            }
        }),
    },
];
