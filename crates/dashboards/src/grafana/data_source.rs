//! Where queries go.

use serde_json::{Value, json};

/// The data source that the reader has chosen at the top of the dashboard.
pub(super) fn chosen_data_source() -> Value {
    json!({ "type": "prometheus", "uid": "${datasource}" })
}
