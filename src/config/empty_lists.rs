//! What to do about a list without entries, which is an error wherever it stands: what its author
//! meant by it is either the default, which is said by leaving the key out, or nothing at all.

/// The way out of an empty list, by its path, such as `accounts[0].regions`.
pub(super) fn hint(path: &str) -> &'static str {
    match path {
        "accounts" => {
            "add an entry such as `- regions: [eu-west-1]`, or remove the key to use the environment's account"
        }
        "compliance_types" => "remove the key to read every type",
        "instance_tags" => "remove the key to copy no tags",
        "organization.include_ous" => "remove the key to read every unit",
        "organization.exclude_accounts" => "remove the key to leave out none",
        "organization.regions" => "add regions, such as [eu-west-1]",
        _ if path.ends_with(".regions") => {
            "add one such as eu-west-1, or remove the key to use the region of the environment or profile"
        }
        _ => "add an entry, or remove the key",
    }
}
