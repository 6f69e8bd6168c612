//! The figures of `docs/performance.md`: each a ratio against a reference that is measured in the
//! same run.
//!
//! `cargo bench --bench figures -- [FIGURE...] [--instances N,N]` prints a Markdown table. Without
//! the name of a figure it measures all of them, at the sizes of the document: 1,000, 10,000 and
//! 100,000 instances, of which each figure takes those that it is about. For a single one: `cargo
//! bench --bench figures -- scrape --instances 10000`.
//!
//! | figure | what of | sizes | takes |
//! |---|---|---|---|
//! | `render` | processor time of rendering and compressing a target | from 10,000 | seconds |
//! | `scrape` | processor time of a gzip scrape, against hyper with the same bytes | 10,000 | 10 s |
//! | `intake` | the same, against a real Prometheus that takes the page in; skipped if `prometheus` is not in `PATH` | 10,000 | 3 min, and 1.5 GB |
//! | `targets` | processor time of a refresh among 200 targets, against alone | 500, always | half a minute |
//! | `memory` | peak memory over refreshes and scrapes | from 10,000 | a minute |
//! | `refresh` | wall time of full refreshes at several ceilings and latencies | 10,000 | 8 min, mostly waiting |
//! | `calls` | calls of a steady refresh | all | seconds |
//!
//! Processor time comes from the kernel's accounts of the thread or the process. A busy machine
//! blurs its ratios little, but it does so through shared caches. Ratios of wall time need a quiet
//! machine. Measure each more than once. What needs a process of its own is this program again, in
//! another role (`role.rs`).

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    reason = "a program to measure with: it says what it found, or stops"
)]

mod fleet;
mod intake;
mod memory;
mod refresh;
mod render;
mod role;
mod scrape;
mod table;
mod targets;

use table::Table;

type Measure = fn(&[usize], &mut Table);

/// The figures by name.
const FIGURES: [(&str, Measure); 7] = [
    ("render", render::measure),
    ("scrape", scrape::measure),
    ("intake", intake::measure),
    ("targets", targets::measure),
    ("memory", memory::measure),
    ("refresh", refresh::measure),
    ("calls", refresh::measure_calls),
];

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    // Some figures need a process of its own. That is this program, started with a role as its
    // first argument.
    if let Some(role) = arguments
        .first()
        .and_then(|first| first.strip_prefix("child:"))
    {
        return child(role, &arguments[1..]);
    }
    let sizes = sizes(&arguments);
    let named: Vec<&str> = FIGURES
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| arguments.iter().any(|a| a == name))
        .collect();
    let mut table = Table::new();
    for (name, measure) in FIGURES {
        if named.is_empty() || named.contains(&name) {
            measure(&sizes, &mut table);
        }
    }
    table.print();
}

fn child(role: &str, arguments: &[String]) {
    match role {
        "static" => scrape::serve_static(&arguments[0]),
        "page" => scrape::serve_page(&arguments[0]),
        "exporter" => memory::run_exporter(arguments),
        "fleet" => targets::run_fleet(arguments),
        _ => panic!("no role {role}"),
    }
}

fn sizes(arguments: &[String]) -> Vec<usize> {
    let at = arguments
        .iter()
        .position(|argument| argument == "--instances");
    let given = at
        .and_then(|at| arguments.get(at + 1))
        .map(|sizes| sizes.split(',').map(|n| n.parse().expect("a number")));
    given.map_or_else(|| vec![1_000, 10_000, 100_000], Iterator::collect)
}
