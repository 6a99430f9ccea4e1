//! Free ports.

use std::{
    net::{Ipv4Addr, TcpListener},
    ops::Range,
    process,
    sync::atomic::{AtomicU16, Ordering},
};

use anyhow::{Result, bail};

/// The range of ports for servers. It is below the ports that systems assign to clients (from 32768), so that no client
/// takes a port before its server does.
const PORTS: Range<u16> = 12_000..32_000;

/// Returns ports of 127.0.0.1 on which no server listens. Each call returns other ports.
///
/// # Errors
/// If too few ports are free.
pub(super) fn free<const N: usize>() -> Result<[u16; N]> {
    let mut free = [0; N];
    for port in &mut free {
        *port = next()?;
    }
    Ok(free)
}

fn next() -> Result<u16> {
    // The count of ports handed out, because a returned port may not be in use yet.
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let count = PORTS.end - PORTS.start;
    // Processes that run at the same time start at different ports.
    let first = u16::try_from(process::id().wrapping_mul(101) % u32::from(count))?;
    for _ in PORTS {
        let offset = (u32::from(first) + u32::from(NEXT.fetch_add(1, Ordering::Relaxed))) % u32::from(count);
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
    fn no_port_is_returned_twice() {
        let ports = [free::<20>().unwrap(), free::<20>().unwrap()].concat();
        assert_eq!(HashSet::<u16>::from_iter(ports).len(), 40);
    }
}
