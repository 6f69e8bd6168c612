//! No text of AWS breaks a format.

use proptest::prelude::*;

use super::cases::BRANCHES;
use super::evidence::{hours_ago, item, push_items, set_summary, summary, with_association};
use super::golden::rendered;
use crate::explain::{
    Context, Evidence, InstancePatchRow, Read, Report, TextStyle, explain, render_csv, render_text,
};
use crate::model::PatchState;

/// Whatever anybody who controls an instance, or may write compliance items, can send.
const HOSTILE: &[&str] = &[
    "\u{1b}[2J\u{1b}]0;x\u{7}",
    "a|b\n|---|\n# x",
    "``` \n</td><script>alert(1)</script>",
    "\"quoted\",cells\r\n=1+1",
    "=cmd|' /C calc'!A0",
    "$(reboot) `reboot` '; reboot; '",
    "\u{202e}gpj.exe\u{2066}",
    "--profile=admin",
    "file:///etc/passwd",
    "@everyone",
];

/// Puts a text wherever AWS gives one.
fn with_text(text: &str) -> Evidence {
    let mut evidence = with_association(super::evidence::healthy(), text, text);
    text.clone_into(&mut evidence.resource_id);
    evidence.target.account_name = Some(text.to_owned());
    if let Read::Done(Some(row)) = &mut evidence.listing {
        for field in [
            &mut row.computer_name,
            &mut row.platform_name,
            &mut row.platform_version,
            &mut row.ping_status,
        ] {
            text.clone_into(field);
        }
    }
    let row = InstancePatchRow {
        id: text.to_owned(),
        title: text.to_owned(),
        classification: text.to_owned(),
        severity: text.to_owned(),
        state: PatchState::InstalledRejected.as_str().to_owned(),
        cve_ids: vec![text.to_owned()],
        ..InstancePatchRow::default()
    };
    let mut evidence = super::evidence::with_patches(evidence, vec![row]);
    let custom = format!("Custom:{text}");
    push_items(&mut evidence, vec![item(&custom, text, text)]);
    set_summary(&mut evidence, summary(&custom, "NON_COMPLIANT", 1));
    for history in &mut evidence.histories {
        if let Read::Done(Some(command)) = &mut history.command {
            command.steps[1].output = format!("{text}\n{text}");
        }
    }
    evidence
}

/// The text of one format, of which golden files have the ending.
fn format<'a>(rendered: &'a [(&'static str, String)], ending: &str) -> &'a str {
    let found = rendered.iter().find(|(it, _)| *it == ending);
    &found.expect("a format").1
}

fn assert_intact(evidence: &Evidence) {
    let rendered = rendered(evidence);
    for (ending, text) in &rendered {
        let visible = |c: char| c == '\n' || (*ending == "csv" && c == '\r') || !c.is_control();
        assert!(text.chars().all(visible), "{ending}: {text:?}");
        assert!(
            !text.contains(['\u{202e}', '\u{2066}']),
            "{ending}: {text:?}"
        );
    }
    assert_json(format(&rendered, "json"));
    assert_csv(format(&rendered, "csv"));
    assert_markdown(format(&rendered, "md"));
    assert_eq!(
        greppable(format(&rendered, "txt")),
        greppable(format(&rendered, "narrow.txt"))
    );
}

fn assert_json(text: &str) {
    let form: serde_json::Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(form["version"], 1);
}

fn assert_csv(text: &str) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    for row in reader.records() {
        // The reader refuses a row that has not as many cells as the header.
        let row = row.expect("a row");
        let is_formula = |cell: &str| cell.trim_start().starts_with(['=', '+', '-', '@']);
        assert!(!row.iter().any(is_formula), "{row:?}");
    }
}

/// Every row of a table has the columns of its head, and all that could be HTML is escaped.
fn assert_markdown(text: &str) {
    let mut columns = None;
    let mut fence: Option<String> = None;
    for line in text.lines() {
        let line = line.trim_start();
        if let Some(open) = &fence {
            if line == open {
                fence = None;
            }
            continue;
        }
        if line.starts_with("```") {
            fence = Some(line.chars().take_while(|c| *c == '`').collect());
            continue;
        }
        let plain = line
            .replace("\\\\", "")
            .replace("\\|", "")
            .replace("\\<", "");
        assert!(!plain.contains('<'), "{line}");
        let pipes = line.starts_with('|').then(|| plain.matches('|').count());
        if let (Some(before), Some(now)) = (columns, pipes) {
            assert_eq!(before, now, "{line}");
        }
        columns = pipes;
    }
    assert_eq!(fence, None, "a fence is open");
}

/// How many findings a search finds, one line each.
fn greppable(text: &str) -> usize {
    let causes = [
        "  patches_rejected  ",
        "  custom_items  ",
        "  association_failed  ",
    ];
    let has_cause = |line: &&str| causes.iter().any(|cause| line.contains(cause));
    text.lines().filter(has_cause).count()
}

#[test]
fn hostile_texts_break_no_format() {
    for text in HOSTILE {
        let evidence = with_text(text);
        assert_intact(&evidence);
        assert_eq!(
            greppable(format(&rendered(&evidence), "txt")),
            3,
            "{text:?}"
        );
    }
}

#[test]
fn every_command_is_one_line_that_a_shell_can_read() {
    for text in HOSTILE {
        let explanation = explain(&with_text(text), &Context::default());
        let steps = explanation
            .findings
            .iter()
            .flat_map(|finding| &finding.remedy);
        for command in steps.flat_map(|step| &step.commands) {
            assert!(!command.contains('\n'));
            let is_read = std::process::Command::new("sh")
                .args(["-n", "-c", command])
                .status()
                .expect("there is a shell")
                .success();
            assert!(is_read, "{command}");
        }
    }
}

#[test]
fn what_is_hostile_is_never_run() {
    // The commands themselves do nothing here, so that only what a shell would run of the texts
    // could say so: on stderr, which no substitution takes.
    let aws = "aws() { :; }; reboot() { echo RUN >&2; }; set -f; ";
    for text in HOSTILE {
        let explanation = explain(&with_text(text), &Context::default());
        let steps = explanation
            .findings
            .iter()
            .flat_map(|finding| &finding.remedy);
        for command in steps.flat_map(|step| &step.commands) {
            let script = format!("{aws}{command}");
            let output = std::process::Command::new("sh")
                .args(["-c", &script])
                .output()
                .expect("there is a shell");
            let printed = String::from_utf8_lossy(&output.stderr);
            assert!(!printed.contains("RUN"), "{command}");
        }
    }
}

#[test]
fn colours_are_on_only_if_they_are_asked_for() {
    let evidence = (BRANCHES[0].evidence)();
    let explanations = [explain(&evidence, &Context { now: hours_ago(0) })];
    let report = Report {
        explanations: &explanations,
        ..Report::default()
    };
    let text = |colour| render_text(&report, &TextStyle { width: 80, colour });
    assert!(text(true).contains("\u{1b}["));
    assert!(!text(false).contains('\u{1b}'));
    assert!(!render_csv(&report).contains('\u{1b}'));
}

#[test]
fn of_a_long_table_twenty_rows_are_shown_and_all_are_in_the_json() {
    let row = |number: u32| InstancePatchRow {
        id: format!("package-{number:03}.x86_64"),
        state: "Missing".to_owned(),
        ..InstancePatchRow::default()
    };
    let rows = (0..70).map(row).collect();
    let evidence = super::evidence::with_patches(super::evidence::healthy(), rows);
    let rendered = rendered(&evidence);
    let shown = format(&rendered, "txt").matches("package-").count();
    assert_eq!(shown, 20);
    assert!(format(&rendered, "txt").contains("and 50 more (--output json has all)"));
    assert_eq!(format(&rendered, "json").matches("package-").count(), 70);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_text_breaks_a_format(text in any::<String>()) {
        assert_intact(&with_text(&text));
    }

    #[test]
    fn no_mixture_of_special_characters_breaks_a_format(
        text in "[|`<>\"'=+@$\\\\\\[\\]#*_~ \\-\n\r\t\u{1b}a-c]{0,40}"
    ) {
        assert_intact(&with_text(&text));
    }
}
