//! `OpenMetrics` text as Prometheus text 0.0.4.
//!
//! `prometheus-client` writes only the former. The samples are the same; what differs are the
//! headers: a counter and an info have their suffix in the family's name, info is a gauge, and
//! there are no units and no end mark.

use std::fmt::Write;

/// `text` (without its end mark) in the text format.
pub(super) fn to_text_format(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut help = None;
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            // The suffix depends on the type, which comes after.
            help = rest.split_once(' ');
        } else if let Some((name, kind)) = line
            .strip_prefix("# TYPE ")
            .and_then(|rest| rest.split_once(' '))
        {
            let (suffix, kind) = match kind {
                "counter" => ("_total", "counter"),
                "info" => ("_info", "gauge"),
                kind => ("", kind),
            };
            if let Some((_, help)) = help.take() {
                let _ = writeln!(out, "# HELP {name}{suffix} {help}");
            }
            let _ = writeln!(out, "# TYPE {name}{suffix} {kind}");
        } else if !line.starts_with('#') {
            let _ = writeln!(out, "{line}");
        }
    }
    out
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
