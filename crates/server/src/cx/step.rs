//! One step in tickets: what is drawn on inside the writer's transaction, and the entries it leaves.

use pforte_core::{
    access::TicketAge,
    entry::{Actor, Entry, Event},
    kernel::{CustomerId, Moment, ProviderId},
};
use pforte_store::{Change, StoreError, message::Author};
use uuid::Uuid;

use crate::cx::Shared;

/// A step that somebody takes now. It goes into the transaction and comes out as a [`Change`].
pub struct Step {
    pub app: Shared,
    pub provider: ProviderId,
    pub actor: Actor,
    pub now: Moment,
    /// From when a ticket's age counts at this provider (rule B15).
    pub age: TicketAge,
    entries: Vec<Entry>,
}

impl Step {
    pub fn new(app: &Shared, provider: ProviderId, actor: Actor) -> Self {
        Self {
            provider,
            actor,
            now: app.sources.now(),
            age: app.support(provider).ticket_age,
            entries: vec![],
            app: app.clone(),
        }
    }

    pub fn id<T: From<Uuid>>(&self) -> T {
        self.app.sources.id(self.now)
    }

    /// Who it is, as the author of a line in a ticket.
    pub const fn author(&self) -> Author {
        match self.actor {
            Actor::Staff(id) => Author::Staff(id),
            Actor::Contact(id) => Author::Contact(id),
            Actor::System => Author::System,
        }
    }

    /// Writes an entry about a customer, committed with everything else.
    pub fn log(&mut self, customer: CustomerId, event: Event) {
        let entry = self.app.entry(self.now, self.provider, self.actor, event);
        self.entries.push(Entry { customer: Some(customer), ..entry });
    }

    /// Writes an entry that concerns a customer only if one is known.
    pub fn note(&mut self, customer: Option<CustomerId>, event: Event) {
        let entry = self.app.entry(self.now, self.provider, self.actor, event);
        self.entries.push(Entry { customer, ..entry });
    }

    /// The id of the entry that was written last.
    pub fn last_entry(&self) -> Option<pforte_core::kernel::EntryId> {
        self.entries.last().map(|entry| entry.id)
    }

    /// Nothing had to be changed: whatever was tried is undone. A step that left an entry did change something.
    pub fn nothing<T>(self, answer: T) -> Result<Change<T>, StoreError> {
        if self.entries.is_empty() {
            return Ok(Change::nothing(answer));
        }
        Err(StoreError::Inconsistent("an entry of what changed nothing".into()))
    }

    /// The change, with its entries. A step that left none changed nothing that may be committed.
    pub fn done<T>(self, answer: T) -> Result<Change<T>, StoreError> {
        let mut entries = self.entries.into_iter();
        let first = entries.next();
        let first = first.ok_or_else(|| StoreError::Inconsistent("a change without an entry".into()))?;
        Ok(Change::logged(answer, first).and_all(entries))
    }
}
