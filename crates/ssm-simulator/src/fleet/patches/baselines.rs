//! Patch baselines: the rows of `DescribePatchBaselines`, and which one applies to a node.

use crate::fleet::catalogue::{AWS_BASELINES, CataloguedBaseline, OWN_BASELINES};
use crate::fleet::quirk::Quirk;
use crate::fleet::snapshot::{NodeSnapshot, TargetNames};
use crate::random;
use crate::rows::Baseline;

impl NodeSnapshot<'_> {
    /// The account's own baseline that applies to this node.
    pub(super) fn own_baseline(&self) -> Option<&'static CataloguedBaseline> {
        if !self.node.has_own_baseline() {
            return None;
        }
        let os = self.node.platform().os;
        OWN_BASELINES.iter().find(|baseline| baseline.os == os)
    }

    pub(crate) fn baseline_id(&self) -> String {
        if let Some(baseline) = self.own_baseline() {
            return own_id(self.names, baseline.name);
        }
        self.aws_baseline_id()
    }

    /// The baseline by which an association scans the node. It knows nothing of the patch policy
    /// that may choose another.
    pub(crate) fn association_baseline_id(&self) -> String {
        match self.node.quirk {
            Quirk::TwoScanners => self.aws_baseline_id(),
            _ => self.baseline_id(),
        }
    }

    fn aws_baseline_id(&self) -> String {
        // AWS names the baselines that it provides by the short id in some rows and by the ARN in
        // others.
        let os = self.node.platform().os;
        if self.node.roll("arn", 3) == 0 {
            aws_id(self.names, os)
        } else {
            aws_arn(self.names, os)
        }
    }
}

/// The rows of `DescribePatchBaselines`.
pub(crate) fn baseline_rows(names: &TargetNames) -> Vec<Baseline> {
    let aws = AWS_BASELINES
        .iter()
        .map(|baseline| aws_row(names, baseline));
    let own = OWN_BASELINES
        .iter()
        .map(|baseline| own_row(names, baseline));
    aws.chain(own).collect()
}

fn aws_row(names: &TargetNames, baseline: &CataloguedBaseline) -> Baseline {
    let os = baseline.os;
    Baseline {
        baseline_id: aws_arn(names, os),
        baseline_name: baseline.name.to_owned(),
        operating_system: os.to_owned(),
        baseline_description: format!("Default Patch Baseline for {os} Provided by AWS."),
        default_baseline: true,
    }
}

fn own_row(names: &TargetNames, baseline: &CataloguedBaseline) -> Baseline {
    Baseline {
        baseline_id: own_id(names, baseline.name),
        baseline_name: baseline.name.to_owned(),
        operating_system: baseline.os.to_owned(),
        // Whoever makes a baseline may leave its description empty.
        baseline_description: String::new(),
        default_baseline: false,
    }
}

pub(super) fn own_id(names: &TargetNames, name: &str) -> String {
    short_id(random::join(names.seed, random::text(name)))
}

/// The id of a baseline that AWS provides, which is the same in all accounts of a region.
fn aws_id(names: &TargetNames, os: &str) -> String {
    short_id(random::text(&format!("{}/{os}", names.region)))
}

pub(super) fn aws_arn(names: &TargetNames, os: &str) -> String {
    let region = &names.region;
    let id = aws_id(names, os);
    format!("arn:aws:ssm:{region}:075727635805:patchbaseline/{id}")
}

fn short_id(hash: u64) -> String {
    format!("pb-0{hash:016x}")
}
