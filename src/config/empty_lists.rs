//! What to do about a list without entries. Where the default is a full list, it is an error: its
//! author meant either the default, which is said by leaving the key out, or nothing at all. Where
//! the default is an empty list, it says just that.

/// The way out of an empty list, by its path, such as `accounts[0].regions`. `None` where an empty
/// list is what absence means, too.
pub(super) fn hint(path: &str) -> Option<&'static str> {
    let hint = match path {
        "instance_tags"
        | "tag_compliance"
        | "organization.include_ous"
        | "organization.exclude_accounts" => return None,
        "accounts" => {
            "add an entry such as `- regions: [eu-west-1]`, or remove the key to use the environment's account"
        }
        "compliance_types" => "remove the key to read every type",
        "organization.regions" => "add regions, such as [eu-west-1]",
        _ if path.ends_with(".regions") => {
            "add one such as eu-west-1, or remove the key to use the region of the environment or profile"
        }
        _ => "add an entry, or remove the key",
    };
    Some(hint)
}
