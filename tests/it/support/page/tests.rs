//! The reader takes what the formats allow and refuses what they forbid.

use super::{Format, Page, Series};

const GOOD: &str = "# HELP a_total An \"a\".\\n\n# TYPE a_total counter\na_total{x=\"q\\\"\\\\\\n{,}\"} 1\na_total 2e3\n";

#[test]
fn a_good_page_is_read() {
    let page = Page::read(GOOD, Format::Text).unwrap();
    assert_eq!(
        page.samples[&Series::new("a_total", [("x", "q\"\\\n{,}")])].to_bits(),
        1_f64.to_bits()
    );
    let open = "# TYPE a info\n# HELP a An \\\"a\\\".\na_info{} 1\n# EOF\n";
    assert_eq!(
        Page::read(open, Format::OpenMetrics).unwrap().families["a_info"].help,
        "An \"a\"."
    );
}

#[test]
fn a_page_that_breaks_a_rule_is_refused() {
    let head = "# HELP a b\n# TYPE a gauge\n";
    for (rule, page) in [
        (
            "duplicate",
            format!("{head}a{{x=\"1\"}} 1\na{{x=\"1\"}} 2\n"),
        ),
        ("timestamp", format!("{head}a 1 1700000000000\n")),
        ("order", "# TYPE a gauge\n# HELP a b\na 1\n".to_owned()),
        (
            "interleaved",
            format!("{head}a 1\n# HELP c d\n# TYPE c gauge\nc 1\n{head}a{{x=\"1\"}} 1\n"),
        ),
        ("foreign", format!("{head}b 1\n")),
        ("no help", "# TYPE a gauge\na 1\n".to_owned()),
        ("no samples", head.to_owned()),
        ("escape", format!("{head}a{{x=\"\\t\"}} 1\n")),
        ("trailing comma", format!("{head}a{{x=\"1\",}} 1\n")),
        ("no newline", format!("{head}a 1")),
        ("empty line", format!("{head}a 1\n\n")),
        ("value", format!("{head}a one\n")),
        (
            "info in text",
            "# HELP a b\n# TYPE a info\na_info 1\n".to_owned(),
        ),
    ] {
        assert!(Page::read(&page, Format::Text).is_err(), "{rule}");
    }
    assert!(
        Page::read(&format!("{head}a 1\n"), Format::OpenMetrics).is_err(),
        "no EOF"
    );
    assert!(
        Page::read(&format!("{head}a 1\n# EOF\na 2\n"), Format::OpenMetrics).is_err(),
        "after EOF"
    );
}
