//! Where servers can listen.

use std::{
    net::{Ipv4Addr, TcpListener},
    ops::Range,
    process,
    sync::atomic::{AtomicU16, Ordering},
};

use anyhow::{Result, bail};

/// Below those that systems hand out to clients (from 32768 on), so that no connection of a client takes one before
/// its server does.
const PORTS: Range<u16> = 12_000..32_000;

/// Ports of 127.0.0.1 on which nothing listens, others each time.
///
/// # Errors
/// If the machine has not that many left.
pub(super) fn free<const N: usize>() -> Result<[u16; N]> {
    let mut free = [0; N];
    for port in &mut free {
        *port = next()?;
    }
    Ok(free)
}

fn next() -> Result<u16> {
    // Who was given a port need not listen on it yet.
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let count = PORTS.end - PORTS.start;
    // Processes that run at a time begin at different places.
    let begin = u16::try_from(process::id().wrapping_mul(101) % u32::from(count))?;
    for _ in PORTS {
        let offset = (u32::from(begin) + u32::from(NEXT.fetch_add(1, Ordering::Relaxed))) % u32::from(count);
        let port = PORTS.start + u16::try_from(offset)?;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("all ports from {} to {} are in use", PORTS.start, PORTS.end)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn nobody_is_given_a_port_twice() {
        let ports = [free::<20>().unwrap(), free::<20>().unwrap()].concat();
        assert_eq!(HashSet::<u16>::from_iter(ports).len(), 40);
    }
}
