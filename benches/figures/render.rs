//! Rendering and compressing a target, against compressing the same bytes, and against a
//! `prometheus-client` Collector.

use std::fmt;
use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use ssm_compliance_exporter::metrics::{Body, Encoding, Format, Publisher, TargetPage, TargetView};

use crate::fleet::{filled, identity, policy, view};
use crate::table::{Table, least, ratio};

pub(crate) fn measure(sizes: &[usize], table: &mut Table) {
    for &instances in sizes.iter().filter(|size| **size >= 10_000) {
        measure_one(instances, table);
    }
}

fn measure_one(instances: usize, table: &mut Table) {
    let target = filled(instances);
    let identity = identity();
    let policy = policy();
    let view = view(&target, &identity, &policy);
    let publisher = Publisher::default();
    publisher.publish(0, TargetPage::render(&view, None));
    let page = publisher.page();
    let text = Body::new(&page, Format::OpenMetrics, Encoding::Identity, "# EOF\n").into_bytes();
    let rounds = if instances > 10_000 { 3 } else { 20 };
    let costs = Costs::least_of(rounds, &view, &text);
    let size = format!(
        "{} series, {} MB of text, {:.1} MB compressed",
        page.series,
        text.len() / 1_000_000,
        page.deflated(Format::OpenMetrics) as f64 / 1e6
    );
    eprintln!("{instances} instances: {size}; {costs:?}");
    table.row(
        "render and compress",
        instances,
        ratio(costs.render, costs.compress),
        &format!("compressing the same bytes ({size})"),
        "≤ 1.7",
    );
    table.row(
        "render and compress",
        instances,
        format!("{} x faster", ratio(costs.collector, costs.render)),
        "prometheus-client Collector and the same gzip",
        "≥ 2.3 x",
    );
}

/// Processor time of one page.
#[derive(Debug)]
struct Costs {
    /// Rendering the target, which compresses it as well.
    render: Duration,
    /// Compressing the text of the page.
    compress: Duration,
    /// Encoding the same samples with a Collector, and compressing the text.
    collector: Duration,
}

impl Costs {
    fn least_of(rounds: usize, view: &TargetView<'_>, text: &[u8]) -> Self {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Fleet::parse(text)));
        let mut costs = Self {
            render: Duration::MAX,
            compress: Duration::MAX,
            collector: Duration::MAX,
        };
        for _ in 0..rounds {
            // In turn, so that a machine that gets slower does so for all three. The least of each
            // counts, because noise only adds.
            let render = least(3, || drop(TargetPage::render(view, None)));
            let compress = least(1, || drop(gzip(text)));
            let collector = least(1, || drop(gzip(encode(&registry, text.len()).as_bytes())));
            costs.render = costs.render.min(render);
            costs.compress = costs.compress.min(compress);
            costs.collector = costs.collector.min(collector);
        }
        costs
    }
}

fn encode(registry: &Registry, size: usize) -> String {
    // With room for all of it: how fast a text grows is a matter of the allocator.
    let mut text = String::with_capacity(size);
    prometheus_client::encoding::text::encode(&mut text, registry)
        .expect("a String takes everything");
    text
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(1));
    encoder.write_all(text).expect("a Vec takes everything");
    encoder.finish().expect("a Vec takes everything")
}

/// The samples of the page, ready for the Collector, which is spared the joins that the exporter
/// makes.
#[derive(Debug)]
struct Fleet(Vec<Family>);

#[derive(Debug)]
struct Family {
    name: String,
    help: String,
    samples: Vec<(Vec<(String, String)>, f64)>,
}

impl Fleet {
    fn parse(text: &[u8]) -> Self {
        let mut families: Vec<Family> = Vec::new();
        for line in std::str::from_utf8(text).expect("UTF-8").lines() {
            if let Some((name, help)) = line
                .strip_prefix("# HELP ")
                .and_then(|rest| rest.split_once(' '))
            {
                families.push(Family {
                    name: name.to_owned(),
                    help: help.to_owned(),
                    samples: Vec::new(),
                });
            } else if !line.starts_with('#') {
                let (labels, value) = line.rsplit_once("} ").expect("labels and a value");
                let (_, labels) = labels.split_once('{').expect("labels");
                families
                    .last_mut()
                    .expect("a family")
                    .samples
                    .push((parse_labels(labels), value.parse().expect("a number")));
            }
        }
        Self(families)
    }
}

/// Reads labels without any escapes: the reference fleet has no quotes in its labels.
fn parse_labels(labels: &str) -> Vec<(String, String)> {
    let pair = |label: &str| {
        let (name, value) = label.split_once("=\"").expect("a label");
        (name.to_owned(), value.to_owned())
    };
    labels
        .trim_end_matches('"')
        .split("\",")
        .map(pair)
        .collect()
}

impl Collector for Fleet {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for family in &self.0 {
            let kind = ConstGauge::new(0.0).metric_type();
            let mut metrics = encoder.encode_descriptor(&family.name, &family.help, None, kind)?;
            for (labels, value) in &family.samples {
                ConstGauge::new(*value).encode(metrics.encode_family(labels)?)?;
            }
        }
        Ok(())
    }
}
