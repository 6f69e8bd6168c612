//! The links of the default chain.

use std::env;
use std::fmt;

use super::profiles::Profiles;
use crate::aws::reach;

/// The metadata service, as messages call it.
pub(super) const INSTANCE: &str = "the instance metadata service";
/// The service for containers, as messages call it.
pub(super) const CONTAINER: &str = "the container credential service";

/// Where container credentials come from, unless a full URL is given.
const CONTAINER_HOST: &str = "169.254.170.2";

/// A link of the default chain, after the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// The selected profile; `name` is the one at the end of its chain of source profiles.
    Profile {
        name: String,
    },
    WebIdentity {
        file: String,
    },
    Container {
        host: String,
    },
    Instance,
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Profile { name } => write!(f, "profile {name}"),
            Self::WebIdentity { file } => write!(f, "the web identity token file {file}"),
            Self::Container { host } => write!(f, "{CONTAINER} at {host}"),
            Self::Instance => f.write_str(INSTANCE),
        }
    }
}

/// The links that there are, in the order in which the SDK asks them.
pub(super) fn links(profiles: &Profiles) -> Vec<Link> {
    // The profile is always asked, because only the SDK knows what counts as credentials in it.
    let mut links = vec![Link::of_profile(profiles)];
    links.extend(web_identity());
    links.extend(container());
    // So is the instance: whether this machine is one shows only when it answers.
    links.push(Link::Instance);
    links
}

impl Link {
    fn of_profile(profiles: &Profiles) -> Self {
        let name = profiles.root().profile.to_owned();
        Self::Profile { name }
    }
}

fn web_identity() -> Option<Link> {
    let file = variable("AWS_WEB_IDENTITY_TOKEN_FILE")?;
    Some(Link::WebIdentity { file })
}

fn container() -> Option<Link> {
    let host = container_host()?;
    Some(Link::Container { host })
}

fn container_host() -> Option<String> {
    // If both are set, the SDK takes the relative one, too.
    if variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").is_some() {
        return Some(CONTAINER_HOST.to_owned());
    }
    let uri = variable("AWS_CONTAINER_CREDENTIALS_FULL_URI")?;
    Some(reach::authority_of(&uri).to_owned())
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
