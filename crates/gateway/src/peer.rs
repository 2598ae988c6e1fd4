//! Who is at the other end of a connection, and whose word about it is believed.
//!
//! Every comparison of peers is made here, so that one address has one spelling: IPv4, and IPv4 mapped into IPv6 as a
//! listener on `[::]` sees it, are the same. Start reading at [`Proxies::client`].

use std::{
    net::{IpAddr, Ipv6Addr},
    str::FromStr,
};

use serde::{Deserialize, Deserializer, de::Error};

/// Further addresses of an `X-Forwarded-For` are not looked at.
const MOST_HOPS: usize = 32;

/// One address, or all that begin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: u128,
    mask: u128,
}

/// Why a text names no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotANetwork {
    #[error("write an address as 192.0.2.7 or 2001:db8::7, or a network as 192.0.2.0/24")]
    Malformed,
    #[error("the address goes on behind the network's length; write its first address, as 192.0.2.0/24")]
    HostBits,
    #[error("this network holds everybody; name the proxy's own")]
    Everybody,
}

impl Network {
    fn holds(self, address: IpAddr) -> bool {
        bits(address) & self.mask == self.base
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, length) = match text.split_once('/') {
            None => (text, None),
            Some((address, length)) => (address, Some(length)),
        };
        let address: IpAddr = address.parse().map_err(|_| NotANetwork::Malformed)?;
        let (width, before) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
        let length = match length {
            None => width,
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => {
                digits.parse().ok().filter(|n| *n <= width).ok_or(NotANetwork::Malformed)?
            }
            Some(_) => return Err(NotANetwork::Malformed),
        };
        if length == 0 {
            return Err(NotANetwork::Everybody);
        }
        let mask = u128::MAX << (128 - before - length);
        let base = bits(address);
        if base & mask != base {
            return Err(NotANetwork::HostBits);
        }
        Ok(Self { base, mask })
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(|error| D::Error::custom(format!("“{text}”: {error}")))
    }
}

/// The proxies in front of a listener, as the administrator named them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Proxies(Vec<Network>);

impl Proxies {
    pub const fn new(networks: Vec<Network>) -> Self {
        Self(networks)
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this peer's word about others is believed.
    pub fn trust(&self, peer: IpAddr) -> bool {
        self.0.iter().any(|network| network.holds(peer))
    }

    /// From where a request comes: the peer itself or, when it is a trusted proxy, the last address of the
    /// `X-Forwarded-For` fields (in their order) that is no trusted proxy's. What cannot be read ends the search: whoever
    /// wrote it is the last one known.
    pub fn client<'a>(&self, peer: IpAddr, forwarded: impl DoubleEndedIterator<Item = &'a str>) -> IpAddr {
        let mut known = peer.to_canonical();
        if !self.trust(known) {
            return known;
        }
        for hop in forwarded.rev().flat_map(|field| field.rsplit(',')).take(MOST_HOPS) {
            let Some(address) = hop_address(hop) else { return known };
            known = address;
            if !self.trust(known) {
                return known;
            }
        }
        known
    }
}

/// Under what a peer is counted: in IPv6 a household or host has a whole /64.
pub fn household(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
    }
}

/// IPv4 takes the place that IPv6 keeps for it.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// One address as proxies write it: bare, with a port, in brackets, in quotes, with a zone.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim().trim_matches('"');
    let bare = match hop.strip_prefix('[') {
        Some(rest) => {
            let (inside, after) = rest.split_once(']')?;
            port_or_nothing(after)?;
            inside
        }
        None => match hop.split_once(':') {
            // One colon parts address and port; more of them are IPv6.
            Some((address, port)) if !port.contains(':') => {
                port_or_nothing(&hop[address.len()..])?;
                address
            }
            _ => hop,
        },
    };
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    let (address, _zone) = bare.split_once('%')?;
    address.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
}

fn port_or_nothing(text: &str) -> Option<()> {
    if text.is_empty() {
        return Some(());
    }
    text.strip_prefix(':')?.parse::<u16>().ok().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn proxies(all: &[&str]) -> Proxies {
        Proxies::new(all.iter().map(|text| text.parse().expect("a network")).collect())
    }

    #[test]
    fn one_address_has_one_spelling() {
        for named in ["127.0.0.1", "::ffff:127.0.0.1", "127.0.0.0/8", "::ffff:127.0.0.0/104"] {
            for seen in ["127.0.0.1", "::ffff:127.0.0.1"] {
                assert!(proxies(&[named]).trust(ip(seen)), "{named} {seen}");
            }
            assert!(!proxies(&[named]).trust(ip("128.0.0.1")) && !proxies(&[named]).trust(ip("::1")));
        }
        assert!(proxies(&["192.0.2.7/32"]).trust(ip("192.0.2.7")) && proxies(&["::1/128"]).trust(ip("::1")));
        assert!(proxies(&["2001:db8::/32"]).trust(ip("2001:db8:9::7")));
        assert!(!proxies(&["2001:db8::/32"]).trust(ip("2001:db9::7")));
        assert!(!Proxies::default().trust(ip("127.0.0.1")));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for (text, why) in [
            ("", NotANetwork::Malformed),
            ("localhost", NotANetwork::Malformed),
            ("10.0.0.0/33", NotANetwork::Malformed),
            ("10.0.0.0/+8", NotANetwork::Malformed),
            ("10.0.0.0/", NotANetwork::Malformed),
            ("10.0.0.1/8", NotANetwork::HostBits),
            ("0.0.0.0/0", NotANetwork::Everybody),
            ("::/0", NotANetwork::Everybody),
        ] {
            assert_eq!(text.parse::<Network>(), Err(why), "{text}");
        }
    }

    #[test]
    fn the_last_address_that_is_no_proxys_counts() {
        let ours = proxies(&["127.0.0.1", "10.0.0.0/8", "::1"]);
        for (peer, fields, client) in [
            // Nobody else is believed.
            ("192.0.2.9", &["198.51.100.1"][..], "192.0.2.9"),
            ("::ffff:192.0.2.9", &["198.51.100.1"], "192.0.2.9"),
            ("127.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("::ffff:127.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            // Ports, brackets, quotes, zones.
            ("127.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("127.0.0.1", &["[2001:db8::7]:4711"], "2001:db8::7"),
            ("127.0.0.1", &["[2001:db8::7]"], "2001:db8::7"),
            ("127.0.0.1", &["\"[2001:db8::7]:4711\""], "2001:db8::7"),
            ("127.0.0.1", &["2001:db8::7"], "2001:db8::7"),
            ("127.0.0.1", &["fe80::7%eth0"], "fe80::7"),
            ("127.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
            // Several fields and hops: what stands further left was written by the client.
            ("127.0.0.1", &["203.0.113.5, 198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["203.0.113.5", "198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["198.51.100.1", "10.1.2.3"], "198.51.100.1"),
            ("127.0.0.1", &["198.51.100.1 , 10.1.2.3:80,[::1]:9"], "198.51.100.1"),
            ("127.0.0.1", &["10.0.0.7, 10.1.2.3"], "10.0.0.7"),
            // Unreadable: the one who wrote it.
            ("127.0.0.1", &["198.51.100.1, unknown"], "127.0.0.1"),
            ("127.0.0.1", &["198.51.100.1, junk, 10.0.0.4"], "10.0.0.4"),
            ("127.0.0.1", &["198.51.100.1:99999"], "127.0.0.1"),
            ("127.0.0.1", &["[2001:db8::7]junk"], "127.0.0.1"),
            ("127.0.0.1", &["[2001:db8::7"], "127.0.0.1"),
            ("127.0.0.1", &["198.51.100.1,"], "127.0.0.1"),
            ("127.0.0.1", &[], "127.0.0.1"),
        ] {
            assert_eq!(ours.client(ip(peer), fields.iter().copied()), ip(client), "{peer} {fields:?}");
        }
    }

    #[test]
    fn households_are_counted_as_one() {
        assert_eq!(household(ip("2001:db8:1:2:3:4:5:6")), ip("2001:db8:1:2::"));
        assert_eq!(household(ip("::ffff:192.0.2.1")), household(ip("192.0.2.1")));
        assert_ne!(household(ip("192.0.2.1")), household(ip("192.0.2.2")));
    }
}
