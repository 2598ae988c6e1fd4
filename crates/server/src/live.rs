//! `GET /events`.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{
        Sse,
        sse::{Event as SseEvent, KeepAlive},
    },
};
use futures_util::{Stream, StreamExt, stream};
use pforte_core::kernel::TicketId;
use serde::Deserialize;
use tokio_stream::wrappers::BroadcastStream;
use utoipa::IntoParams;

use crate::{
    cx::{App, Audience, Event, Missed, Problem, Shared, Topic},
    door::LISTEN_MAX,
    people::{SignedIn, Who, sees::may_see},
};

/// When whoever gave way to a newer listener comes back.
const COME_BACK: Duration = Duration::from_secs(60);

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// The id up to which everything is known: of an event, or from the header `pforte-news`. A browser that
    /// reconnects by itself sends `Last-Event-ID`, which goes first.
    since: Option<String>,
}

/// Listen for changes
///
/// Each event names topics to fetch anew, and the ticket, ground or visit if it is about one. Ends when the sign-in
/// ends. Who listens in many browsers loses the oldest stream.
#[utoipa::path(get, path = "/events", tag = "live", params(EventsQuery), responses(
    (status = 200, content_type = "text/event-stream", description = "events `change` and `reset`"),
    (status = 503, body = Problem)))]
pub async fn events(
    State(app): State<Shared>,
    who: SignedIn,
    Query(query): Query<EventsQuery>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<SseEvent, Infallible>>>, Problem> {
    let listening = app.shares.listen(who.sign_in.person).map_err(|_| too_many())?;
    let overtaken = listening.overtaken();
    let gave_way = Arc::new(AtomicBool::new(false));
    let gives_way = Arc::clone(&gave_way);
    let last_id = headers.get("last-event-id").and_then(|v| v.to_str().ok()).or(query.since.as_deref());
    let (missed, receiver) = app.hub.listen(last_id);
    let first = match missed {
        Missed::Events(events) => stream::iter(events.into_iter().map(Some).collect::<Vec<_>>()),
        Missed::TooMuch => stream::iter(vec![None]),
    };
    // A listener that fell too far behind is told to fetch everything anew.
    let later = BroadcastStream::new(receiver).map(Result::ok);
    let ended = app.door.sign_in_ended(who.sign_in.id);
    let who = Arc::new(who);
    let shutdown = app.shutdown.clone().cancelled_owned();
    let stream = first
        .chain(later)
        .filter_map(move |event| frame(Arc::clone(&app), Arc::clone(&who), event))
        .map(Ok)
        .take_until(async move {
            tokio::select! {
                () = ended => {}
                () = shutdown => {}
                () = overtaken => gives_way.store(true, Ordering::Relaxed),
                () = tokio::time::sleep(LISTEN_MAX) => {}
            }
        })
        // Browsers that push each other out would come back at once, for ever.
        .chain(
            stream::once(async move {
                let _held = listening;
                gave_way.load(Ordering::Relaxed).then(|| Ok(SseEvent::default().retry(COME_BACK)))
            })
            .filter_map(std::future::ready),
        );
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

fn too_many() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "request.too_many",
        "Too many listen at a time",
        "Pages ask by themselves until there is room.",
    )
}

/// What one listener gets to see of an event; `None` in means that events were lost.
async fn frame(app: Shared, who: Arc<SignedIn>, event: Option<Event>) -> Option<SseEvent> {
    let Some(mut event) = event else {
        return Some(SseEvent::default().event("reset").id(app.hub.id(app.hub.last())).data("{}"));
    };
    if event.provider != who.sign_in.provider || !event.audience.iter().any(|a| concerns(*a, &who.who)) {
        return None;
    }
    if let Some(ticket) = event.ticket
        && matches!(who.who, Who::Contact(_))
        && !sees(&app, &who, ticket).await
    {
        event.ticket = None;
        event.topics.retain(|topic| !matches!(topic, Topic::Ticket | Topic::Tickets));
    }
    let id = app.hub.id(event.number);
    SseEvent::default().event("change").id(id).json_data(&event).ok()
}

/// Whether a contact may see a ticket; where that cannot be read, they hear nothing of it.
async fn sees(app: &App, who: &SignedIn, ticket: TicketId) -> bool {
    match app.read().await {
        Ok(mut conn) => may_see(&mut conn, who, ticket).await.unwrap_or(false),
        Err(_) => false,
    }
}

fn concerns(audience: Audience, who: &Who) -> bool {
    match (audience, who) {
        (Audience::Customer(customer), Who::Contact(contact)) => contact.customer == customer,
        (Audience::Staff(id), Who::Staff(staff)) => staff.id == id,
        (Audience::Leads, Who::Staff(staff)) => crate::people::oversees(staff),
        (Audience::Desk, Who::Staff(staff)) => crate::people::must_serve(staff).is_ok(),
        _ => false,
    }
}
