//! The addresses of tickets.

use super::{
    Asked,
    answer::{Answer, answer},
    change::{NewWatcher, TicketChange},
    list::{TicketCounts, TicketPage, TicketQuery},
    message_view::{MessageView, message_view},
    open::OpenAsk,
    view::{TicketView, ticket_view as view_of},
};
use crate::{
    cx::{Problem, Shared},
    people::{SignedIn, StaffActor, Who, must_serve, sees},
    show::TicketRef,
};
use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use pforte_core::{
    kernel::{AttachmentId, MessageId, TicketId},
    ticket::{MessageKind, Priority, SUBJECT_CHARS, TEXT_CHARS, TicketChannel, Viewer},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Text without what no page shows and no database keeps; `None` when nothing is left.
fn tidy(text: &str) -> Option<String> {
    let lines = text.replace("\r\n", "\n");
    let kept: String = lines.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let kept = kept.trim();
    (!kept.is_empty()).then(|| kept.to_owned())
}

pub(super) fn text(field: &'static str, given: &str) -> Result<Option<String>, Problem> {
    if given.chars().nth(TEXT_CHARS).is_some() {
        return Err(Problem::input([(field, "Use at most 100,000 characters.")]));
    }
    Ok(tidy(given))
}

fn optional(field: &'static str, given: Option<String>) -> Result<Option<String>, Problem> {
    Ok(given.map(|given| text(field, &given)).transpose()?.flatten())
}

fn subject(given: &str) -> Result<String, Problem> {
    let line = tidy(given).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let fine = line.filter(|line| line.chars().count() <= SUBJECT_CHARS);
    fine.ok_or_else(|| Problem::input([("subject", "Use 1 to 200 characters.")]))
}

/// The ticket as this person sees it now.
pub(super) async fn shown(
    app: &Shared,
    who: &SignedIn,
    id: TicketId,
    before: Option<MessageId>,
) -> Result<Json<TicketView>, Problem> {
    let mut conn = app.read().await?;
    let seen = sees::see(&mut conn, who, id).await?;
    Ok(Json(view_of(app, &mut conn, who, &seen, before).await?))
}

pub(super) fn as_signed_in(who: &StaffActor) -> SignedIn {
    SignedIn { sign_in: who.sign_in.clone(), who: Who::Staff(who.staff.clone()) }
}

/// Tickets
///
/// Contacts see their customer's: owner, admins and authorised contacts all of them, others those they
/// asked or watch. Staff see the provider's, guests what they were invited to.
#[utoipa::path(get, path = "/tickets", tag = "tickets", params(TicketQuery), responses(
    (status = 200, body = TicketPage), (status = 422, body = Problem)))]
pub async fn list(
    State(app): State<Shared>,
    who: SignedIn,
    Query(query): Query<TicketQuery>,
) -> Result<Json<TicketPage>, Problem> {
    Ok(Json(super::list::list(&app, &who, query).await?))
}

/// How many tickets there are
#[utoipa::path(get, path = "/tickets/counts", tag = "tickets", responses(
    (status = 200, body = TicketCounts), (status = 403, body = Problem)))]
pub async fn counts(State(app): State<Shared>, who: StaffActor) -> Result<Json<TicketCounts>, Problem> {
    must_serve(&who.staff)?;
    Ok(Json(super::list::counts(&app, &who).await?))
}

/// A new request (rule P1).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketBody {
    subject: String,
    /// What was done.
    done: Option<String>,
    /// What was expected.
    expected: Option<String>,
    /// What happened; contacts have to say it.
    happened: Option<String>,
    /// Who or what is affected.
    affected: Option<String>,
    text: Option<String>,
    #[serde(default)]
    attachments: Vec<Uuid>,
    /// `low`, `normal`, `high` or `urgent`.
    #[schema(value_type = Option<String>)]
    priority: Option<Priority>,
    /// Staff: who asks.
    contact_id: Option<Uuid>,
    /// Staff: `phone`, `voice`, `chat` or `portal`.
    #[schema(value_type = Option<String>)]
    channel: Option<TicketChannel>,
    /// Staff: the call it comes from.
    call_id: Option<Uuid>,
}

/// Open a ticket
///
/// Contacts open their own. What staff type in opens no product until the contact confirms it.
#[utoipa::path(post, path = "/tickets", tag = "tickets", request_body = TicketBody, responses(
    (status = 200, body = TicketView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn open(
    State(app): State<Shared>,
    who: SignedIn,
    Json(body): Json<TicketBody>,
) -> Result<Json<TicketView>, Problem> {
    let contact = matches!(who.who, Who::Contact(_));
    if let Who::Staff(staff) = &who.who {
        must_serve(staff)?;
    }
    let asked = Asked {
        done: optional("done", body.done)?,
        expected: optional("expected", body.expected)?,
        happened: optional("happened", body.happened)?,
        affected: optional("affected", body.affected)?,
    };
    let text = optional("text", body.text)?;
    if contact && asked.happened.is_none() {
        return Err(Problem::input([("happened", "Say what happened.")]));
    }
    if !contact && asked.happened.is_none() && text.is_none() {
        return Err(Problem::input([("text", "Write down what the customer said.")]));
    }
    let channel = match body.channel {
        _ if contact => TicketChannel::Portal,
        Some(TicketChannel::Mail) => return Err(Problem::input([("channel", "Mail opens its own.")])),
        channel => channel.unwrap_or(TicketChannel::Portal),
    };
    let ask = OpenAsk {
        contact: body.contact_id.map(Into::into),
        channel,
        subject: subject(&body.subject)?,
        asked,
        text,
        attachments: body.attachments.into_iter().map(AttachmentId).collect(),
        priority: body.priority.unwrap_or(Priority::Normal),
        call: body.call_id.map(Into::into).filter(|_| !contact),
    };
    let record = super::open::open(&app, who.clone(), ask).await?;
    shown(&app, &who, record.id(), None).await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BeforeQuery {
    /// A message: those before it are shown.
    before: Option<Uuid>,
}

/// One ticket
#[utoipa::path(get, path = "/tickets/{id}", tag = "tickets", params(("id" = Uuid, Path), BeforeQuery),
    responses((status = 200, body = TicketView), (status = 404, body = Problem)))]
pub async fn one(
    State(app): State<Shared>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    Query(query): Query<BeforeQuery>,
) -> Result<Json<TicketView>, Problem> {
    shown(&app, &who, id.into(), query.before.map(Into::into)).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageBody {
    text: String,
    /// `message`; staff also `note`.
    #[schema(value_type = String)]
    kind: MessageKind,
    #[serde(default)]
    attachments: Vec<Uuid>,
    /// Whether to close the ticket with it.
    #[serde(default)]
    close: bool,
}

/// What became of a message.
#[derive(Serialize, ToSchema)]
pub struct Written {
    message: Option<MessageView>,
    /// Where it stands.
    ticket: TicketRef,
    /// The ticket was locked: this is one that goes on from it.
    follow_up: bool,
}

/// Write in a ticket
///
/// A contact's message opens a closed ticket again, and to a locked one opens a follow-up.
#[utoipa::path(post, path = "/tickets/{id}/messages", tag = "tickets", params(("id" = Uuid, Path)), request_body = MessageBody,
    responses((status = 200, body = Written), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 422, body = Problem), (status = 423, body = Problem)))]
pub async fn write(
    State(app): State<Shared>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    Json(body): Json<MessageBody>,
) -> Result<Json<Written>, Problem> {
    let seen = sees::see(&mut *app.read().await?, &who, id.into()).await?;
    let notes = matches!(seen.viewer, Viewer::Serving(_));
    if body.kind == MessageKind::Event || (body.kind == MessageKind::Note && !notes) {
        return Err(Problem::input([("kind", "Use `message`.")]));
    }
    let text = text("text", &body.text)?;
    if text.is_none() && body.attachments.is_empty() {
        return Err(Problem::input([("text", "Write something.")]));
    }
    let written = Answer {
        text: text.unwrap_or_default(),
        kind: body.kind,
        attachments: body.attachments.into_iter().map(AttachmentId).collect(),
        close: body.close && body.kind == MessageKind::Message,
    };
    let answered = answer(&app, who, id.into(), written).await?;
    let message = message_view(&app, &mut *app.read().await?, answered.message, notes).await?;
    Ok(Json(Written {
        message: Some(message),
        ticket: TicketRef::new(&answered.ticket),
        follow_up: answered.follow_up,
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeOverBody {
    /// From whom, when somebody else has it.
    from_staff_id: Option<Uuid>,
}

/// Take a ticket over
///
/// Opens the requester's products to me, once the customer stands behind the ticket.
#[utoipa::path(post, path = "/tickets/{id}/take-over", tag = "tickets", params(("id" = Uuid, Path)), request_body = TakeOverBody,
    responses((status = 200, body = TicketView), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 423, body = Problem)))]
pub async fn take_over(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
    Json(body): Json<TakeOverBody>,
) -> Result<Json<TicketView>, Problem> {
    let me = as_signed_in(&who);
    super::take_over::take_over(&app, who, id.into(), body.from_staff_id.map(Into::into)).await?;
    shown(&app, &me, id.into(), None).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOverBody {
    staff_id: Uuid,
}

/// Hand a ticket over to a colleague
///
/// Their access opens only once they take it over.
#[utoipa::path(post, path = "/tickets/{id}/hand-over", tag = "tickets", params(("id" = Uuid, Path)), request_body = HandOverBody,
    responses((status = 200, body = TicketView), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 422, body = Problem), (status = 423, body = Problem)))]
pub async fn hand_over(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
    Json(body): Json<HandOverBody>,
) -> Result<Json<TicketView>, Problem> {
    let me = as_signed_in(&who);
    super::take_over::hand_over(&app, who, id.into(), body.staff_id.into()).await?;
    shown(&app, &me, id.into(), None).await
}

/// Give a ticket back to the queue
#[utoipa::path(post, path = "/tickets/{id}/release", tag = "tickets", params(("id" = Uuid, Path)), responses(
    (status = 200, body = TicketView), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 423, body = Problem)))]
pub async fn release(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
) -> Result<Json<TicketView>, Problem> {
    let me = as_signed_in(&who);
    super::take_over::release(&app, who, id.into()).await?;
    shown(&app, &me, id.into(), None).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeBody {
    subject: Option<String>,
    /// `low`, `normal`, `high` or `urgent`.
    #[schema(value_type = Option<String>)]
    priority: Option<Priority>,
    tags: Option<Vec<String>>,
}

/// Change subject, priority or tags
#[utoipa::path(patch, path = "/tickets/{id}", tag = "tickets", params(("id" = Uuid, Path)), request_body = ChangeBody,
    responses((status = 200, body = TicketView), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 422, body = Problem), (status = 423, body = Problem)))]
pub async fn change(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
    Json(body): Json<ChangeBody>,
) -> Result<Json<TicketView>, Problem> {
    let me = as_signed_in(&who);
    let change = TicketChange {
        subject: body.subject.as_deref().map(subject).transpose()?,
        priority: body.priority,
        tags: body.tags,
    };
    super::change::change(&app, who, id.into(), change).await?;
    shown(&app, &me, id.into(), None).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WatcherBody {
    contact_id: Option<Uuid>,
    /// A colleague, a guest, or myself.
    staff_id: Option<Uuid>,
}

/// Have somebody watch a ticket
///
/// They see what is written from now on.
#[utoipa::path(post, path = "/tickets/{id}/watchers", tag = "tickets", params(("id" = Uuid, Path)), request_body = WatcherBody,
    responses((status = 200, body = TicketView), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 422, body = Problem), (status = 423, body = Problem)))]
pub async fn watch(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
    Json(body): Json<WatcherBody>,
) -> Result<Json<TicketView>, Problem> {
    let me = as_signed_in(&who);
    let new = match (body.contact_id, body.staff_id) {
        (Some(id), None) => NewWatcher::Contact(id.into()),
        (None, Some(id)) => NewWatcher::Staff(id.into()),
        _ => return Err(Problem::input([("contact_id", "Name a contact or a staff member.")])),
    };
    super::change::watch(&app, who, id.into(), new).await?;
    shown(&app, &me, id.into(), None).await
}

/// Have somebody no longer watch a ticket
#[utoipa::path(delete, path = "/tickets/{id}/watchers/{person_id}", tag = "tickets",
    params(("id" = Uuid, Path), ("person_id" = Uuid, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn unwatch(
    State(app): State<Shared>,
    who: StaffActor,
    Path((id, person)): Path<(Uuid, Uuid)>,
) -> Result<StatusCode, Problem> {
    super::change::unwatch(&app, who, id.into(), person).await?;
    Ok(StatusCode::NO_CONTENT)
}
