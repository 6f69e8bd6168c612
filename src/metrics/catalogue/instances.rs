//! Families about the managed instances themselves, whatever their compliance.

use crate::metrics::emit::Samples;
use crate::metrics::family::{Family, Kind, Labels, SampleSource, Stability};
use crate::metrics::target_view::TargetView;
use crate::model::{Collector, Instance};

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "aws_ssm_instance_info",
        kind: Kind::Info,
        stability: Stability::Experimental,
        // What describes an instance is here and nowhere else, to be joined by `instance_id`. As
        // labels of every family it would make every series longer, and an update of the agent
        // would start all series of the instance anew.
        help: "The managed instance as DescribeInstanceInformation lists it; values that AWS does not give are empty. name is the hybrid activation's Name, or else the tag Name, if that tag is read. The tag_* labels are the tags in instance_tags (GetResources).",
        labels: Labels::FixedAndTags(&[
            "name",
            "computer_name",
            "ip_address",
            "resource_type",
            "platform_type",
            "platform_name",
            "platform_version",
            "agent_version",
        ]),
        samples: SampleSource::Instance(write_info),
    },
    Family {
        name: "aws_ssm_instance_online",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "Whether DescribeInstanceInformation's PingStatus is Online (1) or anything else (0).",
        labels: Labels::Fixed(&[]),
        samples: SampleSource::Instance(|_, instance, out| {
            let listing = instance.listing.as_ref();
            out.maybe(&[], listing.map(|listing| listing.is_online()));
        }),
    },
    Family {
        name: "aws_ssm_instance_last_ping_timestamp_seconds",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        // An instance that was never heard has no time. A zero would be shown as the year 1970.
        help: "When the SSM Agent was last heard from: DescribeInstanceInformation's LastPingDateTime.",
        labels: Labels::Fixed(&[]),
        samples: SampleSource::Instance(|_, instance, out| {
            let listing = instance.listing.as_ref();
            out.maybe(&[], listing.and_then(|listing| listing.last_ping));
        }),
    },
    Family {
        name: "aws_ssm_instance_agent_latest",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "Whether the SSM Agent is the latest version (1) or not (0): DescribeInstanceInformation's IsLatestVersion. Absent if AWS does not say.",
        labels: Labels::Fixed(&[]),
        samples: SampleSource::Instance(|_, instance, out| {
            let listing = instance.listing.as_ref();
            out.maybe(&[], listing.and_then(|listing| listing.shared.agent_latest));
        }),
    },
    Family {
        name: "aws_ssm_managed_instances",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "Number of instances that DescribeInstanceInformation lists, by PlatformType, ResourceType and PingStatus.",
        labels: Labels::Fixed(&["platform_type", "resource_type", "ping_status"]),
        samples: SampleSource::Target(|view, counts, out| {
            if view.target.has(Collector::Instances) {
                for (labels, count) in counts.managed() {
                    out.sample(&labels, count);
                }
            }
        }),
    },
    Family {
        name: "aws_ssm_unlisted_resources",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        // AWS keeps compliance data of an instance after it was terminated, and the console counts
        // it. This number explains why the console shows more resources than this page.
        help: "Number of resources in ListResourceComplianceSummaries that DescribeInstanceInformation does not list: stopped, terminated or never managed.",
        labels: Labels::Fixed(&[]),
        samples: SampleSource::Target(|view, counts, out| {
            if view.has_both_views() {
                out.sample(&[], counts.unlisted);
            }
        }),
    },
];

fn write_info(view: &TargetView<'_>, instance: &Instance, out: &mut Samples<'_>) {
    let Some(listing) = &instance.listing else {
        return;
    };
    let shared = &listing.shared;
    let fixed: [&str; 8] = [
        view.name_of(instance),
        listing.computer_name(),
        listing.ip_address(),
        &shared.resource_type,
        &shared.platform_type,
        &shared.platform_name,
        &shared.platform_version,
        &shared.agent_version,
    ];
    if view.policy.tag_labels.is_empty() {
        out.sample(&fixed, true);
    } else {
        let tags = view.target.tags().of(&instance.id);
        let tag_labels = view.policy.tag_labels.iter();
        let values = tag_labels.map(|label| tags.value(&label.key));
        let labels: Vec<&str> = fixed.into_iter().chain(values).collect();
        out.sample(&labels, true);
    }
}
