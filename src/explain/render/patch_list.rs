//! Writes the instances on which a patch is a finding, one row each, in all forms.

use serde::Serialize;
use serde_json::json;

use super::csv::safe_cell;
use super::markdown::{escaped, table_line};
use crate::explain::moment;
use crate::explain::patch_holder::PatchHolder;
use crate::explain::words;

/// The columns of a form that is kept. They are the keys of the JSON form, too.
const COLUMNS: [&str; 13] = [
    "account_id",
    "account_name",
    "region",
    "instance_id",
    "computer_name",
    "patch_id",
    "patch_state",
    "patch_severity",
    "classification",
    "title",
    "cve_ids",
    "installed",
    "reported",
];

/// The version of the JSON form. It changes when a key goes or means something else.
const VERSION: u32 = 1;

/// The instances on which a patch is a finding.
#[derive(Clone, Copy, Debug)]
pub struct PatchList<'a> {
    /// What was asked for.
    pub patch: &'a str,
    /// The instances, in the order in which to show them.
    pub holders: &'a [PatchHolder],
    /// What could not be told, each in one sentence.
    pub notes: &'a [String],
}

type Cells = [String; COLUMNS.len()];

impl PatchList<'_> {
    /// Writes text: a line for each instance that is never wrapped.
    pub fn text(&self) -> String {
        let rows: Vec<[String; 7]> = self.holders.iter().map(short_row).collect();
        let mut lines = vec![self.headline()];
        lines.extend(rows.iter().map(|row| padded(row, &rows)));
        lines.join("\n") + "\n"
    }

    /// Writes JSON.
    pub fn json(&self) -> String {
        let rows: Vec<RowForm> = self
            .holders
            .iter()
            .map(|holder| RowForm(cells(holder)))
            .collect();
        let notes: Vec<String> = self.notes.iter().map(|note| words::line(note)).collect();
        let patch = words::line(self.patch);
        let form = json!({"version": VERSION, "patch": patch, "instances": rows, "notes": notes});
        format!("{form:#}\n")
    }

    /// Writes Markdown.
    pub fn markdown(&self) -> String {
        let mut blocks = vec![escaped(&self.headline())];
        if !self.holders.is_empty() {
            blocks.push(self.markdown_table());
        }
        let notes = self.notes.iter().map(|note| format!("- {}", escaped(note)));
        blocks.extend(notes);
        blocks.join("\n\n") + "\n"
    }

    fn markdown_table(&self) -> String {
        let mut lines = vec![table_line(COLUMNS.iter().map(|column| escaped(column)))];
        lines.push(format!("|{}", "---|".repeat(COLUMNS.len())));
        for holder in self.holders {
            lines.push(table_line(cells(holder).iter().map(|cell| escaped(cell))));
        }
        lines.join("\n")
    }

    /// Writes CSV after RFC 4180.
    pub fn csv(&self) -> String {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(Vec::new());
        let rows = self
            .holders
            .iter()
            .map(|holder| cells(holder).map(|cell| safe_cell(&cell)));
        for row in std::iter::once(COLUMNS.map(str::to_owned)).chain(rows) {
            // Memory takes every byte, and all rows have as many cells.
            if writer.write_record(&row).is_err() {
                break;
            }
        }
        String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
    }

    fn headline(&self) -> String {
        let patch = words::line(self.patch);
        // One instance may lack several packages for one vulnerability.
        let mut ids: Vec<&str> = self
            .holders
            .iter()
            .map(|holder| holder.instance_id.as_str())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        match ids.len() {
            0 => format!("{patch} is a finding on no instance"),
            count => format!(
                "{patch} is a finding on {}",
                words::counted(count, "instance", "instances")
            ),
        }
    }
}

/// A row under the names of its columns.
struct RowForm(Cells);

impl Serialize for RowForm {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let given = self.0.iter().map(|cell| (!cell.is_empty()).then_some(cell));
        serializer.collect_map(COLUMNS.iter().zip(given))
    }
}

fn cells(holder: &PatchHolder) -> Cells {
    let target = &holder.target;
    let cells = [
        target.account_id.clone(),
        target.account_name.clone().unwrap_or_default(),
        target.region.clone(),
        holder.instance_id.clone(),
        holder.computer_name.clone(),
        holder.patch_id.clone(),
        holder.state.clone(),
        holder.severity.clone(),
        holder.classification.clone(),
        holder.title.clone(),
        holder.cve_ids.clone(),
        holder.installed.clone(),
        holder.reported.map(moment::rfc3339).unwrap_or_default(),
    ];
    cells.map(|cell| words::line(&cell))
}

/// What a person looks for first.
fn short_row(holder: &PatchHolder) -> [String; 7] {
    let target = &holder.target;
    let account = target.account_name.as_deref().unwrap_or(&target.account_id);
    let place = format!("{account}/{}", target.region);
    let since = match (&*holder.installed, holder.reported) {
        ("", Some(reported)) => format!("reported {}", moment::rfc3339(reported)),
        ("", None) => String::new(),
        (installed, _) => format!("installed {installed}"),
    };
    let cells = [
        &holder.instance_id,
        &holder.patch_id,
        &holder.state,
        &holder.severity,
        &since,
        &place,
        &holder.computer_name,
    ];
    cells.map(|cell| words::line(words::or(cell, "-")))
}

fn padded(row: &[String; 7], rows: &[[String; 7]]) -> String {
    let mut line = String::new();
    for (column, cell) in row.iter().enumerate() {
        let width = rows
            .iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0);
        let padding = " ".repeat(width.saturating_sub(cell.chars().count()) + 2);
        line.push_str(cell);
        line.push_str(&padding);
    }
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(id: &str, title: &str) -> PatchHolder {
        PatchHolder {
            instance_id: id.to_owned(),
            patch_id: "KB5030000".to_owned(),
            state: "Missing".to_owned(),
            title: title.to_owned(),
            ..PatchHolder::default()
        }
    }

    fn list(holders: &[PatchHolder]) -> PatchList<'_> {
        PatchList {
            patch: "5030000",
            holders,
            notes: &[],
        }
    }

    #[test]
    fn an_instance_is_counted_once_and_has_a_line_for_each_patch() {
        let holders = [holder("i-1", ""), holder("i-1", ""), holder("i-22", "")];
        let text = list(&holders).text();
        assert!(
            text.starts_with("5030000 is a finding on 2 instances\n"),
            "{text}"
        );
        assert_eq!(text.lines().count(), 4);
        assert!(list(&[]).text().contains("on no instance"));
    }

    #[test]
    fn hostile_titles_break_no_form() {
        let holders = [holder("i-1", "=cmd|' /C calc'!A0\n| x | \u{1b}[31m <b> \"")];
        let list = list(&holders);
        let json: serde_json::Value = serde_json::from_str(&list.json()).expect("JSON");
        assert_eq!(json["instances"][0]["patch_id"], "KB5030000");
        assert_eq!(
            list.markdown()
                .lines()
                .filter(|line| line.starts_with('|'))
                .count(),
            3
        );
        let mut reader = csv::Reader::from_reader(list.csv().as_bytes().to_vec().leak() as &[u8]);
        let record = reader.records().next().expect("a row").expect("CSV");
        assert!(record[9].starts_with("'="), "{record:?}");
        for form in [list.text(), list.json(), list.markdown(), list.csv()] {
            assert!(!form.contains('\u{1b}'), "{form}");
        }
    }
}
