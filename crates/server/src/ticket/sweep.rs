//! What time does to tickets, told and written down: reminders, closing by silence, escalations, locks.
//!
//! Access never depends on it: the decision computes every clock afresh. Here people are told, once each,
//! and what has shut by itself leaves the queue. Everything goes in batches, with a bound.

use std::{sync::Arc, time::Duration};

use super::{
    happened,
    life::tell_readers,
    settle::settle,
    write::{note_silence, save},
};
use crate::{
    cx::{App, Audience, News, Problem, Shared, Step, Topic},
    mail::{self, TicketNews},
};
use pforte_core::{
    access::EndedHow,
    entry::{Actor, Clean, Event},
    kernel::{AlarmId, ProviderId, TicketId},
    ticket::{Due, TICKET_ANSWER, TICKET_LOCK, TICKET_NOTICE, TicketState},
};
use pforte_store::{
    Change, Ending, StoreError, Tx,
    alarm::{self, Alarm},
    ground, outbox, provider, staff,
    ticket::{self, Clock, TicketRecord},
};
use serde_json::Value;
use tokio::time::{MissedTickBehavior, interval};

const EVERY: Duration = Duration::from_secs(60);
/// Tickets of one clock in one go, and goes in one sweep.
const BATCH: i64 = 100;
const GOES: usize = 10;

/// Sweeps for as long as it runs.
pub async fn sweep_always(app: Shared) {
    let mut tick = interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = sweep(&app).await {
            tracing::warn!(%error, "the clocks of tickets cannot be worked on");
        }
    }
}

/// Does what is due now; answers how many tickets were looked at.
pub async fn sweep(app: &Arc<App>) -> Result<usize, StoreError> {
    let providers = provider::all(&mut *app.read().await?).await?;
    let mut looked_at = 0;
    for provider in providers {
        // One provider's trouble is not the next one's.
        for clock in clocks(app, provider.id) {
            match sweep_clock(app, provider.id, clock).await {
                Ok(looked) => looked_at += looked,
                Err(error) => tracing::error!(%error, provider = %provider.id, ?clock, "not swept"),
            }
        }
        if let Err(error) = mail::forget_answered(app, provider.id).await {
            tracing::warn!(%error, provider = %provider.id, "what was answered is not forgotten");
        }
    }
    Ok(looked_at)
}

/// Every clock as of now. The old ones first: what is locked leaves the queue, and the others see no more of it.
fn clocks(app: &App, provider: ProviderId) -> [Clock; 4] {
    let (now, by) = (app.sources.now(), app.support(provider).ticket_age);
    [
        Clock::Old { by, until: now - TICKET_LOCK },
        Clock::Silent { since: now + TICKET_NOTICE - TICKET_ANSWER },
        Clock::TooLong { at: now },
        Clock::Untold { by, until: now + TICKET_NOTICE - TICKET_LOCK },
    ]
}

async fn sweep_clock(app: &Shared, provider: ProviderId, clock: Clock) -> Result<usize, StoreError> {
    let (mut looked_at, mut after) = (0, None);
    for _ in 0..GOES {
        let found = ticket::due(&mut *app.read().await?, provider, clock, after, BATCH).await?;
        for due in &found {
            // One ticket's trouble is not the next one's; only where nothing can be written nothing goes on.
            if let Err(error) = sweep_one(app, provider, due.ticket, clock).await {
                if error.shuts_doors() {
                    return Err(error);
                }
                tracing::error!(%error, ticket = %due.ticket, "not swept; it is tried again");
            }
        }
        looked_at += found.len();
        after = found.last().copied();
        if i64::try_from(found.len()).is_ok_and(|n| n < BATCH) {
            break;
        }
    }
    Ok(looked_at)
}

/// Why nothing was written about a ticket.
enum Stop {
    /// Nothing is due.
    Nothing,
    Failed(Problem),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

async fn sweep_one(app: &Shared, provider: ProviderId, id: TicketId, clock: Clock) -> Result<(), StoreError> {
    let step = Step::new(app, provider, Actor::System);
    let done = app.writer.change(move |tx| Box::pin(do_due(tx, step, id)));
    match done.await {
        Ok((record, due)) => {
            settle(app, &record).await;
            if due.contains(&Due::Escalate) {
                app.hub.publish(News::new(provider, &[Audience::Leads], &[Topic::Alarms]));
            }
        }
        Err(Stop::Nothing) => {}
        Err(Stop::Failed(problem)) => {
            // Nobody was told, so it is not noted as told.
            tracing::error!(code = problem.code, ticket = %id, "not swept; it is tried again");
            return Ok(());
        }
    }
    put_away(app, provider, id, clock).await
}

/// What no longer belongs among those that are due is looked at no more.
async fn put_away(app: &Shared, provider: ProviderId, id: TicketId, clock: Clock) -> Result<(), StoreError> {
    let (now, age) = (app.sources.now(), app.support(provider).ticket_age);
    let due = match clock {
        Clock::Old { .. } => None,
        Clock::Silent { .. } => Some(Due::RemindClose),
        Clock::TooLong { .. } => Some(Due::Escalate),
        Clock::Untold { .. } => Some(Due::RemindLock),
    };
    app.writer
        .upkeep(move |tx| {
            Box::pin(async move {
                let Some(record) = ticket::by_id(tx.conn(), provider, id).await? else { return Ok(()) };
                if record.life.state(age, now) == TicketState::Locked {
                    return ticket::shelve(tx, provider, id).await;
                }
                match due {
                    Some(due) => {
                        let life = record.life.clone().told(due, now);
                        ticket::update(tx, &TicketRecord { life, ..record }).await
                    }
                    None => Ok(()),
                }
            })
        })
        .await
}

async fn do_due(tx: &mut Tx, mut step: Step, id: TicketId) -> Result<Change<(TicketRecord, Vec<Due>)>, Stop> {
    let found = ticket::by_id(tx.conn(), step.provider, id).await?;
    let mut record = found.ok_or(Stop::Nothing)?;
    let due = record.life.due(step.age, step.now);
    for due in &due {
        match due {
            Due::RemindClose => {
                tell_readers(tx, &step, &record, TicketNews::ClosesSoon).await?;
                note(&mut step, &record, "reminded_close");
            }
            Due::RemindLock => {
                tell_readers(tx, &step, &record, TicketNews::LocksSoon).await?;
                tell_assignee(tx, &step, &record).await?;
                note(&mut step, &record, "reminded_lock");
            }
            Due::CloseBySilence => {
                note_silence(tx, &mut step, &mut record).await?;
                tell_readers(tx, &step, &record, TicketNews::Silence).await?;
            }
            Due::Escalate => escalate(tx, &mut step, &record).await?,
        }
        record.life = record.life.told(*due, step.now);
    }
    let locked = record.life.state(step.age, step.now) == TicketState::Locked;
    let ended = if locked { end_for_good(tx, &mut step, &record).await? } else { 0 };
    if due.is_empty() && ended == 0 {
        return Err(Stop::Nothing);
    }
    save(tx, &step, &record).await?;
    Ok(step.done((record, due))?)
}

fn note(step: &mut Step, record: &TicketRecord, field: &str) {
    let fields = vec![Clean::name(field)];
    step.log(record.life.customer, Event::TicketChanged { ticket: record.id(), fields });
}

/// It waits for staff too long: the leads are told (rule B14).
async fn escalate(tx: &mut Tx, step: &mut Step, record: &TicketRecord) -> Result<(), StoreError> {
    let alarm = Alarm {
        id: step.id::<AlarmId>(),
        provider: step.provider,
        code: "ticket.waiting".into(),
        at: step.now,
        staff: record.life.assigned_to,
        customer: Some(record.life.customer),
        acknowledged_at: None,
        acknowledged_by: None,
    };
    alarm::insert(tx, &alarm).await?;
    step.log(record.life.customer, Event::TicketEscalated { ticket: record.id() });
    let event = Event::AlarmRaised { alarm: alarm.id, code: Clean::name(&alarm.code), staff: alarm.staff };
    step.log(record.life.customer, event);
    happened(tx, step, record, "ticket.escalated", Value::Null).await.map(drop)
}

/// Both sides are told of a lock (rules B15, B16): here whoever has the ticket.
async fn tell_assignee(tx: &mut Tx, step: &Step, record: &TicketRecord) -> Result<(), StoreError> {
    let Some(id) = record.life.assigned_to else { return Ok(()) };
    let Some(member) = staff::by_id(tx.conn(), step.provider, id).await?.filter(|s| s.active) else {
        return Ok(());
    };
    outbox::put(tx, &mail::ticket_locks_soon(&step.app, record, &member, step.now)).await
}

/// Locking ends access for good (rules B15, B16): also by a policy that would count otherwise.
async fn end_for_good(tx: &mut Tx, step: &mut Step, record: &TicketRecord) -> Result<usize, StoreError> {
    let mut ended = 0;
    for held in ground::takeovers(tx.conn(), step.provider, record.id()).await? {
        let how = EndedHow::Locked;
        ground::end(tx, step.provider, held.id, Ending::of_itself(step.now, how)).await?;
        let event = Event::GroundEnded { ground: held.id, how, visits: 0, cut_millis: None };
        step.log(record.life.customer, event);
        ended += 1;
    }
    Ok(ended)
}
