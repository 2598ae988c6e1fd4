//! Which mail server sends whose mails: a provider's own, or the one for all others.
//!
//! Each is a lane of its own: what one does not take holds up nobody else's mails.

use pforte_core::kernel::ProviderId;
use pforte_store::outbox::{self, OWN_MAX};

use super::{App, MailTarget, Relay, Settings, under_way::AT_ONCE};

/// The mails of one server: of the provider whose own it is, or of all others.
pub(crate) type Lane = Option<ProviderId>;

/// All mail servers that the configuration names.
#[derive(Debug)]
pub(crate) struct Relays {
    /// None: mails go to a folder.
    shared: Option<Relay>,
    /// As the supports are counted.
    own: Vec<Option<Relay>>,
}

impl Relays {
    pub fn new(settings: &Settings) -> Self {
        let shared = match &settings.mail {
            MailTarget::Folder(_) => None,
            MailTarget::Smtp(smtp) => Some(Relay::new(smtp.clone())),
        };
        let own = settings.support.iter().map(|support| support.smtp.clone().map(Relay::new));
        Self { shared, own: own.collect() }
    }

    fn all(&self) -> impl Iterator<Item = &Relay> {
        self.shared.iter().chain(self.own.iter().flatten())
    }

    /// Lets go of connections that nobody used for a while.
    pub fn tidy(&self) {
        self.all().for_each(Relay::tidy);
    }

    /// Says goodbye to all servers.
    pub async fn close(&self) {
        futures_util::future::join_all(self.all().map(Relay::close)).await;
    }
}

impl App {
    /// Providers with a mail server of their own, at most [`OWN_MAX`].
    pub(crate) fn with_own_relay(&self) -> Vec<ProviderId> {
        let assigned = self.supports.assigned().into_iter();
        let own = assigned.filter(|(_, index)| self.relays.own.get(*index).is_some_and(Option::is_some));
        own.map(|(provider, _)| provider).take(OWN_MAX).collect()
    }

    /// The mail server of a lane; `None` is the folder.
    pub(crate) fn relay(&self, lane: Lane) -> Option<&Relay> {
        let index = lane.and_then(|provider| self.supports.index(provider));
        let own = index.and_then(|index| self.relays.own.get(index)?.as_ref());
        own.or(self.relays.shared.as_ref())
    }

    /// How many mails of a lane are under way at most.
    pub(crate) fn at_once(&self, lane: Lane) -> usize {
        self.relay(lane).map_or(AT_ONCE, Relay::connections).min(AT_ONCE)
    }
}

/// The lane as the outbox is asked for it.
pub(crate) fn asked(lane: Lane, own: &[ProviderId]) -> outbox::Lane<'_> {
    lane.map_or(outbox::Lane::Shared(own), outbox::Lane::Own)
}
