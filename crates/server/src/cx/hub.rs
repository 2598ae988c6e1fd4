//! Live updates: what changed, told to the people concerned by server-sent events.
//!
//! An event names topics, never data: the page fetches what it may see. Numbers survive a reconnect;
//! who missed more than is kept is told to fetch everything anew.

use std::{
    collections::{HashMap, VecDeque},
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Mutex, PoisonError},
};

use pforte_core::kernel::{CustomerId, GroundId, ProviderId, StaffId, TicketId, VisitId};
use serde::Serialize;
use tokio::sync::broadcast;

/// Events kept for those who reconnect, and for slow readers.
const KEPT: usize = 1_024;

/// Tickets of which is known what was told last.
const TICKETS: usize = 50_000;

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Every contact of a customer.
    Customer(CustomerId),
    Staff(StaffId),
    /// Every lead and admin of the provider.
    Leads,
    /// All staff of the provider who serve.
    Desk,
}

/// What a page may have to fetch anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    Door,
    Pin,
    Grounds,
    Visits,
    Customers,
    Alarms,
    Me,
    /// Lists of tickets, and how many there are.
    Tickets,
    /// The one ticket that is named.
    Ticket,
    Quarantine,
    Contacts,
    Calls,
    Recoveries,
}

/// One event.
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    #[serde(skip)]
    pub number: u64,
    #[serde(skip)]
    pub provider: ProviderId,
    #[serde(skip)]
    pub audience: Vec<Audience>,
    pub topics: Vec<Topic>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ground: Option<GroundId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visit: Option<VisitId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketId>,
}

/// What happened, before it has a number.
#[derive(Clone, Debug)]
pub struct News {
    pub provider: ProviderId,
    pub audience: Vec<Audience>,
    pub topics: Vec<Topic>,
    pub ground: Option<GroundId>,
    pub visit: Option<VisitId>,
    pub ticket: Option<TicketId>,
}

impl News {
    /// News for an audience about topics.
    pub fn new(provider: ProviderId, audience: &[Audience], topics: &[Topic]) -> Self {
        Self {
            provider,
            audience: audience.to_vec(),
            topics: topics.to_vec(),
            ground: None,
            visit: None,
            ticket: None,
        }
    }
}

/// Where everybody who listens is told.
#[derive(Debug)]
pub struct Hub {
    /// Tells this run's numbers from an earlier run's.
    epoch: String,
    sender: broadcast::Sender<Event>,
    kept: Mutex<Kept>,
    /// What was told last about access by a ticket; forgotten when there is too much of it.
    access: Mutex<HashMap<TicketId, u64>>,
}

#[derive(Debug, Default)]
struct Kept {
    last: u64,
    events: VecDeque<Event>,
}

/// What somebody who comes back gets first.
#[derive(Debug)]
pub enum Missed {
    Events(Vec<Event>),
    /// More was missed than is kept.
    TooMuch,
}

impl Hub {
    pub fn new(epoch: String) -> Self {
        Self { epoch, sender: broadcast::channel(KEPT).0, kept: Mutex::default(), access: Mutex::default() }
    }

    /// Tells the audience.
    pub fn publish(&self, news: News) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.last += 1;
        let event = Event {
            number: kept.last,
            provider: news.provider,
            audience: news.audience,
            topics: news.topics,
            ground: news.ground,
            visit: news.visit,
            ticket: news.ticket,
        };
        if kept.events.len() == KEPT {
            kept.events.pop_front();
        }
        kept.events.push_back(event.clone());
        // Nobody may be listening; that is no error.
        let _ = self.sender.send(event);
    }

    /// Whether what opens by a ticket differs from what was told of it before; `state` sums it up. Whoever asks tells.
    pub fn access_changed(&self, ticket: TicketId, state: &impl Hash) -> bool {
        let mut hasher = DefaultHasher::new();
        state.hash(&mut hasher);
        let mut told = self.access.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= TICKETS {
            told.clear();
        }
        told.insert(ticket, hasher.finish()) != Some(hasher.finish())
    }

    /// Starts to listen; `last_id` is what the browser sent as `Last-Event-ID`.
    pub fn listen(&self, last_id: Option<&str>) -> (Missed, broadcast::Receiver<Event>) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let receiver = self.sender.subscribe();
        let Some(last_id) = last_id else { return (Missed::Events(vec![]), receiver) };
        let seen = last_id.split_once('-').filter(|(epoch, _)| *epoch == self.epoch);
        let Some(seen) = seen.and_then(|(_, n)| n.parse::<u64>().ok()) else {
            return (Missed::TooMuch, receiver);
        };
        let oldest = kept.events.front().map_or(kept.last + 1, |e| e.number);
        if seen > kept.last || seen + 1 < oldest {
            return (Missed::TooMuch, receiver);
        }
        (Missed::Events(kept.events.iter().filter(|e| e.number > seen).cloned().collect()), receiver)
    }

    /// The id the browser sends back when it reconnects.
    pub fn id(&self, number: u64) -> String {
        format!("{}-{number}", self.epoch)
    }

    /// The newest number.
    pub fn last(&self) -> u64 {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn news() -> News {
        News::new(ProviderId(uuid::Uuid::nil()), &[Audience::Leads], &[Topic::Door])
    }

    #[test]
    fn who_reconnects_hears_what_was_missed() {
        let hub = Hub::new("a".into());
        hub.publish(news());
        hub.publish(news());
        let (missed, _) = hub.listen(Some("a-1"));
        assert!(matches!(missed, Missed::Events(events) if events.len() == 1 && events[0].number == 2));
    }

    #[test]
    fn who_missed_too_much_or_comes_from_another_run_fetches_everything() {
        let hub = Hub::new("a".into());
        for _ in 0..=KEPT {
            hub.publish(news());
        }
        assert!(matches!(hub.listen(Some("a-0")).0, Missed::TooMuch));
        assert!(matches!(hub.listen(Some("b-1000")).0, Missed::TooMuch));
        assert!(matches!(hub.listen(Some("nonsense")).0, Missed::TooMuch));
        assert!(matches!(hub.listen(None).0, Missed::Events(events) if events.is_empty()));
    }
}
