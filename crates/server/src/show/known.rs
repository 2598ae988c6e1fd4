//! What a person may know of the matter that a ground was opened for.

use pforte_store::{
    Conn, StoreError,
    ground::GroundRecord,
    ticket::{self, TicketRecord},
};

use super::TicketRef;
use crate::{
    cx::Problem,
    people::{
        SignedIn,
        sees::{Stand, look, stand},
    },
};

/// What a person may know of the matter that a ground was opened for. Every view that names a ticket, or what
/// was said in it, asks here.
#[derive(Clone, Debug)]
pub struct Known {
    /// The ticket, if they may see it.
    pub ticket: Option<TicketRef>,
    /// Whether they may read reason and record of the call, too: the matter is theirs to read from then on.
    pub matter: bool,
}

impl Known {
    /// Of a ground: by its ticket; without one, by whose call it was.
    pub async fn of(conn: &mut Conn, who: &SignedIn, ground: &GroundRecord) -> Result<Self, Problem> {
        let Some(id) = ground.terms.ticket() else {
            let matter = matches!(stand(who, ground.customer, ground.terms.contact()), Stand::Sees(_));
            return Ok(Self { ticket: None, matter });
        };
        let seen = match ticket::by_id(conn, who.sign_in.provider, id).await? {
            Some(record) => look(conn, who, record).await?,
            None => None,
        };
        let matter = seen.as_ref().is_some_and(|s| s.since.is_none_or(|since| since <= ground.opened_at));
        Ok(Self { ticket: seen.map(|seen| TicketRef::new(&seen.record)), matter })
    }
}

/// The tickets among these that this person may see, as they are named elsewhere.
pub async fn references(
    conn: &mut Conn,
    who: &SignedIn,
    records: impl IntoIterator<Item = TicketRecord>,
) -> Result<Vec<TicketRef>, StoreError> {
    let mut named = vec![];
    for record in records {
        named.extend(look(conn, who, record).await?.map(|seen| TicketRef::new(&seen.record)));
    }
    Ok(named)
}
