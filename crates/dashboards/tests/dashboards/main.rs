//! What holds for every dashboard. Each check reads the JSON as Grafana would.

mod checks;
