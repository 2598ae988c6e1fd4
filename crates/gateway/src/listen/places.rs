//! Who has a place: how many connections there are, and whose goes when a further one comes.
//!
//! What a connection wants is not known before its head is read, and an ending must always get through. So a newcomer
//! is never refused: when all places are taken, or its household's share of them, whoever is missed least gives way.

use std::{
    cmp::Reverse,
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::connection::Connection;
use crate::peer::{Proxies, household};

/// The places of one listener.
#[derive(Debug)]
pub(super) struct Places {
    most: usize,
    /// Of one household; a proxy's connections are many people's.
    share: usize,
    proxies: Proxies,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    next: u64,
    connections: HashMap<u64, (IpAddr, Arc<Connection>)>,
    /// Without proxies.
    households: HashMap<IpAddr, usize>,
}

/// A connection's place, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    number: u64,
}

impl Places {
    pub(super) fn new(most: usize, proxies: Proxies) -> Self {
        Self { most: most.max(1), share: (most / 4).max(1), proxies, held: Mutex::default() }
    }

    /// Gives a place, if need be one that another had.
    pub(super) fn take(self: &Arc<Self>, connection: Arc<Connection>) -> Place {
        let home = household(connection.peer.ip());
        let proxy = self.proxies.trust(home);
        let mut held = self.held();
        let crowded = !proxy && held.households.get(&home).is_some_and(|count| *count >= self.share);
        if crowded {
            held.evict(Some(home));
        } else if held.connections.len() >= self.most {
            held.evict(None);
        }
        let number = held.next;
        held.next += 1;
        held.connections.insert(number, (home, connection));
        if !proxy {
            *held.households.entry(home).or_default() += 1;
        }
        drop(held);
        Place { places: Arc::clone(self), number }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// Ends what is missed least: who does nothing before who sends, who sends before who is answered; among them
    /// one of the household that has most; among those the one that was quiet longest.
    fn evict(&mut self, home: Option<IpAddr>) {
        let all = self.connections.iter().filter(|(_, (of, _))| home.is_none_or(|home| *of == home));
        let least = all.min_by_key(|(_, (of, connection))| {
            let count = self.households.get(of).copied().unwrap_or_default();
            (connection.doing(), Reverse(count), connection.touched())
        });
        let Some((&number, (_, connection))) = least else { return };
        tracing::debug!(peer = %connection.peer, doing = ?connection.doing(), "gives its place to another");
        connection.evicted.cancel();
        self.remove(number);
    }

    fn remove(&mut self, number: u64) {
        let Some((home, _)) = self.connections.remove(&number) else { return };
        if let Some(count) = self.households.get_mut(&home) {
            *count -= 1;
            if *count == 0 {
                self.households.remove(&home);
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.held().remove(self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use tokio_util::sync::CancellationToken;

    use super::*;

    fn connection(peer: &str) -> Arc<Connection> {
        let peer: IpAddr = peer.parse().expect("an address");
        Arc::new(Connection::new(SocketAddr::from((peer, 1)), false, CancellationToken::new()))
    }

    fn places(most: usize, proxies: &[&str]) -> Arc<Places> {
        let proxies = proxies.iter().map(|proxy| proxy.parse().expect("a network")).collect();
        Arc::new(Places::new(most, Proxies::new(proxies)))
    }

    #[test]
    fn a_newcomer_takes_the_place_of_whoever_is_missed_least() {
        let places = places(4, &[]);
        let [answered, sending, idle, idle_later, new] =
            ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"].map(connection);
        let _under_way = (answered.request(), sending.request(), sending.body());
        std::thread::sleep(std::time::Duration::from_millis(2));
        idle_later.touch();
        let all = [&answered, &sending, &idle, &idle_later];
        let _held: Vec<_> = all.map(|c| places.take(Arc::clone(c))).into();
        let evicted = || all.map(|c| c.evicted.is_cancelled());
        assert_eq!(evicted(), [false; 4]);
        let busy = new.request();
        let _place = places.take(Arc::clone(&new));
        assert_eq!(evicted(), [false, false, true, false], "the one that was quiet longest");
        let _more = places.take(connection("192.0.2.6"));
        assert_eq!(evicted(), [false, false, true, true]);
        let last = connection("192.0.2.7");
        let _busy_too = (last.request(), places.take(Arc::clone(&last)));
        let other = connection("192.0.2.8");
        let _busy = (other.request(), places.take(Arc::clone(&other)), busy);
        assert_eq!(evicted(), [false, true, true, true], "who sends goes before who is answered");
    }

    #[test]
    fn one_household_takes_only_its_share_and_a_proxy_is_none() {
        let places = places(8, &["198.51.100.1"]);
        let theirs: Vec<_> = ["2001:db8::1", "2001:db8::2", "2001:db8::3"].map(connection).into();
        let mut held: Vec<_> = theirs.iter().map(|c| places.take(Arc::clone(c))).collect();
        let evicted: Vec<_> = theirs.iter().map(|c| c.evicted.is_cancelled()).collect();
        assert_eq!(evicted, [true, false, false], "a quarter of eight");
        let proxied: Vec<_> = (0..4).map(|_| connection("198.51.100.1")).collect();
        held.extend(proxied.iter().map(|c| places.take(Arc::clone(c))));
        assert!(proxied.iter().all(|c| !c.evicted.is_cancelled()));
        // With all places taken the household that has most gives way, not the proxy.
        held.extend(["192.0.2.1", "192.0.2.2", "192.0.2.3"].map(|peer| places.take(connection(peer))));
        assert!(proxied.iter().all(|c| !c.evicted.is_cancelled()));
        assert_eq!(theirs.iter().filter(|c| c.evicted.is_cancelled()).count(), 2);
        drop(held);
        assert!(places.held().connections.is_empty() && places.held().households.is_empty());
    }
}
