//! Which shard this exporter is: flags of `serve`, which `demo` also accepts.

use crate::app::Shard;
use clap::{Args, value_parser};

/// Variables that name the pod in Kubernetes: the usual one for `metadata.name` of the downward API,
/// and the host name, which is the pod's name only in Kubernetes.
const POD_NAME: &str = "POD_NAME";
const HOST_NAME: &str = "HOSTNAME";
const IN_KUBERNETES: &str = "KUBERNETES_SERVICE_HOST";

/// Far more than any number of accounts and regions needs.
const MAX_SHARDS: i64 = 1000;

const INDEX: &str = "shard_index";
const TOTAL: &str = "shard_total";

#[derive(Args, Clone, Debug)]
pub(crate) struct Sharding {
    /// Number of this shard, counted from 0 [default: the number at the end of the name of a stateful
    /// set's pod]
    #[arg(id = INDEX, long = "shard.index", value_name = "NUMBER", requires = TOTAL)]
    index: Option<u32>,
    /// Number of shards, that is, exporters that divide the targets of one configuration between
    /// them [default: 1]
    #[arg(id = TOTAL, long = "shard.total", value_name = "COUNT", value_parser = value_parser!(u32).range(1..=MAX_SHARDS))]
    total: Option<u32>,
    /// The shard according to these flags and the environment.
    #[arg(skip)]
    pub(crate) shard: Shard,
}

impl Sharding {
    /// Finds out which shard this is, with the variables of the environment.
    ///
    /// # Errors
    /// If there is no such shard, or its number is unknown.
    pub(super) fn resolve(
        &mut self,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<(), String> {
        let Some(total) = self.total else {
            return Ok(());
        };
        let index = match self.index {
            Some(index) => index,
            // A single shard needs no number.
            None if total == 1 => 0,
            None => ordinal(&variable)?,
        };
        let shard = Shard::new(index, total).ok_or_else(|| {
            format!(
                "there is no shard {index} of {total}\n\n  tip: shards are counted from 0, so the last is {}",
                total - 1
            )
        })?;
        self.shard = shard;
        Ok(())
    }
}

/// The number that a `StatefulSet` puts at the end of a pod's name.
fn ordinal(variable: &impl Fn(&str) -> Option<String>) -> Result<u32, String> {
    let Some((name, pod)) = pod_name(variable) else {
        return Err(format!(
            "'--shard.total' needs the number of this shard\n\n  tip: give '--shard.index', or set {POD_NAME} to the \
             name of a pod in a StatefulSet"
        ));
    };
    let number = pod.rsplit_once('-').map(|(_, number)| number);
    let number = number.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    number.and_then(|digits| digits.parse().ok()).ok_or_else(|| {
        format!(
            "'--shard.total' needs the number of this shard, and {name} '{pod}' does not end in one\n\n  tip: give \
             '--shard.index', or run the exporters as a StatefulSet"
        )
    })
}

/// The pod's name, and the variable that it comes from.
fn pod_name(variable: &impl Fn(&str) -> Option<String>) -> Option<(&'static str, String)> {
    let given = |name| variable(name).filter(|value| !value.is_empty());
    if let Some(pod) = given(POD_NAME) {
        return Some((POD_NAME, pod));
    }
    // Names of other machines end in numbers as well, such as ip-10-0-0-7, but those are no shards.
    given(IN_KUBERNETES)?;
    Some((HOST_NAME, given(HOST_NAME)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(
        index: Option<u32>,
        total: Option<u32>,
        environment: &[(&str, &str)],
    ) -> Result<Shard, String> {
        let mut sharding = Sharding {
            index,
            total,
            shard: Shard::default(),
        };
        sharding.resolve(|name| {
            let found = environment.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })?;
        Ok(sharding.shard)
    }

    fn numbers(shard: Result<Shard, String>) -> Result<(u32, u32), String> {
        shard.map(|shard| (shard.index(), shard.total()))
    }

    #[test]
    fn without_flags_one_exporter_has_all_targets_whatever_its_pod_is_called() {
        let pod = [("POD_NAME", "exporter-7")];
        assert_eq!(numbers(resolved(None, None, &pod)), Ok((0, 1)));
        assert_eq!(numbers(resolved(None, Some(1), &pod)), Ok((0, 1)));
    }

    #[test]
    fn the_flag_goes_before_the_name_of_the_pod_and_that_before_the_host() {
        let kubernetes = ("KUBERNETES_SERVICE_HOST", "10.0.0.1");
        let host = ("HOSTNAME", "exporter-1");
        let pod = ("POD_NAME", "exporter-2");
        let all = [kubernetes, host, pod];
        assert_eq!(numbers(resolved(Some(0), Some(3), &all)), Ok((0, 3)));
        assert_eq!(numbers(resolved(None, Some(3), &all)), Ok((2, 3)));
        assert_eq!(numbers(resolved(None, Some(3), &all[..2])), Ok((1, 3)));
    }

    #[test]
    fn outside_of_kubernetes_the_host_says_nothing() {
        let host = [("HOSTNAME", "ip-10-0-0-1"), ("POD_NAME", "")];
        let error = resolved(None, Some(3), &host).unwrap_err();
        assert!(error.contains("--shard.index"), "{error}");
    }

    #[test]
    fn a_name_that_does_not_end_with_a_number_is_refused() {
        for pod in [
            "exporter-7d9f8-x2z4q",
            "exporter",
            "2",
            "exporter-",
            "e-99999999999",
        ] {
            let error = resolved(None, Some(3), &[("POD_NAME", pod)]).unwrap_err();
            assert!(
                error.contains(pod) && error.contains("StatefulSet"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_number_that_is_too_high_is_refused() {
        let error = resolved(Some(3), Some(3), &[]).unwrap_err();
        assert!(error.contains("no shard 3 of 3"), "{error}");
        let error = resolved(None, Some(3), &[("POD_NAME", "e-3")]).unwrap_err();
        assert!(error.contains("the last is 2"), "{error}");
    }
}
