//! Finds instances by the names of their computers.

use crate::model::InstanceRow;

/// An instance that has a name that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The instance's id.
    pub id: String,
    /// Its computer name.
    pub computer_name: String,
}

/// Whether a text has the form of an instance's id: `i-` or `mi-`, and hexadecimal digits.
pub fn is_instance_id(text: &str) -> bool {
    let digits = text.strip_prefix("mi-").or_else(|| text.strip_prefix("i-"));
    digits.is_some_and(|digits| {
        matches!(digits.len(), 8 | 17) && digits.chars().all(|c| c.is_ascii_hexdigit())
    })
}

/// The instances with this computer name, or if there is none, those with this host name before the
/// first dot.
pub fn match_names(rows: &[InstanceRow], name: &str) -> Vec<Named> {
    let exact = matching(rows, |row| row.computer_name.eq_ignore_ascii_case(name));
    if !exact.is_empty() {
        return exact;
    }
    matching(rows, |row| {
        host_name(&row.computer_name).eq_ignore_ascii_case(name)
    })
}

fn matching(rows: &[InstanceRow], is_meant: impl Fn(&InstanceRow) -> bool) -> Vec<Named> {
    let named = rows.iter().filter(|row| is_meant(row)).map(|row| Named {
        id: row.id.clone(),
        computer_name: row.computer_name.clone(),
    });
    named.collect()
}

fn host_name(computer_name: &str) -> &str {
    computer_name.split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, computer_name: &str) -> InstanceRow {
        InstanceRow {
            id: id.to_owned(),
            computer_name: computer_name.to_owned(),
            ..InstanceRow::default()
        }
    }

    #[test]
    fn ids_are_told_from_names() {
        for id in ["i-0abc1234", "mi-0123456789abcdef0", "i-0123456789abcdef0"] {
            assert!(is_instance_id(id), "{id}");
        }
        for name in ["web-00012", "i-web", "mi-0abc12345", "WIN-SQL"] {
            assert!(!is_instance_id(name), "{name}");
        }
    }

    #[test]
    fn a_whole_name_goes_before_a_host_name() {
        let rows = [
            row("i-1", "web"),
            row("i-2", "web.example.com"),
            row("i-3", "WEB.example.org"),
        ];
        let ids = |name| {
            let named = match_names(&rows, name);
            named
                .into_iter()
                .map(|named| named.id)
                .collect::<Vec<String>>()
        };
        assert_eq!(ids("web"), ["i-1"]);
        assert_eq!(ids("web.EXAMPLE.com"), ["i-2"]);
        assert_eq!(ids("db"), Vec::<String>::new());
        let rows = &rows[1..];
        assert_eq!(match_names(rows, "web").len(), 2);
    }
}
