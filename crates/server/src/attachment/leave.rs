//! Leave to see an original (control 48): asked for by one who serves, given by another, over by itself
//! after an hour.
//!
//! The reason stands in the entry alone (rule T22); entry and leave have the same id, so that whoever
//! decides can read it.

use axum::http::StatusCode;
use pforte_core::{
    entry::{Actor, Clean, Entry, Event},
    kernel::{AttachmentId, CustomerId, EntryId, LeaveId, Moment, Span, TicketId},
};
use pforte_store::{
    Change, Tx,
    attachment::{self, AttachmentRecord, LeaveRecord},
};

use super::sight::{self, Sight};
use crate::{
    cx::{App, Audience, News, Problem, Topic, without_secrets},
    people::{SignedIn, StaffActor, Who, must_serve},
};

/// How long an original may be seen.
const OPEN: Span = Span::minutes(60);
/// How long a question waits; silence is refusal (rule X6).
const WAITS: Span = Span::hours(24);

/// What has become of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Asked,
    Given,
    Refused,
    Ended,
}

impl State {
    /// As the API says it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Given => "given",
            Self::Refused => "refused",
            Self::Ended => "ended",
        }
    }
}

/// What a leave is at an instant.
pub fn state(leave: &LeaveRecord, now: Moment) -> State {
    match (leave.refused_at, leave.ends_at) {
        (Some(_), _) => State::Refused,
        (None, Some(end)) if now < end => State::Given,
        (None, None) if now < leave.asked_at + WAITS => State::Asked,
        _ => State::Ended,
    }
}

fn none() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "leave.none",
        "There is nothing to decide",
        "Nobody waits for leave to see this file's original.",
    )
}

fn pending() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "leave.pending",
        "Somebody has asked already",
        "One at a time: wait until theirs is over.",
    )
}

fn own() -> Problem {
    Problem::forbidden("leave.own", "Somebody else has to decide about what you asked for.")
}

/// A file with live secrets that this staff member may know of, and whose it is.
async fn secret(app: &App, who: &StaffActor, id: AttachmentId) -> Result<(AttachmentRecord, Sight), Problem> {
    must_serve(&who.staff)?;
    let seen = SignedIn { sign_in: who.sign_in.clone(), who: Who::Staff(who.staff.clone()) };
    let (file, sight) = sight::of(&mut *app.read().await?, &seen, id).await?;
    if file.redacted.is_none() {
        let detail = "This file holds no secrets that we know of; open it as it is.";
        return Err(Problem::new(StatusCode::CONFLICT, "leave.needless", "No leave is needed", detail));
    }
    Ok((file, sight))
}

fn entry(app: &App, who: &StaffActor, (id, customer): (EntryId, Option<CustomerId>), event: Event) -> Entry {
    let now = app.sources.now();
    Entry { id, customer, ..app.entry(now, who.staff.provider, Actor::Staff(who.staff.id), event) }
}

/// Asks for leave, with a reason. Asking again while one's own question waits changes nothing.
pub async fn ask(
    app: &App,
    who: &StaffActor,
    id: AttachmentId,
    why: &str,
) -> Result<AttachmentRecord, Problem> {
    let why = reason(why)?;
    let (file, sight) = secret(app, who, id).await?;
    let (now, provider) = (app.sources.now(), who.staff.provider);
    let leave = LeaveRecord {
        id: app.sources.id::<LeaveId>(now),
        provider,
        attachment: id,
        asked_by: who.staff.id,
        asked_at: now,
        given_by: None,
        given_at: None,
        ends_at: None,
        refused_at: None,
    };
    let event = Event::OriginalAsked { attachment: id, leave: leave.id, why };
    let entry = entry(app, who, (EntryId(leave.id.0), sight.customer), event);
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                let before = attachment::leave(tx.conn(), provider, id).await?;
                if before.is_some_and(|b| matches!(state(&b, now), State::Asked | State::Given)) {
                    return Err(pending());
                }
                attachment::ask_leave(tx, &leave).await?;
                Ok(Change::logged((), entry))
            })
        })
        .await?;
    tell(app, who, sight.ticket);
    Ok(file)
}

/// Takes a reason of 3 to 500 characters.
fn reason(why: &str) -> Result<Clean, Problem> {
    let line = why.split_whitespace().collect::<Vec<_>>().join(" ");
    let long = line.chars().count();
    if !(3..=500).contains(&long) || !line.chars().any(char::is_alphanumeric) {
        return Err(Problem::input([("why", "Say in 3 to 500 characters what you need it for.")]));
    }
    // Encoding lengthens; what was short enough is never cut.
    Ok(Clean::new(&without_secrets(&line), 500 * 12))
}

/// The leave that waits or is open, read inside the transaction.
async fn running(
    tx: &mut Tx,
    who: &StaffActor,
    id: AttachmentId,
    now: Moment,
) -> Result<(LeaveRecord, State), Problem> {
    let leave = attachment::leave(tx.conn(), who.staff.provider, id).await?.ok_or_else(none)?;
    let state = state(&leave, now);
    match state {
        State::Asked | State::Given => Ok((leave, state)),
        State::Refused | State::Ended => Err(none()),
    }
}

/// Gives leave: never to oneself.
pub async fn give(app: &App, who: &StaffActor, id: AttachmentId) -> Result<AttachmentRecord, Problem> {
    let (file, sight) = secret(app, who, id).await?;
    let (now, giver) = (app.sources.now(), who.clone());
    let ends_at = now + OPEN;
    let frame = entry(app, who, (app.sources.id(now), sight.customer), Event::Activated {});
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                let (mut leave, state) = running(tx, &giver, id, now).await?;
                if leave.asked_by == giver.staff.id {
                    return Err(own());
                }
                if state != State::Asked {
                    return Err(none());
                }
                leave.given_by = Some(giver.staff.id);
                leave.given_at = Some(now);
                leave.ends_at = Some(ends_at);
                attachment::answer_leave(tx, &leave).await?;
                let event = Event::OriginalGiven { attachment: id, leave: leave.id, ends_at };
                Ok(Change::logged((), Entry { event, ..frame }))
            })
        })
        .await?;
    tell(app, who, sight.ticket);
    Ok(file)
}

/// Refuses, or takes back what was given: it is over at once. Whoever asked may withdraw, too.
pub async fn refuse(app: &App, who: &StaffActor, id: AttachmentId) -> Result<AttachmentRecord, Problem> {
    let (file, sight) = secret(app, who, id).await?;
    let (now, by) = (app.sources.now(), who.clone());
    let frame = entry(app, who, (app.sources.id(now), sight.customer), Event::Activated {});
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                let (mut leave, _) = running(tx, &by, id, now).await?;
                leave.refused_at = Some(now);
                attachment::answer_leave(tx, &leave).await?;
                let event = Event::OriginalRefused { attachment: id, leave: leave.id };
                Ok::<_, Problem>(Change::logged((), Entry { event, ..frame }))
            })
        })
        .await?;
    tell(app, who, sight.ticket);
    Ok(file)
}

/// Tells both of them; each page fetches what it may see.
fn tell(app: &App, who: &StaffActor, ticket: Option<TicketId>) {
    let mut news = News::new(who.staff.provider, &[Audience::Desk], &[Topic::Ticket]);
    news.ticket = ticket;
    app.hub.publish(news);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leave() -> LeaveRecord {
        let id = uuid::Uuid::nil();
        LeaveRecord {
            id: id.into(),
            provider: id.into(),
            attachment: id.into(),
            asked_by: id.into(),
            asked_at: Moment(0),
            given_by: None,
            given_at: None,
            ends_at: None,
            refused_at: None,
        }
    }

    /// Control 48: nothing is open that nobody gave, nor longer than it was given for.
    #[test]
    fn control_48_a_leave_is_open_between_given_and_its_end_alone() {
        let minutes = |n: i64| Moment(0) + Span::minutes(n);
        assert_eq!(state(&leave(), minutes(23 * 60)), State::Asked);
        assert_eq!(state(&leave(), minutes(24 * 60)), State::Ended);
        let given = LeaveRecord { ends_at: Some(minutes(70)), ..leave() };
        assert_eq!(state(&given, minutes(69)), State::Given);
        assert_eq!(state(&given, minutes(70)), State::Ended);
        let refused = LeaveRecord { refused_at: Some(minutes(11)), ..given };
        assert_eq!(state(&refused, minutes(12)), State::Refused);
    }

    #[test]
    fn a_reason_says_something() {
        for empty in ["", "  ", "..", "...", "a", &"x".repeat(501)] {
            assert!(reason(empty).is_err(), "{empty}");
        }
        assert_eq!(reason(" the\nlog ").map(|r| r.as_str().to_owned()).ok(), Some("the log".into()));
    }
}
