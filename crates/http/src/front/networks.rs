//! Lists of addresses and networks.

use std::{collections::HashSet, net::IpAddr, str::FromStr};

use ipnet::{IpNet, Ipv4Net};

/// A list of addresses and networks. An IPv4 address that is mapped into IPv6 counts as the IPv4 address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks {
    addresses: HashSet<IpAddr>,
    networks: Vec<IpNet>,
}

/// The part of a list that is neither an address nor a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an IP address or a network, such as 10.0.0.1, 10.0.0.0/8 or 2001:db8::/32")]
pub struct NetworksError(pub String);

impl Networks {
    /// Returns whether the list has the address, or a network that contains the address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        if self.is_empty() {
            return false;
        }
        let address = address.to_canonical();
        self.addresses.contains(&address) || self.networks.iter().any(|network| network.contains(&address))
    }

    /// Returns whether the list has no addresses and no networks.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty() && self.networks.is_empty()
    }
}

/// Parses addresses and networks that are separated by commas, such as `10.0.0.1, 2001:db8::/32`.
impl FromStr for Networks {
    type Err = NetworksError;

    fn from_str(text: &str) -> Result<Self, NetworksError> {
        let mut list = Self::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            if let Ok(address) = part.parse::<IpAddr>() {
                list.addresses.insert(address.to_canonical());
            } else {
                let network: IpNet = part.parse().map_err(|_| NetworksError(part.to_owned()))?;
                list.networks.push(canonical(network));
            }
        }
        Ok(list)
    }
}

/// Returns the IPv4 network of a network that is mapped into IPv6; any other network unchanged.
fn canonical(network: IpNet) -> IpNet {
    let ipv4 = match network {
        IpNet::V6(network) => {
            let prefix = network.prefix_len().checked_sub(96);
            prefix.zip(network.addr().to_ipv4_mapped())
        }
        IpNet::V4(_) => None,
    };
    ipv4.and_then(|(prefix, address)| Ipv4Net::new(address, prefix).ok()).map_or(network, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Networks {
        text.parse().unwrap_or_else(|problem| panic!("{problem}"))
    }

    #[test]
    fn a_list_has_addresses_and_networks() {
        let list = list("10.0.0.1, 192.168.0.0/16,2001:db8::/32, ::1 ,");
        for inside in
            ["10.0.0.1", "::ffff:10.0.0.1", "192.168.255.1", "::ffff:192.168.0.9", "2001:db8:1::1", "::1"]
        {
            assert!(list.contains(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["10.0.0.2", "192.169.0.1", "2001:db9::1", "::2", "127.0.0.1"] {
            assert!(!list.contains(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn an_ipv4_network_can_be_written_as_mapped_into_ipv6() {
        let mapped = list("::ffff:10.0.0.0/104");
        assert_eq!(mapped, list("10.0.0.0/8"));
        assert!(mapped.contains("10.9.9.9".parse().unwrap()));
        assert!(!list("::/0").contains("10.9.9.9".parse().unwrap()));
        assert!(list("0.0.0.0/0").contains("::ffff:10.9.9.9".parse().unwrap()));
        assert!(list("10.0.0.7/8").contains("10.9.9.9".parse().unwrap()), "the host's bits do not count");
    }

    #[test]
    fn an_empty_list_contains_nothing() {
        assert!(list("").is_empty() && list(" , ").is_empty() && !list("::/0").is_empty());
        assert!(!Networks::default().contains("127.0.0.1".parse().unwrap()));
    }

    #[test]
    fn other_texts_are_refused() {
        for part in ["home", "10.0.0.1/33", "10.0.0", "10.0.0.1:80", "::1/129", "10.0.0.0/", "/8", "*"] {
            assert_eq!(format!("10.0.0.1,{part}").parse::<Networks>(), Err(NetworksError(part.to_owned())));
        }
    }
}
