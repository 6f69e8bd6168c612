//! Converts `OpenMetrics` text to Prometheus text 0.0.4, which `prometheus-client` does not write.
//!
//! The samples are the same, and the headers differ. In the text format the suffix of a counter or
//! an info is part of the family's name, an info is a gauge, and there are no units and no `# EOF`.
//! Prometheus fails the scrape of a text page that has a type `info`, and finds no help text and
//! type for a counter whose header lacks `_total`.

use std::fmt::Write;

/// Converts `text`, which has no `# EOF`.
pub(super) fn to_text_format(text: &str) -> String {
    let mut converted = String::with_capacity(text.len() + text.len() / 16);
    let mut help = None;
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            // The name in the text format depends on the type, which is on the next line.
            help = rest.split_once(' ').map(|(_, help)| help);
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            write_header(&mut converted, rest, help.take());
        } else if !line.starts_with('#') {
            converted.push_str(line);
            converted.push('\n');
        }
    }
    converted
}

/// Writes the header of a family. `type_line` is what follows `# TYPE`: its name and its type.
fn write_header(converted: &mut String, type_line: &str, help: Option<&str>) {
    let Some((name, kind)) = type_line.split_once(' ') else {
        return;
    };
    let suffix = match kind {
        "counter" => "_total",
        "info" => "_info",
        _ => "",
    };
    let kind = if kind == "info" { "gauge" } else { kind };
    // Writing to a String cannot fail.
    if let Some(help) = help {
        let _ = writeln!(converted, "# HELP {name}{suffix} {help}");
    }
    let _ = writeln!(converted, "# TYPE {name}{suffix} {kind}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_get_the_suffix_of_their_samples_and_units_go() {
        let text = "# HELP a_wait_seconds Waits.\n# TYPE a_wait_seconds counter\n# UNIT a_wait_seconds seconds\n\
                    a_wait_seconds_total{x=\"# TYPE\"} 1.5\n# HELP a_build Build.\n# TYPE a_build info\na_build_info{v=\"1\"} 1\n\
                    # HELP g G.\n# TYPE g gauge\ng 2\n";
        let expected = "# HELP a_wait_seconds_total Waits.\n# TYPE a_wait_seconds_total counter\n\
                        a_wait_seconds_total{x=\"# TYPE\"} 1.5\n# HELP a_build_info Build.\n# TYPE a_build_info gauge\n\
                        a_build_info{v=\"1\"} 1\n# HELP g G.\n# TYPE g gauge\ng 2\n";
        assert_eq!(to_text_format(text), expected);
    }
}
