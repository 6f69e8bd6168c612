//! The page that is scraped, and what the process costs.

use super::series::{CHOSEN_EXPORTERS, panics, per_exporter, rate};
use crate::grafana::{Column, Panel, Section};
use crate::looks;
use crate::queries;

pub(super) fn section() -> Section {
    Section::new("Page and process")
        .row(8, vec![(8, page()), (8, series()), (8, answers())])
        .row(8, vec![(6, memory()), (6, cpu()), (12, processes())])
}

fn page() -> Panel {
    Panel::lines(
        "Size of the page",
        "The fleet's part of the page; identity means before compression. vmagent drops pages over 16 MiB.",
    )
    .query("{{instance}} {{encoding}}", per_exporter("aws_ssm_exporter_exposition_bytes", "instance, encoding"))
    .unit("bytes")
    .empty("no exporter")
}

fn series() -> Panel {
    Panel::lines(
        "Series",
        "Series of the fleet on the page; exposition.instances and compliance_types reduce them.",
    )
    .query(
        "{{instance}}",
        per_exporter("aws_ssm_exporter_exposition_series", "instance"),
    )
    .unit("short")
    .empty("no exporter")
}

fn answers() -> Panel {
    Panel::lines(
        "Answered HTTP requests",
        "By path and status code: 503 from ready is normal at start, other 5xx are errors.",
    )
    .query(
        "{{handler}} {{code}}",
        rate(
            "aws_ssm_exporter_http_requests_total",
            "handler, code",
            CHOSEN_EXPORTERS,
        ),
    )
    .unit("reqps")
    .empty("no requests")
}

fn memory() -> Panel {
    Panel::lines("Memory", "Resident memory of each exporter.")
        .query(
            "{{instance}}",
            per_exporter("process_resident_memory_bytes", "instance"),
        )
        .unit("bytes")
        .empty("no exporter")
}

fn cpu() -> Panel {
    Panel::lines("CPU", "Cores in use by each exporter.")
        .query(
            "{{instance}}",
            rate("process_cpu_seconds_total", "instance", CHOSEN_EXPORTERS),
        )
        .unit("none")
        // The exporter rests most of the time, and two digits would show zero.
        .decimals(3)
        .empty("no exporter")
}

fn processes() -> Panel {
    let started = per_exporter("process_start_time_seconds", "instance");
    let configured = per_exporter(
        "aws_ssm_exporter_config_last_reload_success_timestamp_seconds",
        "instance",
    );
    Panel::table(
        "Processes",
        "What each exporter was built from, how long it has been running, and since its start: panics, and log lines that were dropped because they were not read. Reload: whether the configuration could be read the last time. Shard: which of how many exporters that divide the targets, counted from 0.",
        &process_columns(),
    )
    .query("", per_exporter("aws_ssm_exporter_build_info", "instance, version, revision, rustc"))
    .query("", queries::age(&started))
    .query("", queries::sum_by("instance", &panics()))
    .query("", per_exporter("aws_ssm_exporter_log_lines_dropped_total", "instance"))
    .query("", queries::age(&configured))
    .query("", per_exporter("aws_ssm_exporter_config_last_reload_successful", "instance"))
    .query("", per_exporter("aws_ssm_exporter_shard_index", "instance"))
    .query("", per_exporter("aws_ssm_exporter_shard_total", "instance"))
    .empty("–")
}

fn process_columns() -> Vec<Column> {
    vec![
        Column::new("instance", "Instance"),
        Column::new("version", "Version"),
        Column::new("revision", "Revision"),
        Column::new("rustc", "Compiler"),
        Column::new("Value #B", "Up for").unit("s"),
        Column::new("Value #C", "Panics")
            .width(75)
            .unit("short")
            .steps(looks::FEW_IS_GOOD),
        Column::new("Value #D", "Log lines lost")
            .width(115)
            .unit("short")
            .steps(looks::FEW_IS_GOOD),
        Column::new("Value #E", "Configuration age")
            .width(140)
            .unit("s"),
        Column::new("Value #F", "Reload")
            .width(75)
            .mapped(looks::succeeded()),
        Column::new("Value #G", "Shard").width(65).unit("none"),
        Column::new("Value #H", "Shards").width(70).unit("none"),
    ]
}
