//! Taking a ticket over, handing it on, giving it back (rules B10, B11).
//!
//! A takeover is a ground: one row for whoever has it. Nobody else's stays: handing on, giving back and
//! being taken over from end it in the same transaction.

use super::{
    happened,
    life::checked,
    refused,
    settle::{settle, shown_end},
    write::save,
};
use crate::{
    cx::{App, Problem, Shared, Step, there},
    door::staff_facts,
    people::{StaffActor, lacks, must_serve},
};
use pforte_core::{
    access::{EndedHow, Need, Terms},
    entry::{Clean, Event},
    kernel::{GroundId, StaffId, TicketId},
    ticket::TicketAction,
};
use pforte_store::{
    Conn, Ending, Tx,
    ground::{self, GroundRecord},
    notice::{self, Notice},
    staff::{self, Staff},
    ticket::TicketRecord,
};
use serde_json::{Value, json};

/// Takes a ticket over; from somebody else only when they are named.
pub async fn take_over(
    app: &Shared,
    who: StaffActor,
    id: TicketId,
    from: Option<StaffId>,
) -> Result<TicketRecord, Problem> {
    must_serve(&who.staff)?;
    if let Some(problem) = lacks(&who.staff) {
        return Err(problem);
    }
    let step = Step::new(app, who.staff.provider, pforte_core::entry::Actor::Staff(who.staff.id));
    let taken = app.writer.change(move |tx| Box::pin(take_over_in(tx, step, who, id, from)));
    let record: TicketRecord = taken.await?;
    settle(app, &record).await;
    Ok(record)
}

async fn take_over_in(
    tx: &mut Tx,
    mut step: Step,
    who: StaffActor,
    id: TicketId,
    from: Option<StaffId>,
) -> Result<pforte_store::Change<TicketRecord>, Problem> {
    let me = &who.staff;
    let (mut record, _) = checked(tx, &step, &who.signed_in(), id, TicketAction::TakeOver).await?;
    let had = record.life.assigned_to;
    record.life = record.life.take_over(me.id, from, step.age, step.now).map_err(refused)?;
    end_takeovers(tx, &mut step, &record, record.life.assigned_to, EndedHow::TakenOver).await?;
    let held = own(tx.conn(), &step.app, &record, me.id).await?;
    if held.is_none() {
        not_against_the_customer(tx.conn(), &step.app, &record).await?;
    }
    if had == Some(me.id) && held.is_some() && step.last_entry().is_none() {
        return Ok(step.nothing(record)?);
    }
    let ground: GroundId = held.as_ref().map_or_else(|| step.id(), |ground| ground.id);
    let event = Event::TicketTakenOver {
        ticket: id,
        ground,
        contact: record.life.contact,
        staff_name: Clean::name(&me.name()),
    };
    step.log(record.life.customer, event);
    if held.is_none() {
        open_ground(tx, &step, &record, me, ground).await?;
    }
    save(tx, &step, &record).await?;
    if had != Some(me.id) || held.is_none() {
        let data = had.filter(|had| *had != me.id).map_or(Value::Null, |had| json!({ "from": had }));
        happened(tx, &step, &record, "ticket.taken_over", data).await?;
    }
    Ok(step.done(record)?)
}

/// Why taking over would be refused to this staff member, whatever the ticket itself says: what they lack
/// (rule T21), or that the customer ended it. The code says what would allow it.
pub(super) async fn hindrance(
    conn: &mut Conn,
    app: &App,
    staff: &Staff,
    record: &TicketRecord,
) -> Result<Option<String>, Problem> {
    if let Some(lack) = staff_facts(staff).lacks().first() {
        return Ok(Some(Need::Staff(*lack).code().into()));
    }
    if own(conn, app, record, staff.id).await?.is_some() {
        return Ok(None);
    }
    let ended = not_against_the_customer(conn, app, record).await.err();
    Ok(ended.map(|problem| problem.code))
}

/// What the customer ended stays ended until they write again: taking over anew is no way round *End now*.
async fn not_against_the_customer(conn: &mut Conn, app: &App, record: &TicketRecord) -> Result<(), Problem> {
    let ended = ground::ended_by_customer(conn, record.provider, record.id()).await?;
    let all = ground::of_ticket(conn, record.provider, record.id()).await?;
    let unwritten = all.iter().any(|g| g.ended.is_none() && app.door.ground_shut(g.id));
    let spoke = record.life.customer_spoke_at;
    if !unwritten && ended.is_none_or(|ended| spoke.is_some_and(|spoke| spoke > ended)) {
        return Ok(());
    }
    Err(Problem::forbidden(
        Need::CustomerWord.code(),
        "The customer ended the access. It opens again once they write in the ticket.",
    ))
}

/// The ground by which this staff member has the ticket, if it was never ended.
async fn own(
    conn: &mut Conn,
    app: &App,
    record: &TicketRecord,
    me: StaffId,
) -> Result<Option<GroundRecord>, Problem> {
    let all = ground::takeovers(conn, record.provider, record.id()).await?;
    let mine = |g: &GroundRecord| g.terms.staff() == Some(me) && !app.door.ground_shut(g.id);
    Ok(all.into_iter().find(mine))
}

async fn open_ground(
    tx: &mut Tx,
    step: &Step,
    record: &TicketRecord,
    me: &Staff,
    id: GroundId,
) -> Result<(), Problem> {
    let new = GroundRecord {
        id,
        provider: step.provider,
        customer: record.life.customer,
        terms: Terms::Takeover { staff: me.id, contact: record.life.contact, ticket: record.id() },
        entry: there(step.last_entry(), "entry of a takeover")?,
        opened_at: step.now,
        ends_at: shown_end(step, record),
        ended: None,
    };
    ground::insert(tx, &new).await?;
    let notice = Notice { code: "ticket.taken_over".into(), at: step.now };
    Ok(notice::insert(tx, step.id(), step.provider, record.life.customer, &notice).await?)
}

/// Ends the takeovers of everybody but whoever has the ticket. Their visits end when the doors are
/// renewed, before the change is answered.
pub(super) async fn end_takeovers(
    tx: &mut Tx,
    step: &mut Step,
    record: &TicketRecord,
    has_it: Option<StaffId>,
    how: EndedHow,
) -> Result<(), Problem> {
    let ending = Ending { by: step.actor, ..Ending::of_itself(step.now, how) };
    for held in ground::takeovers(tx.conn(), step.provider, record.id()).await? {
        if has_it.is_some() && has_it == held.terms.staff() {
            continue;
        }
        ground::end(tx, step.provider, held.id, ending).await?;
        let event = Event::GroundEnded { ground: held.id, how, visits: 0, cut_millis: None };
        step.log(record.life.customer, event);
    }
    Ok(())
}

/// Gives it to a colleague, whose access opens only once they take it over (rule B10).
pub async fn hand_over(
    app: &Shared,
    who: StaffActor,
    id: TicketId,
    to: StaffId,
) -> Result<TicketRecord, Problem> {
    must_serve(&who.staff)?;
    let mut step = Step::new(app, who.staff.provider, pforte_core::entry::Actor::Staff(who.staff.id));
    let record = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                let colleague = staff::by_id(tx.conn(), step.provider, to).await?;
                let serves = colleague.is_some_and(|s| s.active && must_serve(&s).is_ok());
                if !serves {
                    return Err(Problem::input([("staff_id", "Name a colleague who serves.")]));
                }
                let (mut record, _) =
                    checked(tx, &step, &who.signed_in(), id, TicketAction::HandOver).await?;
                let handed = record.life.hand_over(who.staff.id, to, step.age, step.now);
                record.life = handed.map_err(refused)?;
                save(tx, &step, &record).await?;
                step.log(record.life.customer, Event::TicketHandedOver { ticket: id, to });
                end_takeovers(tx, &mut step, &record, record.life.assigned_to, EndedHow::HandedOver).await?;
                happened(tx, &step, &record, "ticket.handed_over", json!({ "to": to })).await?;
                Ok(step.done(record)?)
            })
        })
        .await?;
    settle(app, &record).await;
    Ok(record)
}

/// Gives it back to the queue.
pub async fn release(app: &Shared, who: StaffActor, id: TicketId) -> Result<TicketRecord, Problem> {
    must_serve(&who.staff)?;
    let mut step = Step::new(app, who.staff.provider, pforte_core::entry::Actor::Staff(who.staff.id));
    let record = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                let (mut record, _) = checked(tx, &step, &who.signed_in(), id, TicketAction::Release).await?;
                record.life = record.life.release(who.staff.id, step.age, step.now).map_err(refused)?;
                save(tx, &step, &record).await?;
                step.log(record.life.customer, Event::TicketReleased { ticket: id });
                end_takeovers(tx, &mut step, &record, record.life.assigned_to, EndedHow::Released).await?;
                happened(tx, &step, &record, "ticket.released", Value::Null).await?;
                Ok::<_, Problem>(step.done(record)?)
            })
        })
        .await?;
    settle(app, &record).await;
    Ok(record)
}
