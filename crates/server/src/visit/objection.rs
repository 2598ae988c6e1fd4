//! "That was not agreed": a contact's word about a visit, which reaches the leads.
//!
//! It changes nothing about the visit itself: who wants it to end, ends it. The staff member concerned does
//! not read it here; the leads decide what becomes of it.

use axum::http::StatusCode;
use pforte_core::{
    entry::{Actor, Clean, Entry, Event},
    kernel::{AlarmId, VisitId},
};
use pforte_store::{
    Change, Conn,
    alarm::{self, Alarm},
    log,
    notice::{self, Notice},
    objection::{self, Objection},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    cx::{App, Audience, News, Problem, Timestamp, Topic},
    people::{ContactActor, SignedIn, Who},
    show::{Person, contact_name},
};

/// What may be written with it, in characters.
const SAID_CHARS: usize = 500;
/// The alarm, the notice and the event have one name.
pub const CODE: &str = "visit.objected";

/// One objection.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ObjectionView {
    pub visit_id: Uuid,
    pub ground_id: Uuid,
    pub at: Timestamp,
    pub by: Person,
    /// What was written with it, if anything; `null` also once the log entry is no longer readable.
    pub said: Option<String>,
}

/// Loads what is shown of an objection.
pub async fn view(conn: &mut Conn, objection: &Objection) -> Result<ObjectionView, Problem> {
    let entry = log::by_id(conn, objection.provider, objection.entry).await?;
    let said = match entry.map(|entry| entry.event) {
        Some(Event::VisitObjected { said, .. }) => said.map(|said| said.to_string()),
        _ => None,
    };
    let name = contact_name(conn, objection.provider, objection.contact).await?;
    Ok(ObjectionView {
        visit_id: objection.visit.0,
        ground_id: objection.ground.0,
        at: objection.at.into(),
        by: Person { id: objection.contact.0, name },
        said,
    })
}

/// One line of what was written; nothing is none.
fn tidy(said: Option<&str>) -> Result<Option<Clean>, Problem> {
    let line = said.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > SAID_CHARS {
        return Err(Problem::input([("said", "Use at most 500 characters.")]));
    }
    Ok((!line.is_empty()).then(|| Clean::new(&line, Clean::TEXT_MAX)))
}

/// Objects to a visit, once: entry, alarm and notice together.
pub async fn object(
    app: &App,
    who: ContactActor,
    visit: VisitId,
    said: Option<&str>,
) -> Result<ObjectionView, Problem> {
    let said = tidy(said)?;
    let (contact, provider) = (who.contact.clone(), who.contact.provider);
    let signed_in = SignedIn { sign_in: who.sign_in, who: Who::Contact(who.contact) };
    let visit = super::find(app, &signed_in, visit).await?;
    let now = app.sources.now();
    let log = |event| Entry {
        customer: Some(contact.customer),
        ..app.entry(now, provider, Actor::Contact(contact.id), event)
    };
    let alarm_id: AlarmId = app.sources.id(now);
    let alarm = Alarm {
        id: alarm_id,
        provider,
        code: CODE.into(),
        at: now,
        staff: Some(visit.staff),
        customer: Some(visit.customer),
        acknowledged_at: None,
        acknowledged_by: None,
    };
    let objected = log(Event::VisitObjected { visit: visit.id, contact: contact.id, said });
    let raised =
        log(Event::AlarmRaised { alarm: alarm_id, code: Clean::name(CODE), staff: Some(visit.staff) });
    let made = Objection {
        provider,
        visit: visit.id,
        ground: visit.ground,
        contact: contact.id,
        alarm: alarm_id,
        entry: objected.id,
        at: now,
    };
    let (notice_id, notice) = (app.sources.id(now), Notice { code: CODE.into(), at: now });
    let made = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                alarm::insert(tx, &alarm).await?;
                if !objection::insert(tx, &made).await? {
                    return Err(already());
                }
                notice::insert(tx, notice_id, provider, visit.customer, &notice).await?;
                Ok(Change::logged(made, objected).and(raised))
            })
        })
        .await?;
    let audience = [Audience::Customer(contact.customer), Audience::Leads];
    let mut news = News::new(provider, &audience, &[Topic::Alarms, Topic::Door, Topic::Grounds]);
    news.ground = Some(made.ground);
    app.hub.publish(news);
    view(&mut *app.read().await?, &made).await
}

fn already() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "visit.objected_already",
        "Already told",
        "The leads have been told of this visit.",
    )
}
