//! Which account the credentials of a target belong to, and whether they or the region are to blame
//! if AWS refuses them.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use aws_credential_types::Credentials;

use super::TargetCredentials;
use super::state::{CredentialState, Fetched};
use crate::aws::acceptance::{CredentialUse, is_unknown_there};
use crate::aws::cached_credentials::CachedCredentials;
use crate::aws::classify;
use crate::aws::detail::one_line;
use crate::aws::sts::Sts;
use crate::collect::{FailureScope, SourceError, SourceResult};
use crate::model::FailureReason;

impl TargetCredentials {
    /// In the middle of a refresh only credentials of the same account will do, or rows of another
    /// one would be mixed in.
    pub(super) async fn check_same_account(&self, fetched: &Fetched) -> SourceResult<()> {
        let Some(began_with) = self.state().account.clone() else {
            return Ok(());
        };
        let base = Some(&*fetched.base);
        let account = self.account_of(&fetched.credentials, base).await?;
        if account == began_with {
            return Ok(());
        }
        Err(account_changed(&account, &began_with))
    }

    /// The account of these credentials. It is never guessed: where STS has to be asked and cannot
    /// be, nobody knows.
    pub(super) async fn account_of(
        &self,
        credentials: &Credentials,
        base: Option<&CachedCredentials>,
    ) -> SourceResult<String> {
        let Some(account) = &self.known_account else {
            return self.ask_whose(credentials, base).await;
        };
        // The ARN of a role names its account for sure; a configured account may be wrong.
        if self.role.is_none() {
            self.check_configured_account(account, credentials)?;
        }
        Ok(account.clone())
    }

    fn check_configured_account(
        &self,
        account: &str,
        credentials: &Credentials,
    ) -> SourceResult<()> {
        // Nobody is asked only for this: a wrong account shows once another target has asked.
        match self.identities().known(credentials.access_key_id()) {
            Some(other) if other != account => Err(wrongly_configured(account, &other)),
            _ => Ok(()),
        }
    }

    /// Asks STS, unless another target has. Where STS does not know the credentials, that of
    /// another region may.
    async fn ask_whose(
        &self,
        credentials: &Credentials,
        base: Option<&CachedCredentials>,
    ) -> SourceResult<String> {
        let key = credentials.access_key_id();
        let ask = self.ask(&self.sts, credentials);
        let error = match self.identities().account(key, ask).await {
            Ok(account) => return Ok(account),
            Err(error) => error,
        };
        if is_unknown_there(&error) {
            self.not_taken_here(credentials);
            if let Some(account) = self.ask_elsewhere(credentials).await {
                return Ok(account);
            }
        }
        self.forget_if_refused(&error, base).await;
        Err(error)
    }

    /// STS of the target's own region has not taken these base credentials.
    fn not_taken_here(&self, credentials: &Credentials) {
        let region = self.sts.region();
        self.acceptance().refused(at_sts(credentials), region);
    }

    /// The account, if STS in another region, or another target that asks just now, knows these
    /// credentials.
    async fn ask_elsewhere(&self, credentials: &Credentials) -> Option<String> {
        let identities = self.identities();
        if let Some(sts) = identities.answering_elsewhere(self.sts.region()) {
            return self.learn_from(&sts, credentials).await;
        }
        // Nobody has been answered yet, but another target may be about to be.
        if self.has_fellow_askers() {
            return identities.told(credentials.access_key_id()).await;
        }
        None
    }

    /// Asks STS of another region, for all targets with these credentials.
    async fn learn_from(&self, sts: &Arc<Sts>, credentials: &Credentials) -> Option<String> {
        let account = self.ask(sts, credentials).await.ok()?;
        let key = credentials.access_key_id();
        self.identities().learn(key, &account);
        Some(account)
    }

    /// Whether this target asks for the account of the base credentials, and others do, too.
    fn has_fellow_askers(&self) -> bool {
        let askers = self.askers().load(Ordering::Relaxed);
        self.known_account.is_none() && askers > 1
    }

    async fn ask(&self, sts: &Arc<Sts>, credentials: &Credentials) -> SourceResult<String> {
        let account = Box::pin(sts.account_id(credentials)).await?;
        self.taken_by(sts, credentials);
        // STS is asked before SSM, so this may be the first that is known of the account here.
        let used = CredentialUse::Account(account.clone());
        self.acceptance().vouched(used, sts.region());
        Ok(account)
    }

    /// STS has taken these base credentials.
    pub(super) fn taken_by(&self, sts: &Arc<Sts>, credentials: &Credentials) {
        let used = at_sts(credentials);
        self.acceptance().accepted(used, sts.region());
        self.identities().answered(sts);
    }

    /// Why the role cannot be assumed: it may be the region that does not take the base
    /// credentials.
    pub(super) async fn not_assumed(
        &self,
        error: SourceError,
        base: &CachedCredentials,
    ) -> SourceError {
        let used = at_sts(&base.credentials);
        if let Some(error) = self.disabled_region(&used, &error) {
            return error;
        }
        // Asking tells for sure, where another region has taken base credentials before.
        if is_unknown_there(&error)
            && self.ask_elsewhere(&base.credentials).await.is_some()
            && let Some(error) = self.disabled_region(&used, &error)
        {
            return error;
        }
        self.forget_if_refused(&error, Some(base)).await;
        error
    }

    /// If STS has not taken the base credentials, the next refresh reads them anew.
    async fn forget_if_refused(&self, error: &SourceError, base: Option<&CachedCredentials>) {
        if let Some(base) = base
            && classify::blames_credentials(error.reason)
        {
            self.base_credentials.forget(base.number).await;
        }
    }

    /// The error if the region is to blame, because it refuses what another region takes.
    pub(super) fn disabled_region(
        &self,
        used: &CredentialUse,
        error: &SourceError,
    ) -> Option<SourceError> {
        if !is_unknown_there(error) {
            return None;
        }
        let region = self.sts.region();
        self.acceptance().refused(used.clone(), region);
        let elsewhere = self.acceptance().elsewhere(used, region)?;
        Some(region_disabled(region, &elsewhere, error))
    }

    /// How SSM sees the credentials; `None` before it is known whose they are.
    pub(super) fn used_for_ssm(&self, state: &CredentialState) -> Option<CredentialUse> {
        match &self.role {
            Some(role) => Some(CredentialUse::Role(role.arn.clone())),
            None => state.account.clone().map(CredentialUse::Account),
        }
    }
}

/// Base credentials as STS knows them, by their access key.
fn at_sts(credentials: &Credentials) -> CredentialUse {
    CredentialUse::Sts(credentials.access_key_id().to_owned())
}

fn account_changed(account: &str, began_with: &str) -> SourceError {
    invalid(format!(
        "the account has changed in the middle of a refresh: the credentials are of {account} now \
         and were of {began_with}; the next refresh starts with them"
    ))
}

fn wrongly_configured(account: &str, actual: &str) -> SourceError {
    invalid(format!(
        "the configuration says account {account}, but the credentials are of account {actual}"
    ))
}

fn region_disabled(region: &str, elsewhere: &str, error: &SourceError) -> SourceError {
    let said = &error.detail;
    let detail = format!(
        "{region} is not enabled for the account: it refuses credentials that work in {elsewhere}: \
         {said}"
    );
    let reason = FailureReason::RegionDisabled;
    SourceError::new(reason, FailureScope::Call, one_line(&detail))
}

fn invalid(detail: String) -> SourceError {
    let reason = FailureReason::InvalidCredentials;
    SourceError::new(reason, FailureScope::Call, detail)
}
