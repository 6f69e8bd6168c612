//! The organizational units, as AWS recommends to arrange them: the management account stays in the
//! root, and workloads are apart by environment.

/// The id of the root.
pub(crate) const ROOT_ID: &str = "r-sim1";

/// One organizational unit.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    /// The id of the root or of the unit around it.
    pub(super) parent_id: &'static str,
}

const WORKLOADS: &str = "ou-sim1-workloads";
const PRODUCTION: &str = "ou-sim1-production";

/// All units. One has no accounts but other units, and one has both.
pub(super) const UNITS: [Unit; 5] = [
    unit(WORKLOADS, "Workloads", ROOT_ID),
    unit(PRODUCTION, "Production", WORKLOADS),
    unit("ou-sim1-databases", "Databases", PRODUCTION),
    unit("ou-sim1-nonproduction", "NonProduction", WORKLOADS),
    unit("ou-sim1-sandboxes", "Sandboxes", ROOT_ID),
];

/// The indexes of the units that accounts are dealt to in turn.
const DEALT: [usize; 4] = [1, 2, 3, 4];

/// The unit of the account with this index. The first account manages the organization and is in
/// none.
pub(super) fn unit_of_account(index: usize) -> Option<&'static Unit> {
    let turn = index.checked_sub(1)? % DEALT.len();
    UNITS.get(DEALT[turn])
}

/// Whether accounts may be put there.
pub(super) fn is_parent(id: &str) -> bool {
    id == ROOT_ID || UNITS.iter().any(|unit| unit.id == id)
}

const fn unit(id: &'static str, name: &'static str, parent_id: &'static str) -> Unit {
    Unit {
        id,
        name,
        parent_id,
    }
}
