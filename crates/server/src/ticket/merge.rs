//! Merging one ticket into another of the same customer's.

use super::{
    happened,
    life::checked,
    refused,
    settle::settle,
    take_over::end_takeovers,
    write::{note_silence, save},
};
use crate::{
    cx::{Problem, Shared, Step},
    people::{SignedIn, StaffActor, Who, must_serve},
};
use pforte_core::{
    access::EndedHow,
    entry::{Actor, Event},
    kernel::TicketId,
    ticket::{self as rules, ClosedHow, TicketAction},
};
use pforte_store::{
    sign_in::Person,
    ticket::{self, TicketRecord},
    watcher::{self, Watcher},
};
use serde_json::json;

/// Closes a ticket for good; it goes on in `into`. Its messages stay where they are. Both are nobody's, or
/// of whoever merges them (rule B11).
pub async fn merge(
    app: &Shared,
    who: StaffActor,
    id: TicketId,
    into: TicketId,
) -> Result<TicketRecord, Problem> {
    must_serve(&who.staff)?;
    let mut step = Step::new(app, who.staff.provider, Actor::Staff(who.staff.id));
    let (record, target) = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                let signed_in = SignedIn { sign_in: who.sign_in, who: Who::Staff(who.staff) };
                let (mut record, viewer) = checked(tx, &step, &signed_in, id, TicketAction::Merge).await?;
                let target = ticket::by_id(tx.conn(), step.provider, into).await?;
                let target =
                    target.ok_or_else(|| Problem::input([("into_id", "There is no such request.")]))?;
                note_silence(tx, &mut step, &mut record).await?;
                record.life = record.life.merge(&target.life, step.age, step.now).map_err(refused)?;
                // Whoever has the other one is alone to work in it, too (rule B11).
                rules::check(&target.life, TicketAction::Merge, viewer, step.age, step.now)
                    .map_err(refused)?;
                save(tx, &step, &record).await?;
                step.log(record.life.customer, Event::TicketMerged { ticket: id, into });
                // It never opens again: nobody's takeover of it is left to wake.
                end_takeovers(tx, &mut step, &record, None, EndedHow::Merged).await?;
                let how = ClosedHow::Merged.word();
                happened(tx, &step, &record, "ticket.closed", json!({ "how": how, "into": into })).await?;
                happened(tx, &step, &target, "ticket.merged", json!({ "ticket": id })).await?;
                // Who asked in the one hears what is written in the other.
                let asker = Person::Contact(record.life.contact);
                let known = record.life.contact == target.life.contact
                    || watcher::since(tx.conn(), step.provider, into, asker).await?.is_some();
                let watching = watcher::of_ticket(tx.conn(), step.provider, into).await?.len();
                // Who finds no place any more still reads the request, as one of their own.
                if !known && i64::try_from(watching).is_ok_and(|n| n < watcher::MANY) {
                    let watcher = Watcher { person: asker, since: step.now };
                    watcher::add(tx, step.provider, into, watcher).await?;
                }
                Ok::<_, Problem>(step.done((record, target))?)
            })
        })
        .await?;
    settle(app, &record).await;
    settle(app, &target).await;
    Ok(record)
}
