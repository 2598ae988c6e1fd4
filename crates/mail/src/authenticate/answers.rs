//! The answers of the DNS to one message's questions, and a bound on their number.

use std::{
    borrow::Borrow,
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use mail_auth::{
    DnsError, Error, MX, Parameters, RecordSet, ResolverCache, Txt,
    common::{cache::NoCache, verify::DomainKey},
};

/// As many different questions for texts as one message may cause.
pub(super) const MAX_QUESTIONS: usize = 60;

/// Text records that were asked for.
#[derive(Default)]
pub(super) struct Answers {
    texts: Mutex<HashMap<Box<str>, Txt>>,
    asked: AtomicUsize,
}

impl Answers {
    /// The key that a signature was checked with.
    pub fn key(&self, name: &str) -> Option<Arc<DomainKey>> {
        match self.texts().get(name) {
            Some(Txt::DomainKey(key)) => Some(Arc::clone(key)),
            _ => None,
        }
    }

    fn texts(&self) -> std::sync::MutexGuard<'_, HashMap<Box<str>, Txt>> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Parameters for the checks, with these answers as their memory.
    pub fn with<P>(&self, params: P) -> With<'_, P> {
        Parameters {
            params,
            cache_txt: Some(self),
            cache_mx: None,
            cache_ptr: None,
            cache_ipv4: None,
            cache_ipv6: None,
        }
    }
}

pub(super) type With<'a, P> = Parameters<
    'a,
    P,
    Answers,
    NoCache<Box<str>, RecordSet<MX>>,
    NoCache<Box<str>, RecordSet<Ipv4Addr>>,
    NoCache<Box<str>, RecordSet<Ipv6Addr>>,
    NoCache<IpAddr, RecordSet<Box<str>>>,
>;

impl ResolverCache<Box<str>, Txt> for Answers {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        if let Some(known) = self.texts().get(name) {
            return Some(known.clone());
        }
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        (asked >= MAX_QUESTIONS)
            .then(|| Txt::Error(Error::Dns(DnsError::Resolver("too many questions".into()))))
    }

    fn remove<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.texts().remove(name)
    }

    fn insert(&self, key: Box<str>, value: Txt, _: Instant) {
        self.texts().insert(key, value);
    }
}
