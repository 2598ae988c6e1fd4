//! Shares: how much of what all have in common one household, one sign-in and one person may hold at a time.
//!
//! Nothing here is kept longer than it is held. Start reading at [`Shares::begin`].

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use pforte_store::sign_in::Person;
use tokio_util::sync::CancellationToken;

/// Requests under way from one household. Most are answered within milliseconds.
const OF_HOUSEHOLD: usize = 256;
/// Requests under way of one sign-in.
const OF_SIGN_IN: usize = 128;
/// Event streams of one person: each browser has one.
const STREAMS: usize = 12;
/// Event streams altogether.
const ALL_STREAMS: usize = 4_096;

/// What is held, and by whom.
#[derive(Debug, Default)]
pub(crate) struct Shares {
    next: AtomicU64,
    households: Arc<Held<IpAddr>>,
    sign_ins: Arc<Held<String>>,
    listeners: Arc<Held<Person>>,
}

/// All places of a share are taken by what cannot be hurried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Crowded;

/// A request within its shares.
#[derive(Debug)]
pub(crate) struct UnderWay {
    overtaken: CancellationToken,
    household: Hold<IpAddr>,
    sign_in: Option<Hold<String>>,
}

impl UnderWay {
    /// Resolves when a later request takes this one's place. Only while its body is being received.
    pub(crate) async fn overtaken(&self) {
        self.overtaken.cancelled().await;
    }

    /// The body is there: from now on it is worked for.
    pub(crate) fn received(&self) {
        self.household.stays();
        if let Some(hold) = &self.sign_in {
            hold.stays();
        }
    }
}

/// An event stream within its person's share.
#[derive(Debug)]
pub(crate) struct Listening {
    overtaken: CancellationToken,
    _hold: Hold<Person>,
}

impl Listening {
    /// Resolves when the person listens in too many browsers and this one listens longest.
    pub(crate) fn overtaken(&self) -> impl Future<Output = ()> + Send + use<> {
        self.overtaken.clone().cancelled_owned()
    }
}

impl Shares {
    /// Counts a request. Where a share is used up the oldest request that still waits for its body gives way; if all
    /// are being worked for, the newcomer is refused.
    pub(crate) fn begin(&self, household: IpAddr, sign_in: Option<String>) -> Result<UnderWay, Crowded> {
        let overtaken = CancellationToken::new();
        let household = self.hold(&self.households, household, OF_HOUSEHOLD, &overtaken)?;
        let sign_in =
            sign_in.map(|key| self.hold(&self.sign_ins, key, OF_SIGN_IN, &overtaken)).transpose()?;
        Ok(UnderWay { overtaken, household, sign_in })
    }

    /// Counts an event stream. The person's oldest gives way: it may be one whose browser is long gone.
    pub(crate) fn listen(&self, person: Person) -> Result<Listening, Crowded> {
        if self.listeners.all() >= ALL_STREAMS {
            return Err(Crowded);
        }
        let overtaken = CancellationToken::new();
        let hold = self.hold(&self.listeners, person, STREAMS, &overtaken)?;
        Ok(Listening { overtaken, _hold: hold })
    }

    fn hold<K: Clone + Eq + Hash>(
        &self,
        held: &Arc<Held<K>>,
        key: K,
        most: usize,
        overtaken: &CancellationToken,
    ) -> Result<Hold<K>, Crowded> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        held.take(&key, most, number, overtaken)?;
        Ok(Hold { held: Arc::clone(held), key, number })
    }
}

/// What is held, by its number: oldest first, with what ends it while it can be ended.
type Line = VecDeque<(u64, Option<CancellationToken>)>;

/// By key, what is held.
#[derive(Debug)]
struct Held<K>(Mutex<HashMap<K, Line>>);

impl<K> Default for Held<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Clone + Eq + Hash> Held<K> {
    fn lock(&self) -> MutexGuard<'_, HashMap<K, Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn all(&self) -> usize {
        self.lock().values().map(VecDeque::len).sum()
    }

    fn take(&self, key: &K, most: usize, number: u64, ends: &CancellationToken) -> Result<(), Crowded> {
        let mut held = self.lock();
        let all = held.entry(key.clone()).or_default();
        if all.len() >= most {
            let oldest = all.iter().position(|(_, ends)| ends.is_some()).ok_or(Crowded)?;
            if let Some((_, Some(ends))) = all.remove(oldest) {
                ends.cancel();
            }
        }
        all.push_back((number, Some(ends.clone())));
        Ok(())
    }
}

/// One of what is held, until it is dropped.
#[derive(Debug)]
struct Hold<K: Clone + Eq + Hash> {
    held: Arc<Held<K>>,
    key: K,
    number: u64,
}

impl<K: Clone + Eq + Hash> Hold<K> {
    fn stays(&self) {
        let mut held = self.held.lock();
        let Some(all) = held.get_mut(&self.key) else { return };
        if let Some(own) = all.iter_mut().find(|(number, _)| *number == self.number) {
            own.1 = None;
        }
    }
}

impl<K: Clone + Eq + Hash> Drop for Hold<K> {
    fn drop(&mut self) {
        let mut held = self.held.lock();
        let Some(all) = held.get_mut(&self.key) else { return };
        all.retain(|(number, _)| *number != self.number);
        if all.is_empty() {
            held.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use pforte_core::kernel::StaffId;
    use uuid::Uuid;

    use super::*;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    #[test]
    fn who_waits_for_a_body_gives_way_and_who_is_worked_for_does_not() {
        let shares = Shares::default();
        let mut waiting: Vec<_> =
            (0..OF_HOUSEHOLD).map(|_| shares.begin(HOME, None).expect("a place")).collect();
        waiting[0].received();
        let newcomer = shares.begin(HOME, None).expect("the second gives way");
        let overtaken: Vec<_> = waiting.iter().map(|w| w.overtaken.is_cancelled()).collect();
        assert!(overtaken[1] && overtaken.iter().filter(|gone| **gone).count() == 1);
        drop(waiting.remove(1));
        waiting.push(newcomer);
        waiting.iter().for_each(UnderWay::received);
        assert_eq!(shares.begin(HOME, None).err(), Some(Crowded));
        assert!(
            shares.begin("192.0.2.2".parse().expect("an address"), None).is_ok(),
            "others have their own"
        );
        drop(waiting);
        assert!(shares.households.lock().is_empty());
    }

    #[test]
    fn one_sign_in_has_its_share_wherever_it_is_used() {
        let shares = Shares::default();
        let home = |n: usize| IpAddr::from([198, 51, 100, u8::try_from(n).unwrap_or_default()]);
        let held: Vec<_> = (0..OF_SIGN_IN)
            .map(|n| shares.begin(home(n), Some("one".into())).expect("a place"))
            .inspect(UnderWay::received)
            .collect();
        assert_eq!(shares.begin(HOME, Some("one".into())).err(), Some(Crowded));
        assert!(shares.begin(HOME, Some("two".into())).is_ok());
        drop(held);
        assert!(shares.begin(HOME, Some("one".into())).is_ok());
        assert!(shares.sign_ins.lock().is_empty() && shares.households.lock().is_empty());
    }

    #[test]
    fn the_longest_listener_gives_way() {
        let shares = Shares::default();
        let person = Person::Staff(StaffId(Uuid::from_u128(1)));
        let all: Vec<_> = (0..=STREAMS).map(|_| shares.listen(person).expect("a place")).collect();
        let overtaken: Vec<_> = all.iter().map(|l| l.overtaken.is_cancelled()).collect();
        assert!(overtaken[0] && overtaken.iter().filter(|gone| **gone).count() == 1);
        drop(all);
        assert!(shares.listeners.lock().is_empty());
    }
}
