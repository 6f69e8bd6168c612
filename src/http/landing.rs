//! The landing page: what runs here, where to go, and how each target is. It is plain HTML without
//! scripts.

use std::fmt::{self, Display, Formatter, Write};
use std::time::Duration;

use bytes::Bytes;

use super::exporter_state::TargetRow;
use super::limits::Options;

/// The browser may load nothing but the page's own style, and show the page in no one's frame.
pub(super) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// System colours and fonts, so that it follows the reader's light or dark theme.
const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}\
h1{font-size:1.5rem;margin:0;border-bottom:4px solid #e6522c;padding-bottom:.5rem}\
h1 small{font-weight:400;opacity:.7}\
table{border-collapse:collapse;width:100%}\
th,td{text-align:left;padding:.3rem 1rem .3rem 0;border-bottom:1px solid #8885;vertical-align:top}\
nav a{margin-right:1.5rem}\
td{overflow-wrap:anywhere}";

/// The whole page.
pub(super) fn page(options: &Options, targets: &[TargetRow]) -> Bytes {
    // This is enough for the frame of the page and for rows of a usual length.
    let mut html = String::with_capacity(2048 + targets.len() * 256);
    // Writing to a String cannot fail.
    let _ = write_page(&mut html, options, targets);
    html.into()
}

fn write_page(html: &mut String, options: &Options, targets: &[TargetRow]) -> fmt::Result {
    let name = Escaped(&options.name);
    let version = Escaped(&options.version);
    let description = Escaped(&options.description);
    let path = Escaped(&options.telemetry_path);
    write!(
        html,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{name}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>{name} <small>{version}</small></h1>\n<p>{description}</p>\n\
         <nav><a href=\"{path}\">Metrics</a><a href=\"/-/healthy\">Health</a>\
         <a href=\"/-/ready\">Readiness</a></nav>\n"
    )?;
    write_targets(html, targets)?;
    html.write_str("</body>\n</html>\n")
}

fn write_targets(html: &mut String, targets: &[TargetRow]) -> fmt::Result {
    html.write_str("<h2>Targets</h2>\n")?;
    if targets.is_empty() {
        return html.write_str("<p>No targets yet.</p>\n");
    }
    write_table(html, targets)
}

fn write_table(html: &mut String, targets: &[TargetRow]) -> fmt::Result {
    html.write_str(
        "<table>\n<thead><tr><th>Account</th><th>Name</th><th>Region</th>\
         <th>State</th><th>Data</th><th>Detail</th></tr></thead>\n<tbody>\n",
    )?;
    for target in targets {
        write_row(html, target)?;
    }
    html.write_str("</tbody>\n</table>\n")
}

fn write_row(html: &mut String, target: &TargetRow) -> fmt::Result {
    html.write_str("<tr>")?;
    write_cell(html, &target.account_id)?;
    write_cell(html, &target.account_name)?;
    write_cell(html, &target.region)?;
    write_cell(html, &target.state)?;
    write_cell(html, &data_age(target.age))?;
    write_cell(html, target.detail.as_deref().unwrap_or_default())?;
    html.write_str("</tr>\n")
}

/// How old a target's data is, in words.
fn data_age(age: Option<Duration>) -> String {
    match age {
        Some(age) => format!("{} ago", Age(age)),
        None => "none yet".to_owned(),
    }
}

fn write_cell(html: &mut String, text: &str) -> fmt::Result {
    write!(html, "<td>{}</td>", Escaped(text))
}

/// Text made safe between tags and in quoted attributes.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match entity(c) {
                Some(entity) => f.write_str(entity)?,
                None => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// What stands for a character that HTML would read as markup.
fn entity(c: char) -> Option<&'static str> {
    match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        // HTML 4 does not know `&apos;`.
        '\'' => Some("&#39;"),
        _ => None,
    }
}

/// A duration in its two largest units, as people read it.
struct Age(Duration);

impl Display for Age {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let minutes = seconds / 60;
        let hours = minutes / 60;
        let days = hours / 24;
        if days > 0 {
            write!(f, "{days}d {}h", hours % 24)
        } else if hours > 0 {
            write!(f, "{hours}h {}m", minutes % 60)
        } else if minutes > 0 {
            write!(f, "{minutes}m {}s", seconds % 60)
        } else {
            write!(f, "{seconds}s")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Limits;

    fn shown(targets: &[TargetRow]) -> String {
        let options = Options {
            telemetry_path: "/metrics".into(),
            name: "the <exporter>".into(),
            version: "1.2.3".into(),
            description: "what it \"does\"".into(),
            limits: Limits::default(),
        };
        String::from_utf8(page(&options, targets).to_vec()).unwrap()
    }

    #[test]
    fn nothing_from_outside_becomes_markup() {
        let evil = "<script>alert('x' & \"y\")</script>";
        let row = TargetRow {
            account_name: evil.into(),
            detail: Some(evil.into()),
            ..TargetRow::default()
        };
        let html = shown(&[row]);
        assert!(!html.contains("<script"));
        assert_eq!(
            html.matches("&lt;script&gt;alert(&#39;x&#39; &amp; &quot;y&quot;)&lt;/script&gt;")
                .count(),
            2
        );
        assert!(html.contains("<title>the &lt;exporter&gt;</title>"));
    }

    #[test]
    fn each_target_has_a_row_with_its_state_and_age() {
        let row = |region: &str, state: &str, age| TargetRow {
            account_id: "111122223333".into(),
            region: region.into(),
            state: state.into(),
            age,
            ..TargetRow::default()
        };
        let html = shown(&[
            row("eu-west-1", "up", Some(Duration::from_secs(61))),
            row("us-east-1", "waiting", None),
        ]);
        assert!(
            html.contains("<td>eu-west-1</td><td>up</td><td>1m 1s ago</td>"),
            "{html}"
        );
        assert!(
            html.contains("<td>us-east-1</td><td>waiting</td><td>none yet</td>"),
            "{html}"
        );
        assert!(shown(&[]).contains("No targets yet."));
    }

    #[test]
    fn ages_are_shown_in_their_two_largest_units() {
        for (seconds, text) in [
            (0, "0s"),
            (59, "59s"),
            (60, "1m 0s"),
            (3_661, "1h 1m"),
            (90_000, "1d 1h"),
        ] {
            assert_eq!(Age(Duration::from_secs(seconds)).to_string(), text);
        }
    }
}
