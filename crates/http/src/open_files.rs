use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the number of files that the process may open as far as the system allows without privileges. Returns how many
/// connections the server may keep open: `wanted`, or half of the files if that is less. The other half remains for the
/// database, the snapshot store, and the connections on which a gateway forwards requests.
pub(crate) fn allow(wanted: usize) -> usize {
    let Some(files) = raise() else { return wanted };
    let most = usize::try_from(files / 2).unwrap_or(usize::MAX).max(1);
    if most < wanted {
        tracing::warn!(
            "at most {most} connections, instead of {wanted} (--max-connections): the process may open only {files} \
             files: raise that limit (`ulimit -Hn`, or `LimitNOFILE` of systemd)"
        );
    }
    wanted.min(most)
}

/// Raises the limit on open files, and returns the limit, or `None` if there is no limit.
fn raise() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, ..limit };
    // Some systems refuse the maximum that they state.
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised.current,
        Err(_) => limit.current,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_files_are_for_connections() {
        let files = raise();
        assert_eq!(getrlimit(Resource::Nofile).current, files);
        assert_eq!(allow(1), 1);
        let most = files.map_or(usize::MAX, |files| usize::try_from(files / 2).unwrap());
        assert_eq!(allow(usize::MAX), most);
    }
}
