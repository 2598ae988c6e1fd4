//! Everybody at a customer, as the rules of the list see them, and who is told of what.

use pforte_core::{
    contact::Listed,
    kernel::{ContactId, CustomerId, ProviderId},
};
use pforte_store::{
    Conn, StoreError,
    address::{self, Address},
    contact::{self, Contact},
    outbox::Message,
};

/// A customer's active contacts with their primary addresses.
#[derive(Clone, Debug)]
pub struct Circle {
    pub members: Vec<(Contact, Option<Address>)>,
}

impl Circle {
    /// Reads everybody, at most 200.
    pub async fn load(
        conn: &mut Conn,
        provider: ProviderId,
        customer: CustomerId,
    ) -> Result<Self, StoreError> {
        let mut primaries = address::primaries(conn, provider, customer).await?;
        let contacts = contact::of_customer(conn, provider, customer).await?;
        let own = |contact: &Contact, primaries: &mut Vec<Address>| {
            let index = primaries.iter().position(|address| address.contact == contact.id);
            index.map(|index| primaries.swap_remove(index))
        };
        let members = contacts.into_iter().map(|contact| {
            let address = own(&contact, &mut primaries);
            (contact, address)
        });
        Ok(Self { members: members.collect() })
    }

    /// As the rules see them.
    pub fn listed(&self) -> Vec<Listed> {
        let listed = |(contact, address): &(Contact, Option<Address>)| {
            let flagged = |flag: fn(&Address) -> bool| address.as_ref().is_some_and(flag);
            Listed {
                id: contact.id,
                role: contact.role,
                rights: contact.rights,
                // Who never set a password cannot agree to anything yet.
                active: contact.active && contact.password_hash.is_some(),
                unreachable: flagged(|a| a.unreachable_at.is_some()),
                shared: flagged(|a| a.shared_at.is_some()),
                list: flagged(|a| a.list_at.is_some()),
            }
        };
        self.members.iter().map(listed).collect()
    }

    /// One of them.
    pub fn contact(&self, id: ContactId) -> Option<&Contact> {
        self.members.iter().map(|(contact, _)| contact).find(|contact| contact.id == id)
    }

    /// Mails to those whom `to` picks.
    pub fn mails(
        &self,
        to: impl Fn(&Contact) -> bool,
        write: impl Fn(&Contact, &str) -> Message,
    ) -> Vec<Message> {
        let reached = self.members.iter().filter(|(contact, _)| to(contact));
        reached.filter_map(|(contact, address)| Some(write(contact, &address.as_ref()?.address))).collect()
    }
}

/// Changes are told to all who have a right, and to whom they are about (rule P2).
pub fn concerned(contact: &Contact, about: Option<ContactId>) -> bool {
    contact.rights.support || contact.rights.instruction || Some(contact.id) == about
}
