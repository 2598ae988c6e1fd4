//! `GET /events`.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::HeaderMap,
    response::{
        Sse,
        sse::{Event as SseEvent, KeepAlive},
    },
};
use futures_util::{Stream, StreamExt, stream};
use tokio_stream::wrappers::BroadcastStream;

use super::{Audience, Event, Missed};
use crate::{
    App, Shared,
    door::LISTEN_MAX,
    kernel::{Problem, SignedIn, Who},
};

/// Listen for changes
///
/// Each event names topics to fetch anew. Ends when the sign-in ends.
#[utoipa::path(get, path = "/events", tag = "live", responses(
    (status = 200, content_type = "text/event-stream", description = "events `change` and `reset`")))]
pub async fn events(
    State(app): State<Shared>,
    who: SignedIn,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<SseEvent, Infallible>>>, Problem> {
    let last_id = headers.get("last-event-id").and_then(|v| v.to_str().ok());
    let (missed, receiver) = app.hub.listen(last_id);
    let first = match missed {
        Missed::Events(events) => stream::iter(events.into_iter().map(Some).collect::<Vec<_>>()),
        Missed::TooMuch => stream::iter(vec![None]),
    };
    // A listener that fell too far behind is told to fetch everything anew.
    let later = BroadcastStream::new(receiver).map(Result::ok);
    let ended = app.door.sign_in_ended(who.sign_in.id);
    let shutdown = app.shutdown.clone().cancelled_owned();
    let stream = first
        .chain(later)
        .filter_map(move |event| std::future::ready(frame(&app, &who, event)))
        .map(Ok)
        .take_until(async move {
            tokio::select! {
                () = ended => {}
                () = shutdown => {}
                () = tokio::time::sleep(LISTEN_MAX) => {}
            }
        });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

/// What one listener gets to see of an event; `None` in means that events were lost.
fn frame(app: &App, who: &SignedIn, event: Option<Event>) -> Option<SseEvent> {
    let Some(event) = event else {
        return Some(SseEvent::default().event("reset").id(app.hub.id(app.hub.last())).data("{}"));
    };
    if event.provider != who.sign_in.provider || !event.audience.iter().any(|a| concerns(*a, &who.who)) {
        return None;
    }
    let id = app.hub.id(event.number);
    SseEvent::default().event("change").id(id).json_data(&event).ok()
}

fn concerns(audience: Audience, who: &Who) -> bool {
    match (audience, who) {
        (Audience::Customer(customer), Who::Contact(contact)) => contact.customer == customer,
        (Audience::Staff(id), Who::Staff(staff)) => staff.id == id,
        (Audience::Leads, Who::Staff(staff)) => crate::staff::oversees(staff),
        (Audience::Desk, Who::Staff(staff)) => crate::staff::must_serve(staff).is_ok(),
        _ => false,
    }
}
