//! Leave to see an original (control 48): asked for by one who serves, given by another, over by itself
//! after an hour.
//!
//! The reason stands in the entry alone (rule T22); entry and leave have the same id, so that whoever
//! decides can read it.

use axum::http::StatusCode;
use pforte_core::{
    entry::{Clean, Event},
    kernel::{AttachmentId, EntryId, LeaveId, Moment, Span, TicketId},
};
use pforte_store::attachment::{self, AttachmentRecord, LeaveRecord};

use super::sight::{self, Sight};
use crate::{
    cx::{App, Audience, Cx, News, Problem, Shared, Topic, without_secrets},
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

/// Asks for leave, with a reason. Entry and leave have one id.
pub async fn ask(
    app: &Shared,
    who: &StaffActor,
    id: AttachmentId,
    why: &str,
) -> Result<AttachmentRecord, Problem> {
    let why = reason(why)?;
    let (file, sight) = secret(app, who, id).await?;
    let (by, asked_by) = (who.by(), who.staff.id);
    app.change(by, move |mut cx| async move {
        let now = cx.now;
        let before = attachment::leave(cx.conn(), by.provider, id).await?;
        if before.is_some_and(|b| matches!(state(&b, now), State::Asked | State::Given)) {
            return Err(pending());
        }
        let leave = LeaveRecord {
            id: cx.id::<LeaveId>(),
            provider: by.provider,
            attachment: id,
            asked_by,
            asked_at: now,
            given_by: None,
            given_at: None,
            ends_at: None,
            refused_at: None,
        };
        attachment::ask_leave(cx.tx(), &leave).await?;
        let event = Event::OriginalAsked { attachment: id, leave: leave.id, why };
        cx.log_as(EntryId(leave.id.0), sight.customer, event);
        tell(&mut cx, sight.ticket);
        cx.changed(())
    })
    .await?;
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
async fn running(cx: &mut Cx, id: AttachmentId) -> Result<(LeaveRecord, State), Problem> {
    let provider = cx.by.provider;
    let leave = attachment::leave(cx.conn(), provider, id).await?.ok_or_else(none)?;
    let state = state(&leave, cx.now);
    match state {
        State::Asked | State::Given => Ok((leave, state)),
        State::Refused | State::Ended => Err(none()),
    }
}

/// Gives leave: never to oneself.
pub async fn give(app: &Shared, who: &StaffActor, id: AttachmentId) -> Result<AttachmentRecord, Problem> {
    let (file, sight) = secret(app, who, id).await?;
    let giver = who.staff.id;
    app.change(who.by(), move |mut cx| async move {
        let (mut leave, state) = running(&mut cx, id).await?;
        if leave.asked_by == giver {
            return Err(own());
        }
        if state != State::Asked {
            return Err(none());
        }
        let ends_at = cx.now + OPEN;
        leave.given_by = Some(giver);
        leave.given_at = Some(cx.now);
        leave.ends_at = Some(ends_at);
        attachment::answer_leave(cx.tx(), &leave).await?;
        cx.log(sight.customer, Event::OriginalGiven { attachment: id, leave: leave.id, ends_at });
        tell(&mut cx, sight.ticket);
        cx.changed(())
    })
    .await?;
    Ok(file)
}

/// Refuses, or takes back what was given: it is over at once. Whoever asked may withdraw, too.
pub async fn refuse(app: &Shared, who: &StaffActor, id: AttachmentId) -> Result<AttachmentRecord, Problem> {
    let (file, sight) = secret(app, who, id).await?;
    app.change(who.by(), move |mut cx| async move {
        let (mut leave, _) = running(&mut cx, id).await?;
        leave.refused_at = Some(cx.now);
        attachment::answer_leave(cx.tx(), &leave).await?;
        cx.log(sight.customer, Event::OriginalRefused { attachment: id, leave: leave.id });
        tell(&mut cx, sight.ticket);
        cx.changed::<_, Problem>(())
    })
    .await?;
    Ok(file)
}

/// Tells both of them; each page fetches what it may see.
fn tell(cx: &mut Cx, ticket: Option<TicketId>) {
    let mut news = News::new(cx.by.provider, &[Audience::Desk], &[Topic::Ticket]);
    news.ticket = ticket;
    cx.publish(news);
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
