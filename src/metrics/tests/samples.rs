//! The samples of one family, as they are written.

use std::time::Duration;

use bytes::{Bytes, BytesMut};

use crate::metrics::deflate::{Deflater, Inflater};
use crate::metrics::{
    Family, Identity, Kind, Labels, Policy, SampleSource, ShownInstances, Stability, TagLabel,
    TargetView,
};
use crate::model::{AgeLimits, Selection, Target};

const INSTANCES_WITH_TAGS: Family = Family {
    name: "aws_ssm_instance_owner_info",
    kind: Kind::Info,
    stability: Stability::Experimental,
    help: "The instance and who owns it.",
    labels: Labels::FixedAndTags(&["name", "platform"]),
    // The test writes the samples itself.
    samples: SampleSource::Instance(|_, _, _| {}),
};

fn tag_label(name: &str) -> TagLabel {
    TagLabel {
        key: name.trim_start_matches("tag_").to_owned(),
        name: name.to_owned(),
    }
}

fn policy(tag_labels: &[&str]) -> Policy {
    Policy {
        instances: ShownInstances::All,
        include_unlisted: false,
        selection: Selection::everything(),
        max_patch_info_series: 0,
        tag_labels: tag_labels.iter().map(|&name| tag_label(name)).collect(),
        tag_compliance: Vec::new(),
    }
}

fn identity() -> Identity {
    Identity {
        account_id: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        account_name: "production".to_owned(),
    }
}

fn target() -> Target {
    Target::new(AgeLimits {
        stale_after: Duration::from_hours(1),
        interval: Duration::from_mins(5),
        full_every: Duration::from_hours(24),
    })
}

fn text(deflated: Bytes) -> String {
    let mut deflated = deflated;
    let mut text = BytesMut::new();
    Inflater::default().append(&mut deflated, &mut text, 4096);
    String::from_utf8(text.to_vec()).expect("the samples are text")
}

#[test]
fn labels_of_tags_follow_the_fixed_ones_in_the_order_of_the_configuration() {
    let policy = policy(&["tag_team", "tag_stage"]);
    let view = TargetView {
        target: &target(),
        identity: &identity(),
        policy: &policy,
    };
    let mut deflater = Deflater::default();
    let mut samples = INSTANCES_WITH_TAGS.start_samples(&view, &mut deflater);
    for id in ["i-1", "i-2"] {
        samples.start_instance(id);
        samples.sample(&["web", "Linux", "shop", "prod \"eu\""], true);
    }
    let (fragment, series) = samples.finish().expect("there are samples");

    assert_eq!(series, 2);
    assert_eq!(
        text(fragment.deflated),
        ["i-1", "i-2"]
            .map(|id| format!(
                "aws_ssm_instance_owner_info{{account_id=\"111122223333\",region=\"eu-west-1\",\
                 instance_id=\"{id}\",name=\"web\",platform=\"Linux\",\
                 tag_team=\"shop\",tag_stage=\"prod \\\"eu\\\"\"}} 1\n"
            ))
            .concat()
    );
}

#[test]
fn a_family_with_fixed_labels_has_none_for_tags() {
    let family = Family {
        labels: Labels::Fixed(&["name"]),
        ..INSTANCES_WITH_TAGS
    };
    let policy = policy(&["tag_team"]);
    assert!(family.labels.names(&policy).eq(["name"]));
}
