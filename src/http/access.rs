//! Whether a request is answered at all: what comes before any route.
//!
//! The order is that of the exporter-toolkit: the rate limit, the name by which the exporter was
//! asked for, and the login. All of them cover every path, those of health too.

use std::net::IpAddr;

use hyper::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::http::request::Parts;
use hyper::{HeaderMap, StatusCode};
use tokio::time::Instant;

use super::auth::{Judgement, Login, TooManyLogins};
use super::hosts;
use super::limits::Options;
use super::route_answer::RouteAnswer;
use super::web_config::WebSecurity;

/// After how many seconds a client may try again whose login could not be checked.
const RETRY_AFTER_SECONDS: &str = "1";

/// Why a request is not answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Refusal {
    TooMany,
    OtherHost,
    NoLogin,
    TooManyLogins,
}

/// What a request has to pass.
pub(super) struct Access<'a> {
    pub(super) options: &'a Options,
    pub(super) request: &'a Parts,
    pub(super) client: IpAddr,
}

impl Access<'_> {
    /// Whether the request may be answered. `waiting` is called if that takes a while.
    pub(super) async fn check(self, waiting: impl FnOnce()) -> Result<(), Refusal> {
        let security = self.options.security.as_deref();
        if let Some(limiter) = security.and_then(WebSecurity::rate_limiter)
            && !limiter.allows(Instant::now())
        {
            return Err(Refusal::TooMany);
        }
        self.check_host()?;
        match security {
            Some(security) => self.check_login(security, waiting).await,
            None => Ok(()),
        }
    }

    fn check_host(&self) -> Result<(), Refusal> {
        match &self.options.external_url {
            Some(url) if !hosts::is_allowed(self.request, url) => Err(Refusal::OtherHost),
            _ => Ok(()),
        }
    }

    async fn check_login(
        &self,
        security: &WebSecurity,
        waiting: impl FnOnce(),
    ) -> Result<(), Refusal> {
        let users = security.current().users.clone();
        if users.is_empty() {
            return Ok(());
        }
        let login = Login::of(&self.request.headers).ok_or(Refusal::NoLogin)?;
        let judgement = security.passwords().judge(&users, login, self.client)?;
        let is_good = match judgement {
            Judgement::Known(is_good) => is_good,
            Judgement::Pending(verdict) => {
                waiting();
                // Whoever checks is gone only when the server is.
                verdict.await.unwrap_or(false)
            }
        };
        if is_good {
            Ok(())
        } else {
            Err(Refusal::NoLogin)
        }
    }
}

impl From<TooManyLogins> for Refusal {
    fn from(_: TooManyLogins) -> Self {
        Self::TooManyLogins
    }
}

impl Refusal {
    pub(super) fn answer(self) -> RouteAnswer {
        match self {
            Self::TooMany => {
                RouteAnswer::text(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests\n")
            }
            Self::OtherHost => RouteAnswer::text(
                StatusCode::FORBIDDEN,
                "403 this host is not the exporter's: ask for the one of --web.external-url, an IP address or localhost\n",
            ),
            Self::NoLogin => RouteAnswer::text(StatusCode::UNAUTHORIZED, "Unauthorized\n")
                .with(WWW_AUTHENTICATE, "Basic"),
            Self::TooManyLogins => RouteAnswer::text(
                StatusCode::SERVICE_UNAVAILABLE,
                "503 too many logins are being checked, try again in a moment\n",
            )
            .with(RETRY_AFTER, RETRY_AFTER_SECONDS),
        }
    }
}

/// Adds the headers of the web configuration, which replace those that an answer has by itself.
pub(super) fn add_configured_headers(headers: &mut HeaderMap<HeaderValue>, options: &Options) {
    let Some(security) = &options.security else {
        return;
    };
    for (name, value) in &security.current().headers {
        headers.insert(name, value.clone());
    }
}
