//! `DescribeRegions`.

use crate::refusal::Refusal;
use crate::sts::{Form, escape};

/// Regions that exist, and that an account has to enable before it can use them.
const OPT_IN_REGIONS: [&str; 3] = ["af-south-1", "ap-east-1", "eu-south-1"];

/// The regions that are enabled, and with `AllRegions` those that are not.
pub(super) fn regions(form: &Form, enabled: &[String]) -> Result<String, Refusal> {
    let is_enabled = |region: &str| enabled.iter().any(|known| known == region);
    let disabled = OPT_IN_REGIONS.into_iter().filter(|it| !is_enabled(it));
    let known = enabled.iter().map(String::as_str);
    let all: Vec<&str> = known.chain(disabled).collect();
    let wanted = form.list("RegionName");
    if let Some(unknown) = wanted.iter().find(|name| !all.contains(name)) {
        let message = format!("Invalid region provided ({unknown}).");
        return Err(Refusal::modelled("InvalidParameterValue", message));
    }
    let shows_all = form.member("AllRegions") == "true";
    let rows: String = all
        .into_iter()
        .filter(|name| wanted.is_empty() || wanted.contains(name))
        .filter(|name| shows_all || is_enabled(name))
        .map(|name| region(name, is_enabled(name)))
        .collect();
    Ok(format!("<regionInfo>{rows}</regionInfo>"))
}

fn region(name: &str, is_enabled: bool) -> String {
    let status = match (is_enabled, OPT_IN_REGIONS.contains(&name)) {
        (false, _) => "not-opted-in",
        (true, true) => "opted-in",
        (true, false) => "opt-in-not-required",
    };
    let name = escape(name);
    format!(
        "<item><regionName>{name}</regionName>\
         <regionEndpoint>ec2.{name}.amazonaws.com</regionEndpoint>\
         <optInStatus>{status}</optInStatus></item>"
    )
}
