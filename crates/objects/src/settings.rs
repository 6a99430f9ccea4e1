//! The settings of the `AWS_…` variables that the client of S3 does not check, or checks with a panic.

use std::str::FromStr;

use aws_config::{Region, retry::RetryMode};

use crate::error::Refusal;

/// The region that requests are signed for if none is set. Servers other than AWS rarely check the region.
const DEFAULT_REGION: &str = "us-east-1";

/// Returns the region of the settings without white space around its name, or the default region.
pub(crate) fn region(set: Option<&Region>) -> Region {
    match set.map(|region| region.as_ref().trim()) {
        None | Some("") => Region::from_static(DEFAULT_REGION),
        Some(name) => Region::new(name.to_owned()),
    }
}

/// Checks that the name of a region can be sent in a header.
pub(crate) fn check_region(region: &Region) -> Result<(), Refusal> {
    let can_be_sent = region.as_ref().chars().all(|character| character.is_ascii_graphic());
    if can_be_sent { Ok(()) } else { Err(Refusal::local("InvalidRegion")) }
}

/// Checks the settings of repeated attempts. `variable` returns the value of an environment variable.
pub(crate) fn check_retries(variable: impl Fn(&str) -> Option<String>) -> Result<(), Refusal> {
    let attempts = variable("AWS_MAX_ATTEMPTS").map(|attempts| attempts.parse::<u32>());
    if attempts.is_some_and(|attempts| !attempts.is_ok_and(|attempts| attempts > 0)) {
        return Err(Refusal::local("InvalidMaxAttempts"));
    }
    match variable("AWS_RETRY_MODE").map(|mode| RetryMode::from_str(&mode)) {
        Some(Err(_)) => Err(Refusal::local("InvalidRetryMode")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_trimmed_and_checked() {
        let set = |name: &str| region(Some(&Region::new(name.to_owned())));
        assert_eq!(set(" eu-west-1\n").as_ref(), "eu-west-1");
        assert_eq!((set(" \n").as_ref(), region(None).as_ref()), (DEFAULT_REGION, DEFAULT_REGION));
        for name in ["eu\nwest", "eu west", "eu-wäst"] {
            assert!(check_region(&set(name)).is_err(), "{name}");
        }
        assert!(check_region(&set("auto")).is_ok());
    }

    #[test]
    fn the_number_of_attempts_and_their_mode_are_checked() {
        let check = |name, value: &str| {
            check_retries(|variable| (variable == name).then(|| value.to_owned()))
                .map_err(|refusal| refusal.to_string())
        };
        for value in ["0", "", "-1", "many"] {
            assert_eq!(
                check("AWS_MAX_ATTEMPTS", value).unwrap_err(),
                "InvalidMaxAttempts: set AWS_MAX_ATTEMPTS to a whole number from 1 on"
            );
        }
        assert!(check("AWS_RETRY_MODE", "legacy").unwrap_err().contains("standard or adaptive"));
        assert!(check("AWS_MAX_ATTEMPTS", "3").is_ok() && check("AWS_RETRY_MODE", "standard").is_ok());
        assert!(check("OTHER", "0").is_ok());
    }
}
