//! One account of the organization.

use super::regions::EnabledRegions;

/// The phase of an account's life, as Organizations names it in `State`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// The account was created but cannot be used yet.
    PendingActivation,
    /// The account can be used.
    Active,
    /// AWS has suspended the account.
    Suspended,
    /// The account is being closed.
    PendingClosure,
    /// The account was closed. AWS goes on to list it for 90 days.
    Closed,
}

impl AccountState {
    /// The name that Organizations gives the state.
    ///
    /// ```
    /// use ssm_simulator::AccountState;
    ///
    /// assert_eq!(AccountState::PendingClosure.name(), "PENDING_CLOSURE");
    /// ```
    pub const fn name(self) -> &'static str {
        match self {
            Self::PendingActivation => "PENDING_ACTIVATION",
            Self::Active => "ACTIVE",
            Self::Suspended => "SUSPENDED",
            Self::PendingClosure => "PENDING_CLOSURE",
            Self::Closed => "CLOSED",
        }
    }
}

/// One account.
#[derive(Clone, Debug)]
pub(super) struct Account {
    /// The place in the listing order, which no other account ever has.
    pub(super) number: u32,
    pub(super) id: String,
    pub(super) name: String,
    /// The id of the root or of the organizational unit that the account is in.
    pub(super) parent_id: String,
    pub(super) state: AccountState,
    /// When the account joined, in seconds since 1970.
    pub(super) joined_at: f64,
    pub(super) regions: EnabledRegions,
}
