//! Alarms: what the leads are told.

pub mod routes;

use pforte_core::{
    entry::{Actor, Event},
    kernel::AlarmId,
};
use pforte_store::{Change, alarm};

use crate::{
    cx::{App, Audience, News, Problem, Topic},
    people::{StaffActor, must_oversee},
};

/// Notes that somebody looks after an alarm.
pub async fn acknowledge(app: &App, who: &StaffActor, id: AlarmId) -> Result<(), Problem> {
    must_oversee(&who.staff)?;
    let (now, provider, by) = (app.sources.now(), who.staff.provider, who.staff.id);
    let entry = app.entry(now, provider, Actor::Staff(by), Event::AlarmAcknowledged { alarm: id });
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                if !alarm::acknowledge(tx, provider, id, by, now).await? {
                    return Err(Problem::not_found());
                }
                Ok(Change::logged((), entry))
            })
        })
        .await?;
    app.hub.publish(News::new(provider, &[Audience::Leads], &[Topic::Alarms]));
    Ok(())
}
